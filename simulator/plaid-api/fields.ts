import { PlaidApiError } from './plaid-error.js';

export type Json = Record<string, unknown>;

type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'any';

export interface FieldRule {
  kind: Kind;
  required?: boolean;
  nullable?: boolean;
  /** Allowed values of a string, or of the strings in an array. */
  values?: readonly string[];
  /** Bounds of a number, or of the length of a string or array. */
  min?: number;
  max?: number;
  /** Rules of an object's own fields. */
  fields?: FieldRules;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

const isKind = (value: unknown, kind: Kind): boolean => {
  switch (kind) {
    case 'any':
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === kind;
  }
};

const invalid = (message: string): never => {
  throw new PlaidApiError('INVALID_FIELD', message);
};

const sizeOf = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'string' || Array.isArray(value) ? value.length : null;

const checkValue = (name: string, value: unknown, rule: FieldRule): void => {
  if (value === null && rule.nullable) return;
  if (value === null) invalid(`${name} must not be null`);
  if (!isKind(value, rule.kind))
    invalid(`${name} must be ${/^[aio]/.test(rule.kind) ? 'an' : 'a'} ${rule.kind}`);
  const size = sizeOf(value);
  const measure = typeof value === 'number' ? '' : ' length';
  if (size !== null && rule.min !== undefined && size < rule.min)
    invalid(
      size === 0 && measure !== ''
        ? `${name} must be non-empty`
        : `${name}${measure} must be at least ${rule.min}`,
    );
  if (size !== null && rule.max !== undefined && size > rule.max)
    invalid(`${name}${measure} must be at most ${rule.max}`);
  for (const entry of rule.values === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value])
    if (typeof entry !== 'string' || !rule.values?.includes(entry))
      invalid(`${name} is not valid: ${String(entry)}`);
  if (rule.fields !== undefined) checkFields(value as Json, rule.fields, `${name}.`);
};

/**
 * Checks a request body the way Plaid does.
 * @throws PlaidApiError UNKNOWN_FIELDS, MISSING_FIELDS (each naming all of them) or INVALID_FIELD
 */
export const checkFields = (body: Json, rules: FieldRules, prefix = ''): void => {
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(rules, name));
  if (unknown.length > 0)
    throw new PlaidApiError(
      'UNKNOWN_FIELDS',
      `the following fields are not recognized by this endpoint: ${unknown.map((name) => prefix + name).join(', ')}`,
    );
  const missing = Object.keys(rules).filter((name) => rules[name]?.required && body[name] === undefined);
  if (missing.length > 0)
    throw new PlaidApiError(
      'MISSING_FIELDS',
      `the following required fields are missing: ${missing.map((name) => prefix + name).join(', ')}`,
    );
  for (const [name, rule] of Object.entries(rules))
    if (body[name] !== undefined) checkValue(prefix + name, body[name], rule);
};
