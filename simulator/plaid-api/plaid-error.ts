import type { PlaidError } from 'plaid';
import type { Wire } from '../model/wire.js';
import { ERRORS, isErrorCode, type ErrorCode, type ErrorKind } from './error-catalogue.js';

/** Thrown by the simulated endpoints; answered in Plaid's shape with Plaid's HTTP status. */
export class PlaidApiError extends Error {
  /** Seconds of the `Retry-After` header; null sends none. */
  retryAfterSeconds: number | null = null;

  constructor(
    readonly code: ErrorCode,
    message?: string,
    readonly reason: string | null = null,
  ) {
    super(message ?? ERRORS[code].message);
  }
}

/** The error object, without `request_id` and `status`: as /item/get carries it. */
export const errorBody = (code: string, reason: string | null, message?: string): Wire<PlaidError> => {
  const kind: ErrorKind = isErrorCode(code)
    ? ERRORS[code]
    : { type: 'ITEM_ERROR', status: 400, message: code };
  return {
    display_message: kind.display ?? null,
    documentation_url: `https://plaid.com/docs/?ref=error#${kind.type.toLowerCase().replaceAll('_', '-')}`,
    error_code: code,
    ...(reason === null ? {} : { error_code_reason: reason }),
    error_message: message ?? kind.message,
    error_type: kind.type,
    suggested_action: null,
  };
};

/** The error object inside a webhook: with `status`, without `request_id`. */
export const webhookError = (code: string, reason: string | null): Wire<PlaidError> => ({
  ...errorBody(code, reason),
  status: isErrorCode(code) ? ERRORS[code].status : 400,
});
