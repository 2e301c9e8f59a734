import type { Middleware } from 'koa';
import type { RequestState } from './request-context.js';

const YEAR_SECONDS = 31_536_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where PUBLIC_URL is https its host is asked over TLS only, once a browser has been there. Not under other names, such as
 * localhost behind a tunnel, where another program may be without TLS.
 */
export function createTransportSecurity(publicUrl: string): Middleware<RequestState> {
  const { protocol, hostname, host } = new URL(publicUrl);
  const isMeant = protocol === 'https:' && !LOOPBACK.has(hostname);
  return async function transportSecurity(ctx, next) {
    if (isMeant && ctx.get('host') === host) ctx.set('strict-transport-security', `max-age=${YEAR_SECONDS}`);
    await next();
  };
}
