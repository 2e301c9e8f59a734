import { ControlError } from './control-error.js';
import type { BankContext } from '../bank/context.js';
import { decimalOfNumber, isDecimal } from '../model/amount.js';
import type { Item } from '../model/item.js';
import type { JsonText } from '../plaid-api/endpoint.js';
import type { FieldRule, FieldRules, Json } from '../plaid-api/fields.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';
import type { Scripts } from '../script/scripts.js';
import type { SigningKeys } from '../webhooks/signing-keys.js';

export { ControlError };

export interface ControlCall {
  context: BankContext;
  keys: SigningKeys;
  /** What is added to every answer of Plaid's endpoints; lasts as long as the process. */
  latency: { ms: number };
  scripts: Scripts;
  /** Plaid's endpoints, by path. */
  endpoints: readonly string[];
  body: Json;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
}

/** One route of the control API below /simulator. Routes that answer synchronously change the state as a whole. */
export interface ControlRoute {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  fields?: FieldRules;
  /** The body is checked by the route itself. */
  openFields?: true;
  answer(call: ControlCall): object | JsonText | Promise<object>;
}

/** Rule of the field that keeps a change from being told by webhook. */
export const SILENT = { silent: { kind: 'boolean' } } as const satisfies FieldRules;

/** Rule of an exact amount: a decimal as text, or a JSON number where a double is enough. */
export const AMOUNT: FieldRule = { kind: 'any' };

/**
 * Reads an exact amount.
 * @throws PlaidApiError INVALID_FIELD naming the field
 */
export const amountOf = (body: Json, field: string): string | undefined => {
  const value = body[field];
  if (value === undefined) return undefined;
  const exact = typeof value === 'number' && Number.isFinite(value) ? decimalOfNumber(value) : value;
  if (typeof exact === 'string' && isDecimal(exact)) return exact;
  throw new PlaidApiError(
    'INVALID_FIELD',
    `${field} must be a number, or a decimal as text like "12.3456789"`,
  );
};

/** The Item that the path names; a removed one too. @throws ControlError 404 */
export const itemAt = ({ context, params }: ControlCall): Item => {
  const item = context.store.items.get(params['itemId'] ?? '');
  if (item === undefined) throw new ControlError(404, `item ${params['itemId']} does not exist`);
  return item;
};

/** The Item that the path names. @throws ControlError 404; 409 once it has been removed */
export const liveItemAt = (call: ControlCall): Item => {
  const item = itemAt(call);
  if (item.removedAt !== null) throw new ControlError(409, `item ${item.itemId} has been removed`);
  return item;
};

/** A whole number from the query string. @throws ControlError 400 naming the parameter */
export const queryInteger = ({ query }: ControlCall, name: string, otherwise: number): number => {
  const text = query[name];
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new ControlError(400, `${name} must be a whole number`);
  return Number(text);
};
