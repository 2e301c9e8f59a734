import type { components } from '@ardea/api-schema';

type ErrorBody = components['schemas']['Error'];
export type ErrorCode = ErrorBody['error'];

const FIELDS_OF = ['json', 'query', 'path'] as const;

/** What the API answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The stable code of docs/errors.md; undefined when something in between answered. */
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;
  /** Messages by field of the body. */
  readonly fields: Readonly<Record<string, string>>;
  /** Seconds, from Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: Partial<ErrorBody> | undefined, retryAfter?: number) {
    const description = body?.description;
    const messages =
      typeof description === 'object' ? FIELDS_OF.flatMap((at) => Object.entries(description[at] ?? {})) : [];
    super(
      typeof description === 'string'
        ? description
        : messages
            .map(([field, lines]) => (field === '_schema' ? '' : `${field}: `) + lines.join(' '))
            .join(' ') || `The server answered ${status}.`,
    );
    this.status = status;
    this.code = body?.error;
    this.requestId = body?.request_id;
    this.fields = Object.fromEntries(messages.map(([field, lines]) => [field, lines.join(' ')]));
    this.retryAfter = retryAfter;
  }
}

/** No answer at all: the network, or nobody listens. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Whether nobody answers who could: the API, or a proxy that does not reach it. */
export const isDown = (error: unknown): boolean =>
  error instanceof UnreachableError ||
  (error instanceof ApiError && [502, 503, 504].includes(error.status) && error.code === undefined);

export const isExpired = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

export const isForbidden = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'auth.forbidden';

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** A sentence for a person, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
