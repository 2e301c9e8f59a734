import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import { databaseFailure } from '../../db/errors.js';
import { AppError } from '../../domain/errors.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { plaidBusy } from '../plaid-call.js';
import type { SessionCookie } from '../session/cookie.js';
import type { RequestState } from './request-context.js';

const RETRY_AFTER_SECONDS = 5;

/** Everything that may be thrown, as a row of the catalogue. What is not expected is answered without its message. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof RateBudgetDenied) return plaidBusy(error);
  switch (databaseFailure(error)) {
    case 'unavailable':
      return new AppError('service.unavailable', {
        description: 'The database cannot be reached at the moment.',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    case 'too_slow':
      return new AppError('service.unavailable', {
        description: 'The request took too long. Narrow its filters or ask for fewer rows.',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    case 'invalid_regex':
      return new AppError('request.invalid', {
        description: {
          query: { description_regex: ['Not a regular expression that PostgreSQL understands.'] },
        },
      });
    case 'invalid_text':
      return new AppError('request.invalid', { description: 'Texts must not contain NUL.' });
    case null:
      return new AppError('internal.error', { description: 'Internal Server Error', cause: error });
  }
}

/**
 * Basic makes a browser ask the person for a user name itself, which is not what the dashboard is there for, and send the key to
 * us from whatever page afterwards. So programs alone are told of it.
 */
function challenge(ctx: Context, cookie: Pick<SessionCookie, 'read'>): string {
  const isPage = ctx.get('sec-fetch-site') !== '' || cookie.read(ctx) !== undefined;
  return isPage || ctx.path.startsWith('/api/session')
    ? 'Session realm="Ardea"'
    : 'Basic realm="Ardea", charset="UTF-8"';
}

/** Answers what the rest throws in the shape of the contract. */
export function createErrorAnswers(cookie: Pick<SessionCookie, 'read'>): Middleware<RequestState> {
  return async function errorAnswers(ctx, next) {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.status >= 500 && error.cause !== undefined) ctx.state.failure = error.cause;
      ctx.status = error.status;
      ctx.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      if (error.retryAfterSeconds !== undefined) ctx.set('retry-after', String(error.retryAfterSeconds));
      if (error.status === 401) ctx.set('www-authenticate', challenge(ctx, cookie));
      ctx.body = {
        code: error.status,
        name: STATUS_CODES[error.status],
        description: error.description,
        error: error.code,
        request_id: ctx.state.requestId,
      };
    }
  };
}
