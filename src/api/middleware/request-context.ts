import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import { describeError, withoutRedaction, type Logger } from '../../logger.js';

/** What every middleware and route may rely on in `ctx.state`. */
export interface RequestState {
  requestId: string;
  /** Set by authentication. */
  organizationId?: string;
  /** Path template of the route that was taken; logs carry it instead of the path, which holds ids of people. */
  route?: string;
  /** What was thrown, when it was not expected. */
  failure?: unknown;
}

/** Sees every request that was answered. */
export type Requested = (request: { method: string; route: string; status: number }, ms: number) => void;

const SANE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** Gives each request an id (the caller's own, if it is sane), answers it in x-request-id and logs one line per request. */
export function createRequestContext(logger: Logger, requested?: Requested): Middleware<RequestState> {
  const lines = withoutRedaction(logger);
  return async function requestContext(ctx, next) {
    const started = performance.now();
    const given = ctx.get('x-request-id');
    const requestId = SANE_ID.test(given) ? given : `req_${randomUUID().replaceAll('-', '').slice(8)}`;
    ctx.state.requestId = requestId;
    ctx.set('x-request-id', requestId);
    await next();
    const { organizationId, route, failure } = ctx.state;
    requested?.(
      { method: ctx.method, route: route ?? 'none', status: ctx.status },
      performance.now() - started,
    );
    const line = {
      request_id: requestId,
      method: ctx.method,
      route: route ?? 'none',
      status: ctx.status,
      duration_ms: Math.round(performance.now() - started),
      ...(organizationId === undefined ? {} : { organization_id: organizationId }),
    };
    if (failure !== undefined) logger.error({ ...line, failure: describeError(failure) }, 'request failed');
    else if (QUIET.has(ctx.path)) lines.debug(line, 'request');
    else lines.info(line, 'request');
  };
}
