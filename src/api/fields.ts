import { z } from 'zod';
import { fromPublicId, ID_PREFIXES, type IdKind } from '../domain/ids.js';
import type { ExactNumber, RawJson } from './json/exact-json.js';

/** The kinds of fields that bodies and queries are made of. */

const bounded = (string: z.ZodString, least: number, most: number): z.ZodType<string, string> =>
  string
    .min(least, least === 1 ? 'Must not be empty.' : `Must have at least ${least} characters.`)
    .max(most, `Must have at most ${most} characters.`)
    .refine((value) => !value.includes('\0'), 'Must not contain NUL.');

/** Text of bounded length. PostgreSQL cannot store NUL, so it is refused here with a message. */
export const text = (least: number, most: number) => bounded(z.string(), least, most);

/** A key that is pasted, or read from a file with the end of its line: without the space around it, which would be a wrong key. */
export const pasted = (most: number) => bounded(z.string().trim(), 1, most);

/** A public id in a query, put out as the row's UUID. A malformed one is a mistake; a well-formed one may have no row. */
export const heronId = (kind: IdKind): z.ZodType<string, string> => {
  const wrong = `Must be a heron_id: ${ID_PREFIXES[kind]}_ and 22 letters or digits.`;
  return z
    .string()
    .transform((value, context) => {
      const id = fromPublicId(kind, value);
      if (id === null) context.addIssue(wrong);
      return id ?? z.NEVER;
    })
    .meta({ type: 'string', description: `\`${ID_PREFIXES[kind]}_…\`` });
};

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'Must be an http(s) URL.' })
  .max(2048, 'Must have at most 2048 characters.')
  .refine((value) => !value.includes('\0'), 'Must not contain NUL.');

/** A time in an answer: ISO 8601 in UTC. */
export const time = z.iso.datetime();
export const date = z.iso.date();

/** Money in an answer: a JSON number with every digit. */
export const money = z
  .custom<ExactNumber | null>((value) => value === null || typeof value === 'number')
  .meta({ type: ['number', 'null'] });

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** A JSON object in an answer that is passed on as it was received. */
export const passedOn = z
  .custom<RawJson>((value) => value !== null && isObject(value))
  .meta({ type: 'object' });
export const passedOnOrNull = z.custom<RawJson | null>(isObject).meta({ type: ['object', 'null'] });

export const flag = z
  .enum(['true', 'false', '1', '0'], 'Must be true or false.')
  .transform((value) => value === 'true' || value === '1')
  .meta({ type: 'boolean' });

export const whole = (least: number, most: number): z.ZodType<number, unknown> =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number.')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `Must be between ${least} and ${most}.`)
    .meta({ type: 'integer', minimum: least, maximum: most });

/** The same in a body, where it is a JSON number. */
export const wholeNumber = (least: number, most: number): z.ZodInt => {
  const outside = `Must be between ${least} and ${most}.`;
  return z.int('Must be a whole number.').min(least, outside).max(most, outside);
};

/** Money in a query, kept as text: PostgreSQL compares it exactly. */
export const decimal = z
  .string()
  .regex(/^[-+]?\d{1,40}(\.\d{1,40})?$/, 'Must be a decimal number.')
  .meta({ type: 'number' });

/** ISO 8601 knows a year 0000 and zones of up to 24 hours, PostgreSQL knows neither. */
const isStorable = (value: string): boolean => !/^0000|[-+](1[6-9]|2\d):?\d\d$/.test(value);

const NOT_A_DATE = 'Must be a date: YYYY-MM-DD.';
export const queryDate = z.iso.date(NOT_A_DATE).refine(isStorable, NOT_A_DATE);

const NOT_A_TIME = 'Must be an ISO 8601 time.';
/** With or without a zone; without one it is UTC, as the contract's own stamps are. */
export const queryTime = z
  .union([z.iso.datetime({ offset: true }), z.iso.datetime({ local: true }), z.iso.date()], NOT_A_TIME)
  .refine(isStorable, NOT_A_TIME)
  .transform((value) =>
    /^\d{4}-\d\d-\d\d$/.test(value)
      ? `${value}T00:00:00Z`
      : /(Z|[-+]\d\d:?\d\d)$/.test(value)
        ? value
        : `${value}Z`,
  )
  .meta({ type: 'string', format: 'date-time' });

/** `a=1&a=2`, `a[]=1&a[]=2` or `a=1,2`. */
export const list = z
  .union([z.string(), z.array(z.string())], 'Must be a list.')
  .transform((value) => [value].flat().flatMap((part) => part.split(',')))
  .refine((values) => values.every((value) => value !== '' && !value.includes('\0')), 'Must not be empty.')
  .meta({ type: 'array', items: { type: 'string' } });

/** A list of these values only. */
export const listOf = <const T extends string>(values: readonly T[]): z.ZodType<T[], unknown> =>
  list
    .refine(
      (given) => given.every((value) => (values as readonly string[]).includes(value)),
      `Must be one of: ${values.join(', ')}.`,
    )
    .transform((given) => given as T[])
    .meta({ type: 'array', items: { type: 'string', enum: [...values] } });

/** A part of the contract that Ardea does not have yet: refused by name, because ignoring a filter gives wrong data. */
export const notAvailable = z
  .never('Not available yet: transactions are not enriched so far. Leave this parameter out.')
  .optional()
  .meta({ description: 'Not available yet.', deprecated: true, type: 'string' });
