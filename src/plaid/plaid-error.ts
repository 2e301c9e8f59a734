import { isAxiosError, isCancel } from 'axios';
import { classifyPlaidError, type PlaidErrorClass } from './error-table.js';

export interface PlaidErrorFields {
  errorType: string | null;
  errorCode: string | null;
  message: string;
  httpStatus: number | null;
  requestId: string | null;
  /** From Retry-After, if Plaid sent one. */
  retryAfterMs: number | null;
}

/**
 * An error of Plaid, or of the way to it, reduced to fields that may be stored, logged and shown. The axios error is
 * never kept as `cause`: its config carries the access token and the secret (invariant I7).
 */
export class PlaidError extends Error implements PlaidErrorFields {
  override readonly name = 'PlaidError';
  readonly errorType: string | null;
  readonly errorCode: string | null;
  readonly httpStatus: number | null;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;
  readonly errorClass: PlaidErrorClass;

  constructor(fields: PlaidErrorFields) {
    super(fields.message);
    this.errorType = fields.errorType;
    this.errorCode = fields.errorCode;
    this.httpStatus = fields.httpStatus;
    this.requestId = fields.requestId;
    this.retryAfterMs = fields.retryAfterMs;
    this.errorClass = classifyPlaidError(fields);
  }

  /** `[CODE] message`, the form of the contract's status_message. */
  get summary(): string {
    return this.errorCode === null ? this.message : `[${this.errorCode}] ${this.message}`;
  }
}

/** The caller gave up (deadline of a quick sync, shutdown); not Plaid's fault, never counted as a failure. */
export class PlaidCallAborted extends Error {
  override readonly name = 'PlaidCallAborted';
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function parseBody(data: unknown): Record<string, unknown> {
  let body = data;
  if (typeof data === 'string') {
    try {
      body = JSON.parse(data);
    } catch {
      return {};
    }
  }
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** Seconds, HTTP date or ISO 8601, capped at Plaid's own four hours. */
export function parseRetryAfter(value: unknown, now = Date.now()): number | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 4 * 3_600_000) : null;
}

/** Turns whatever a call through the SDK threw into a PlaidError (or PlaidCallAborted). Secrets do not survive it. */
export function toPlaidError(error: unknown): PlaidError | PlaidCallAborted {
  if (error instanceof PlaidError || error instanceof PlaidCallAborted) return error;
  if (isCancel(error)) return new PlaidCallAborted('call to Plaid aborted');
  if (isAxiosError(error)) {
    const response = error.response;
    const body = parseBody(response?.data);
    const errorCode = text(body.error_code);
    return new PlaidError({
      errorType: text(body.error_type),
      errorCode,
      message:
        text(body.error_message) ??
        (response
          ? `Plaid answered ${response.status} without an error code`
          : `no answer from Plaid (${error.code ?? 'network'})`),
      httpStatus: response?.status ?? null,
      requestId: text(body.request_id),
      retryAfterMs: parseRetryAfter(response?.headers['retry-after']),
    });
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new PlaidError({
    errorType: null,
    errorCode: null,
    message: `Plaid's answer could not be read (${name})`,
    httpStatus: null,
    requestId: null,
    retryAfterMs: null,
  });
}
