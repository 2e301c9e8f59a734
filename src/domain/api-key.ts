/** API keys as the contract has them: `key_` and 48 hexadecimal digits (192 bits). */
const API_KEY = /^key_[0-9a-f]{48}$/;

export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** What may be shown of a key later, to tell it from others. */
export const apiKeyPrefix = (key: string): string => key.slice(0, 8);

/** Makes a key of 24 random bytes in hex. */
export function formatApiKey(randomHex: string): string {
  const key = `key_${randomHex}`;
  if (!isApiKey(key)) throw new TypeError('an API key needs 48 hexadecimal digits');
  return key;
}
