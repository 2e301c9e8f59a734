import type { z } from 'zod';
import { AppError, type ErrorCode, type FieldErrors } from '../domain/errors.js';
import type { BodySpec } from './route.js';

type Location = 'json' | 'query';

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );

const WRONG_TYPES: Readonly<Record<string, string>> = {
  string: 'Must be a string.',
  number: 'Must be a number.',
  boolean: 'Must be true or false.',
  array: 'Must be an array.',
  object: 'Must be an object.',
};

/** What is said where a schema has no words of its own; zod's would be in another tone, and name its types. */
const inPlainWords =
  (location: Location): z.core.$ZodErrorMap =>
  (issue) => {
    switch (issue.code) {
      case 'invalid_type':
        return location === 'query' && Array.isArray(issue.input)
          ? 'Must be given only once.'
          : WRONG_TYPES[issue.expected];
      case 'invalid_value':
        return `Must be one of: ${issue.values.map(String).join(', ')}.`;
      default:
        return undefined;
    }
  };

const NOT_WHAT_IT_SHOULD_BE: readonly z.core.$ZodIssue['code'][] = [
  'invalid_type',
  'invalid_value',
  'invalid_union',
];

function messageOf(issue: z.core.$ZodIssue, input: unknown): string {
  if (NOT_WHAT_IT_SHOULD_BE.includes(issue.code) && valueAt(input, issue.path) === undefined)
    return 'Missing data for required field.';
  return issue.message;
}

/** All issues at once, by location and field; what concerns the whole stands under `_schema`. */
function fieldErrors(location: Location, error: z.ZodError, input: unknown): FieldErrors {
  const fields: Record<string, string[]> = {};
  const note = (field: string, message: string): void => {
    (fields[field] ??= []).push(message);
  };
  // zod measures arrays in the place of strings too: what has the wrong type is no longer empty or too long.
  const wrongType = error.issues.filter(({ code }) => code === 'invalid_type');
  const besides = ({ path }: z.core.$ZodIssue): boolean =>
    wrongType.some((issue) => issue.path.join('.') === path.join('.'));
  for (const issue of error.issues) {
    if (issue.code !== 'invalid_type' && besides(issue)) continue;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) note([...issue.path, key].join('.'), 'Unknown parameter.');
    } else note(issue.path.length === 0 ? '_schema' : issue.path.join('.'), messageOf(issue, input));
  }
  return { [location]: fields };
}

interface Validated {
  query: unknown;
  body: unknown;
}

/**
 * Checks query and body together, so that the caller learns of every mistake at once. Throws `request.invalid`.
 * The body must have been unwrapped.
 */
export function validate(
  schemas: { query: z.ZodType | undefined; body: z.ZodType | undefined },
  input: Validated,
): Validated {
  const problems: FieldErrors = {};
  const check = (location: Location, schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return undefined;
    const result = schema.safeParse(value, { error: inPlainWords(location) });
    if (!result.success) Object.assign(problems, fieldErrors(location, result.error, value));
    return result.data;
  };
  const query = check('query', schemas.query, input.query);
  const body = check('json', schemas.body, input.body);
  if (Object.keys(problems).length > 0) throw new AppError('request.invalid', { description: problems });
  return { query, body };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Takes the object out of its wrapper, if it is in one. */
export function unwrap(body: unknown, { envelope, alsoEnvelopes = [] }: BodySpec<z.ZodType>): unknown {
  if (!isObject(body)) return body;
  for (const name of envelope === undefined ? alsoEnvelopes : [envelope, ...alsoEnvelopes]) {
    if (isObject(body[name])) return body[name];
  }
  return body;
}

/** `a[]=1` and `a=1` are the same parameter. */
export function queryValues(query: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    const key = name.endsWith('[]') ? name.slice(0, -2) : name;
    const before = values[key];
    values[key] = before === undefined ? value : [before, value].flat();
  }
  return values;
}

/** A mistake in one parameter of the query, found after its form was right. */
export function invalidQuery(
  parameter: string,
  message: string,
  code: ErrorCode = 'request.invalid',
): AppError {
  return new AppError(code, { description: { query: { [parameter]: [message] } } });
}
