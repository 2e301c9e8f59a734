import type { PlaidErrorType } from 'plaid';
import type { Wire } from '../model/wire.js';

export interface ErrorKind {
  type: Wire<PlaidErrorType>;
  status: number;
  message: string;
  display?: string;
}

const LOGIN =
  "the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state";
const INSTITUTION_DISPLAY =
  'This financial institution is not currently responding to requests. We apologize for the inconvenience.';
const LIMIT = 'rate limit exceeded for attempts to access "%s". please try again later.';

const invalidRequest = (message: string, status = 400): ErrorKind => ({
  type: 'INVALID_REQUEST',
  status,
  message,
});
const invalidInput = (message: string): ErrorKind => ({ type: 'INVALID_INPUT', status: 400, message });
const item = (message: string, display?: string): ErrorKind => ({
  type: 'ITEM_ERROR',
  status: 400,
  message,
  ...(display === undefined ? {} : { display }),
});
const institution = (message: string): ErrorKind => ({
  type: 'INSTITUTION_ERROR',
  status: 400,
  message,
  display: INSTITUTION_DISPLAY,
});
const limit = (what: string): ErrorKind => ({
  type: 'RATE_LIMIT_EXCEEDED',
  status: 429,
  message: LIMIT.replace('%s', what),
});

/** Plaid's error codes with type, HTTP status and usual message (docs: plaid.com/docs/errors). */
export const ERRORS = {
  MISSING_FIELDS: invalidRequest('the following required fields are missing'),
  UNKNOWN_FIELDS: invalidRequest('the following fields are not recognized by this endpoint'),
  INVALID_FIELD: invalidRequest('one or more fields are invalid'),
  INVALID_BODY: invalidRequest('body could not be parsed as JSON'),
  INVALID_HEADERS: invalidRequest('the Content-Type header must be application/json'),
  INVALID_CONFIGURATION: invalidRequest('the request configuration is invalid'),
  INCOMPATIBLE_API_VERSION: invalidRequest(
    'The API version you are using is incompatible with this endpoint.',
  ),
  NOT_FOUND: invalidRequest('the requested resource does not exist', 404),
  NO_LONGER_AVAILABLE: invalidRequest('this endpoint is no longer available', 404),
  SANDBOX_ONLY: invalidRequest('this endpoint is only available in the sandbox environment'),
  INVALID_API_KEYS: invalidInput('invalid client_id or secret provided'),
  UNAUTHORIZED_ENVIRONMENT: invalidInput('you are not authorized to create items in this api environment'),
  UNAUTHORIZED_ROUTE_ACCESS: invalidInput('your client is not authorized to access this route'),
  INVALID_ACCESS_TOKEN: invalidInput('could not find matching access token'),
  INVALID_PUBLIC_TOKEN: invalidInput('could not find matching public token'),
  INVALID_LINK_TOKEN: invalidInput('invalid link_token provided'),
  INVALID_PRODUCT: invalidInput('your account is not enabled for this product'),
  INVALID_ACCOUNT_ID: invalidInput('failed to find requested account ID for requested item'),
  INVALID_INSTITUTION: invalidInput('invalid institution_id provided'),
  INVALID_WEBHOOK_VERIFICATION_KEY_ID: invalidInput(
    'invalid key_id provided. note that key_ids are specific to Plaid environments, and verification requests must be made to the same environment that the webhook was sent from',
  ),
  USER_PERMISSION_REVOKED: invalidInput(
    'the holder of this account has revoked their permission for your application to access it',
  ),
  ADDITIONAL_CONSENT_REQUIRED: invalidInput('additional user consent is required for this product'),
  ITEM_LOGIN_REQUIRED: item(LOGIN, "The user's login details have changed. Please log in again."),
  PASSWORD_RESET_REQUIRED: item(
    'the user must reset their password at the institution',
    'The user needs to reset their password for this account.',
  ),
  USER_SETUP_REQUIRED: item(
    "the account has not been fully set up. prompt the user to visit the issuing institution's site and finish the setup process",
    "The given account is not fully setup. Please visit your financial institution's website to setup your account.",
  ),
  ITEM_LOCKED: item(
    "the account is locked. prompt the user to visit the institution's site to unlock their account",
    "The given account has been locked for too many invalid login attempts. Please visit your financial institution's website to unlock your account.",
  ),
  INVALID_CREDENTIALS: item(
    'the credentials were not correct. please try again.',
    'The credentials were not correct. Please try again.',
  ),
  INVALID_MFA: item(
    'the given response was not correct. please try again.',
    'The response provided was not correct. Please try again.',
  ),
  INSUFFICIENT_CREDENTIALS: item(
    'insufficient authorization was granted to complete the request',
    'Authorization was not granted. Please try again.',
  ),
  ACCESS_NOT_GRANTED: item(
    'access to this product was not granted for the account',
    'The user did not grant access to the data.',
  ),
  NO_ACCOUNTS: item(
    'no valid accounts were found for this item',
    'No valid accounts were found at the financial institution.',
  ),
  MFA_NOT_SUPPORTED: item(
    'this account requires a MFA type that we do not currently support for the institution',
    'The multi-factor security features enabled on this account are not currently supported.',
  ),
  USER_INPUT_TIMEOUT: item(
    'the user did not complete the step in time',
    'The request timed out. Please try again.',
  ),
  ITEM_NOT_FOUND: item(
    'The Item you requested cannot be found. This Item does not exist, has been previously removed via /item/remove, or has had access removed by the user.',
  ),
  ITEM_CONCURRENTLY_DELETED: item('This item was deleted while the operation was in progress.'),
  ITEM_NOT_SUPPORTED: item('this item is not currently supported'),
  PRODUCT_NOT_READY: item(
    'the requested product is not yet ready. please provide a webhook or try the request again later',
  ),
  PRODUCT_NOT_ENABLED: item('a product required to complete this request is not enabled on this item'),
  PRODUCTS_NOT_SUPPORTED: item('the product is not supported by this institution or account'),
  INSTITUTION_DOWN: institution('this institution is currently unavailable'),
  INSTITUTION_NOT_RESPONDING: institution(
    'this institution is not currently responding to this request. please try again soon',
  ),
  INSTITUTION_NOT_AVAILABLE: institution(
    'this institution is not currently available. please try again soon',
  ),
  INSTITUTION_NO_LONGER_SUPPORTED: institution('this institution is no longer supported'),
  INSTITUTION_REGISTRATION_REQUIRED: institution(
    'your application is not yet registered with the institution',
  ),
  UNAUTHORIZED_INSTITUTION: institution('not authorized to access this institution in this api environment'),
  UNSUPPORTED_RESPONSE: institution('the data returned from the financial institution is not valid'),
  INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT: {
    ...institution('this institution is not enabled in this environment'),
    type: 'INVALID_INPUT',
  },
  TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION: {
    type: 'TRANSACTIONS_ERROR',
    status: 400,
    message:
      'Underlying transaction data changed since last page was fetched. Please restart pagination from last update.',
  },
  RATE_LIMIT: limit('this endpoint'),
  TRANSACTIONS_SYNC_LIMIT: limit('transactions sync'),
  TRANSACTIONS_REFRESH_LIMIT: limit('transactions refresh'),
  ACCOUNTS_LIMIT: limit('accounts'),
  ITEM_GET_LIMIT: limit('item get'),
  INSTITUTIONS_GET_BY_ID_LIMIT: limit('institutions get by id'),
  INSTITUTION_RATE_LIMIT: limit('this institution'),
  CREDITS_EXHAUSTED: {
    type: 'RATE_LIMIT_EXCEEDED',
    status: 429,
    message: 'your account has no credits left for this request',
  },
  INTERNAL_SERVER_ERROR: { type: 'API_ERROR', status: 500, message: 'an unexpected error occurred' },
  PLANNED_MAINTENANCE: { type: 'API_ERROR', status: 503, message: 'Plaid is undergoing planned maintenance' },
  SANDBOX_PRODUCT_NOT_ENABLED: {
    type: 'SANDBOX_ERROR',
    status: 400,
    message: 'the requested product is not enabled on this item',
  },
  SANDBOX_WEBHOOK_INVALID: {
    type: 'SANDBOX_ERROR',
    status: 400,
    message:
      "Webhook for this item is either not set up, or invalid. Please update the item's webhook and try again.",
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
