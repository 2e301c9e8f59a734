import { z } from 'zod';

/** A whole number within bounds, both included. */
export const wholeNumber = (least: number, most: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be between ${least} and ${most}`);

/** A number within bounds, both included; fractions are welcome. */
export const factor = (least: number, most: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be between ${least} and ${most}`);

export const port = wholeNumber(0, 65_535);

export const switchValue = z
  .enum(['on', 'off', '1', '0', 'true', 'false'])
  .transform((text) => ['on', '1', 'true'].includes(text));

/** `https://a,http://b:1` to URLs without trailing slash. */
export const baseUrlList = z.string().transform((text, context) => {
  const urls = text
    .split(',')
    .map((part) => part.trim().replace(/\/+$/, ''))
    .filter((part) => part !== '');
  for (const url of urls) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      context.addIssue({ code: 'custom', message: `${url} is not an http(s) URL` });
  }
  return urls;
});

export interface EncryptionKey {
  id: string;
  /** 32 bytes, AES-256. */
  key: Buffer;
}

/** `id:base64[,id:base64…]`; never echoes key material in a message. */
export const encryptionKeys = z.string().transform((text, context): EncryptionKey[] => {
  const keys = text.split(',').map((entry) => {
    const at = entry.indexOf(':');
    return { id: entry.slice(0, at).trim(), key: Buffer.from(entry.slice(at + 1), 'base64') };
  });
  for (const [index, { id, key }] of keys.entries()) {
    if (!/^[A-Za-z0-9_.-]{1,40}$/.test(id) || key.length !== 32) {
      context.addIssue({
        code: 'custom',
        message: `entry ${index + 1} must be id:base64 of exactly 32 bytes`,
      });
    }
  }
  if (new Set(keys.map((k) => k.id)).size !== keys.length)
    context.addIssue({ code: 'custom', message: 'key ids must differ' });
  return keys;
});
