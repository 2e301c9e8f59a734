/**
 * What an error of Plaid means for the sync engine, by error_code. Only type, code and reason are stable for programs
 * (plaid.com/docs/errors); Plaid adds codes without notice, so an unknown one falls back to its error_type.
 */
export type PlaidErrorClass =
  /** Passing: try again with backoff. */
  | 'retry'
  /** 429: wait as told, or the configured window. */
  | 'rate_limited'
  /** The institution's trouble: the Item stays healthy, try again in minutes to hours. */
  | 'retry_slow'
  /** The data changed between pages: start the update over from its first cursor. */
  | 'restart'
  /** The cursor belongs to another Item or token: full resync from the null cursor. */
  | 'reset_cursor'
  /** The end user must go through Link in update mode; the same Item heals. */
  | 'user_action'
  /** The Item is gone for good, or will never deliver: a new link is needed. */
  | 'terminal'
  /** Plaid refuses the client as a whole, whatever Item it is about: its keys, its credits, its version of the API. */
  | 'client'
  /** What the client may do with this Item or product: a person at the integrator must act, not an end user. */
  | 'operator'
  /** Our request is wrong, or the account cannot do this at all: no retry helps. */
  | 'bug';

const CLASSES: Record<Exclude<PlaidErrorClass, 'reset_cursor'>, readonly string[]> = {
  retry: ['INTERNAL_SERVER_ERROR', 'PLANNED_MAINTENANCE'],
  rate_limited: [
    'RATE_LIMIT',
    'TRANSACTIONS_SYNC_LIMIT',
    'TRANSACTIONS_LIMIT',
    'TRANSACTIONS_REFRESH_LIMIT',
    'ACCOUNTS_LIMIT',
    'BALANCE_LIMIT',
    'ACCOUNTS_BALANCE_GET_LIMIT',
    'ITEM_GET_LIMIT',
    'INSTITUTIONS_GET_LIMIT',
    'INSTITUTIONS_GET_BY_ID_LIMIT',
  ],
  retry_slow: [
    'INSTITUTION_DOWN',
    'INSTITUTION_NOT_RESPONDING',
    'INSTITUTION_NOT_AVAILABLE',
    'INSTITUTION_RATE_LIMIT',
    'PRODUCT_NOT_READY',
  ],
  restart: ['TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'],
  user_action: [
    'ITEM_LOGIN_REQUIRED',
    'PASSWORD_RESET_REQUIRED',
    'USER_SETUP_REQUIRED',
    'ITEM_LOCKED',
    'INVALID_CREDENTIALS',
    'INVALID_MFA',
    'INSUFFICIENT_CREDENTIALS',
    'ACCESS_NOT_GRANTED',
    'NO_ACCOUNTS',
    'MFA_NOT_SUPPORTED',
    'USER_INPUT_TIMEOUT',
    'ADDITIONAL_CONSENT_REQUIRED',
  ],
  terminal: [
    'ITEM_NOT_FOUND',
    'ITEM_CONCURRENTLY_DELETED',
    'ITEM_NOT_SUPPORTED',
    'USER_PERMISSION_REVOKED',
    'INVALID_ACCESS_TOKEN',
    'INSTITUTION_NO_LONGER_SUPPORTED',
    'UNSUPPORTED_RESPONSE',
    'UNAUTHORIZED_INSTITUTION',
    'INSTITUTION_REGISTRATION_REQUIRED',
    // Of this Item alone: the institution, or this link of it, has no Transactions. Other Items of the integration do.
    'PRODUCTS_NOT_SUPPORTED',
    'PRODUCT_NOT_ENABLED',
  ],
  client: [
    'INVALID_API_KEYS',
    'UNAUTHORIZED_ENVIRONMENT',
    'CREDITS_EXHAUSTED',
    'INCOMPATIBLE_API_VERSION',
    'NO_LONGER_AVAILABLE',
  ],
  operator: ['UNAUTHORIZED_ROUTE_ACCESS', 'INVALID_PRODUCT'],
  bug: [
    'MISSING_FIELDS',
    'UNKNOWN_FIELDS',
    'INVALID_FIELD',
    'INVALID_BODY',
    'INVALID_HEADERS',
    'INVALID_CONFIGURATION',
    'NOT_FOUND',
    'SANDBOX_ONLY',
    'SANDBOX_PRODUCT_NOT_ENABLED',
    'SANDBOX_WEBHOOK_INVALID',
    'INVALID_ACCOUNT_ID',
    'INVALID_INSTITUTION',
    'INVALID_PUBLIC_TOKEN',
    'INVALID_LINK_TOKEN',
    'INVALID_WEBHOOK_VERIFICATION_KEY_ID',
  ],
};

const BY_CODE = new Map<string, PlaidErrorClass>(
  Object.entries(CLASSES).flatMap(([name, codes]) =>
    codes.map((code) => [code, name as PlaidErrorClass] as const),
  ),
);

const BY_TYPE: Record<string, PlaidErrorClass> = {
  API_ERROR: 'retry',
  RATE_LIMIT_EXCEEDED: 'rate_limited',
  INSTITUTION_ERROR: 'retry_slow',
  ITEM_ERROR: 'user_action',
  INVALID_REQUEST: 'bug',
  INVALID_INPUT: 'bug',
};

export interface PlaidErrorFacts {
  errorType: string | null;
  errorCode: string | null;
  message: string;
  /** Null when no answer arrived at all. */
  httpStatus: number | null;
}

/** Classifies an answer of Plaid, or its absence. */
export function classifyPlaidError({
  errorType,
  errorCode,
  message,
  httpStatus,
}: PlaidErrorFacts): PlaidErrorClass {
  if (errorCode === null) return httpStatus === 429 ? 'rate_limited' : 'retry';
  // Plaid has no code of its own for it; the wording is not documented either, hence the tolerant match.
  if (errorCode === 'INVALID_FIELD' && /cursor/i.test(message)) return 'reset_cursor';
  const byCode = BY_CODE.get(errorCode);
  if (byCode) return byCode;
  if (httpStatus === 429) return 'rate_limited';
  if (httpStatus !== null && httpStatus >= 500) return 'retry';
  return BY_TYPE[errorType ?? ''] ?? 'retry';
}

/** Plaid has forgotten the Item, whatever its token is. */
const FORGOTTEN: ReadonlySet<string | null> = new Set([
  'ITEM_NOT_FOUND',
  'ITEM_CONCURRENTLY_DELETED',
  'USER_PERMISSION_REVOKED',
]);

/** Whether asking again for the Item is pointless. Other terminal errors are probed daily: keys may have been mixed up. */
export const isForgotten = (errorCode: string | null): boolean => FORGOTTEN.has(errorCode);

/** Whether Plaid no longer knows the Item, or the token as a key to it. */
export const isSevered = (errorCode: string | null): boolean =>
  isForgotten(errorCode) || errorCode === 'INVALID_ACCESS_TOKEN';

/** Every code with a row of its own; a test walks it. */
export const CLASSIFIED_CODES: ReadonlyMap<string, PlaidErrorClass> = BY_CODE;
