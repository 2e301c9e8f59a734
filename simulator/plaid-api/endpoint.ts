import type { BankContext } from '../bank/context.js';
import type { RequestMoment } from '../faults/fault.js';
import type { Item } from '../model/item.js';
import type { SigningKeys } from '../webhooks/signing-keys.js';
import { checkFields, type FieldRules, type Json } from './fields.js';
import { isErrorCode } from './error-catalogue.js';
import { PlaidApiError } from './plaid-error.js';

/** What a simulated endpoint is given. */
export interface Call {
  context: BankContext;
  keys: SigningKeys;
  clientId: string;
  requestId: string;
  body: Json;
  moment: RequestMoment;
}

/** JSON text that is sent as it is: amounts in it are exact. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** One of Plaid's endpoints. `answer` is synchronous: what it changes is written as a whole before it is sent. */
export interface Endpoint {
  path: string;
  fields: FieldRules;
  answer(call: Call): object | JsonText;
}

const CREDENTIALS: FieldRules = { client_id: { kind: 'string' }, secret: { kind: 'string' } };

/** The rule of the field that most endpoints have. */
export const ACCESS_TOKEN = {
  access_token: { kind: 'string', required: true, min: 1 },
} as const satisfies FieldRules;

/**
 * Checks keys and body, then answers.
 * @param headers the credentials that came in headers, which Plaid accepts as well as those in the body
 * @throws PlaidApiError
 */
export const answerCall = (
  endpoint: Endpoint,
  call: Omit<Call, 'clientId'>,
  headers: { clientId: string | undefined; secret: string | undefined },
): object | JsonText => {
  const { body, context } = call;
  const clientId = body['client_id'] ?? headers.clientId;
  const secret = body['secret'] ?? headers.secret;
  const missing = [
    ...(clientId === undefined ? ['client_id'] : []),
    ...(secret === undefined ? ['secret'] : []),
  ];
  if (missing.length > 0)
    throw new PlaidApiError(
      'MISSING_FIELDS',
      `the following required fields are missing: ${missing.join(', ')}`,
    );
  for (const [name, value] of Object.entries({ client_id: clientId, secret }))
    if (typeof value !== 'string' || value === '')
      throw new PlaidApiError('INVALID_FIELD', `${name} must be a properly formatted, non-empty string`);
  checkFields(body, { ...CREDENTIALS, ...endpoint.fields });
  if (typeof clientId !== 'string' || context.store.clients.get(clientId) !== secret)
    throw new PlaidApiError('INVALID_API_KEYS');
  return context.store.atomically(() => endpoint.answer({ ...call, clientId }));
};

/**
 * The Item behind the call's access token.
 * @throws PlaidApiError INVALID_ACCESS_TOKEN, or ITEM_NOT_FOUND after its removal
 */
export const itemOf = ({ context, clientId, body }: Call): Item => {
  const token = String(body['access_token']);
  const [, environment] = /^access-([a-z]+)-\S+$/.exec(token) ?? [];
  if (environment === undefined)
    throw new PlaidApiError(
      'INVALID_ACCESS_TOKEN',
      'provided access token is in an invalid format. expected format: access-<environment>-<identifier>',
    );
  if (environment !== 'sandbox')
    throw new PlaidApiError(
      'INVALID_ACCESS_TOKEN',
      `provided access token is for the wrong Plaid environment. expected "sandbox", got "${environment}"`,
    );
  const item = context.store.itemByAccessToken(token);
  if (item === null || item.clientId !== clientId) throw new PlaidApiError('INVALID_ACCESS_TOKEN');
  if (item.removedAt !== null) throw new PlaidApiError('ITEM_NOT_FOUND');
  return item;
};

/** The Item behind the call's access token, if the bank can be reached with it; else throws what keeps it from it. */
export const healthyItemOf = (call: Call): Item => {
  const item = itemOf(call);
  if (item.failure === null) return item;
  const { code, reason } = item.failure;
  if (isErrorCode(code)) throw new PlaidApiError(code, undefined, reason);
  throw new PlaidApiError('ITEM_LOGIN_REQUIRED', undefined, reason);
};
