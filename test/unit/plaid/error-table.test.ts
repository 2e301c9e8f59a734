import { describe, expect, it } from 'vitest';
import {
  CLASSIFIED_CODES,
  classifyPlaidError,
  type PlaidErrorClass,
  type PlaidErrorFacts,
} from '../../../src/plaid/error-table.js';

/** plaid.com/docs/errors: what the engine does about each, by error_type and error_code. */
const DOCUMENTED: Record<PlaidErrorClass, readonly [type: string, codes: string][]> = {
  retry: [['API_ERROR', 'INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE']],
  rate_limited: [
    [
      'RATE_LIMIT_EXCEEDED',
      'RATE_LIMIT TRANSACTIONS_SYNC_LIMIT TRANSACTIONS_LIMIT TRANSACTIONS_REFRESH_LIMIT ACCOUNTS_LIMIT BALANCE_LIMIT ' +
        'ACCOUNTS_BALANCE_GET_LIMIT ITEM_GET_LIMIT INSTITUTIONS_GET_LIMIT INSTITUTIONS_GET_BY_ID_LIMIT',
    ],
  ],
  retry_slow: [
    ['INSTITUTION_ERROR', 'INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE'],
    ['RATE_LIMIT_EXCEEDED', 'INSTITUTION_RATE_LIMIT'],
    ['ITEM_ERROR', 'PRODUCT_NOT_READY'],
  ],
  restart: [['TRANSACTIONS_ERROR', 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION']],
  reset_cursor: [],
  user_action: [
    [
      'ITEM_ERROR',
      'ITEM_LOGIN_REQUIRED PASSWORD_RESET_REQUIRED USER_SETUP_REQUIRED ITEM_LOCKED INVALID_CREDENTIALS INVALID_MFA ' +
        'INSUFFICIENT_CREDENTIALS ACCESS_NOT_GRANTED NO_ACCOUNTS MFA_NOT_SUPPORTED USER_INPUT_TIMEOUT',
    ],
    ['INVALID_INPUT', 'ADDITIONAL_CONSENT_REQUIRED'],
  ],
  terminal: [
    [
      'ITEM_ERROR',
      'ITEM_NOT_FOUND ITEM_CONCURRENTLY_DELETED ITEM_NOT_SUPPORTED PRODUCTS_NOT_SUPPORTED PRODUCT_NOT_ENABLED',
    ],
    ['INVALID_INPUT', 'USER_PERMISSION_REVOKED INVALID_ACCESS_TOKEN'],
    [
      'INSTITUTION_ERROR',
      'INSTITUTION_NO_LONGER_SUPPORTED UNSUPPORTED_RESPONSE UNAUTHORIZED_INSTITUTION INSTITUTION_REGISTRATION_REQUIRED',
    ],
  ],
  client: [
    ['INVALID_INPUT', 'INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT'],
    ['RATE_LIMIT_EXCEEDED', 'CREDITS_EXHAUSTED'],
    ['INVALID_REQUEST', 'INCOMPATIBLE_API_VERSION NO_LONGER_AVAILABLE'],
  ],
  operator: [['INVALID_INPUT', 'INVALID_PRODUCT UNAUTHORIZED_ROUTE_ACCESS']],
  bug: [
    [
      'INVALID_REQUEST',
      'MISSING_FIELDS UNKNOWN_FIELDS INVALID_FIELD INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION NOT_FOUND SANDBOX_ONLY',
    ],
    [
      'INVALID_INPUT',
      'INVALID_ACCOUNT_ID INVALID_INSTITUTION INVALID_PUBLIC_TOKEN INVALID_LINK_TOKEN INVALID_WEBHOOK_VERIFICATION_KEY_ID',
    ],
    ['SANDBOX_ERROR', 'SANDBOX_PRODUCT_NOT_ENABLED SANDBOX_WEBHOOK_INVALID'],
  ],
};

const rows = Object.entries(DOCUMENTED).flatMap(([name, types]) =>
  types.flatMap(([type, codes]) => codes.split(' ').map((code) => ({ name, type, code }))),
);
const facts = (over: Partial<PlaidErrorFacts>): PlaidErrorFacts => ({
  errorType: null,
  errorCode: null,
  message: '',
  httpStatus: 400,
  ...over,
});

describe('what an error of Plaid means', () => {
  it.each(rows)('$type/$code: $name', ({ name, type, code }) => {
    const status = type === 'RATE_LIMIT_EXCEEDED' ? 429 : 400;
    expect(classifyPlaidError(facts({ errorType: type, errorCode: code, httpStatus: status }))).toBe(name);
    // In /item/get's `item.error` and in webhooks there is no status, and the type is not always the same.
    expect(classifyPlaidError(facts({ errorCode: code, httpStatus: null }))).toBe(name);
  });

  it('has a documented reason for every row of its own', () => {
    expect([...CLASSIFIED_CODES.keys()].sort()).toEqual(rows.map(({ code }) => code).sort());
  });

  it.each([
    'cursor not associated with access_token',
    'the provided Cursor is not valid',
    'invalid cursor value',
  ])('resets a cursor that Plaid refuses: %s', (message) => {
    const refused = facts({ errorType: 'INVALID_REQUEST', errorCode: 'INVALID_FIELD', message });
    expect(classifyPlaidError(refused)).toBe('reset_cursor');
  });

  it.each<[string, Partial<PlaidErrorFacts>, PlaidErrorClass]>([
    ['no answer', { httpStatus: null }, 'retry'],
    ['a proxy without JSON', { httpStatus: 502 }, 'retry'],
    ['a 429 without a body', { httpStatus: 429 }, 'rate_limited'],
    ['a new code under 429', { errorType: 'X', errorCode: 'NEW', httpStatus: 429 }, 'rate_limited'],
    ['a new code under 500', { errorType: 'ITEM_ERROR', errorCode: 'NEW', httpStatus: 500 }, 'retry'],
    ['a new API error', { errorType: 'API_ERROR', errorCode: 'NEW' }, 'retry'],
    ['a new institution error', { errorType: 'INSTITUTION_ERROR', errorCode: 'NEW' }, 'retry_slow'],
    ['a new Item error', { errorType: 'ITEM_ERROR', errorCode: 'NEW' }, 'user_action'],
    ['a new limit', { errorType: 'RATE_LIMIT_EXCEEDED', errorCode: 'NEW' }, 'rate_limited'],
    ['a new invalid request', { errorType: 'INVALID_REQUEST', errorCode: 'NEW' }, 'bug'],
    ['a new invalid input', { errorType: 'INVALID_INPUT', errorCode: 'NEW' }, 'bug'],
    ['a new type', { errorType: 'NEW', errorCode: 'NEW' }, 'retry'],
  ])('falls back for %s', (_, over, name) => {
    expect(classifyPlaidError(facts(over))).toBe(name);
  });
});
