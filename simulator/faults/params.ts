import { durationMs } from '../model/duration.js';
import { checkFields, type FieldRule, type Json } from '../plaid-api/fields.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';

/** A parameter of a fault or an incident: checked by it, documented by it. */
export interface ParamRule extends Omit<FieldRule, 'fields'> {
  meaning: string;
  /** What it is when it is not given; none leaves it absent. */
  otherwise?: unknown;
  /** Milliseconds or text like "30s"; read as milliseconds. */
  duration?: true;
  /** Says what is wrong with a value that has the right kind; null if nothing is. */
  check?: (value: unknown) => string | null;
}

export type ParamRules = Readonly<Record<string, ParamRule>>;

/**
 * The parameters as they will be used: checked, durations in milliseconds, defaults filled in.
 * @throws PlaidApiError UNKNOWN_FIELDS, MISSING_FIELDS, INVALID_FIELD naming the parameter
 */
export const readParams = (given: Json, rules: ParamRules): Json => {
  checkFields(given, rules);
  const values: Json = {};
  for (const [name, rule] of Object.entries(rules)) {
    const value = given[name] ?? rule.otherwise;
    if (value === undefined || value === null) continue;
    const read = rule.duration === true ? durationMs(value) : value;
    const wrong =
      read === null ? 'must be milliseconds or a duration like "30s", "1d"' : (rule.check?.(read) ?? null);
    if (wrong !== null) throw new PlaidApiError('INVALID_FIELD', `${name} ${wrong}`);
    values[name] = read;
  }
  return values;
};

/** Parameters as data, for `GET /simulator/faults/kinds`. */
export const describeParams = (rules: ParamRules) =>
  Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [
      name,
      {
        type: rule.duration === true ? 'duration' : rule.kind,
        required: rule.required === true,
        ...(rule.values === undefined ? {} : { values: rule.values }),
        ...(rule.min === undefined ? {} : { min: rule.min }),
        ...(rule.max === undefined ? {} : { max: rule.max }),
        ...(rule.otherwise === undefined ? {} : { default: rule.otherwise }),
        meaning: rule.meaning,
      },
    ]),
  );

export const textOf = (params: Json, name: string): string | null =>
  typeof params[name] === 'string' ? params[name] : null;
export const numberOf = (params: Json, name: string): number | null =>
  typeof params[name] === 'number' ? params[name] : null;
