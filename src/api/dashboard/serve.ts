import type { Context, Middleware } from 'koa';
import { PAGE_HEADERS } from '../middleware/page-headers.js';
import type { RequestState } from '../middleware/request-context.js';
import { readBuiltFile, type BuiltFile } from './built-files.js';

/** Paths of programs: what is not there is a 404 of the API, never a page. */
const OF_THE_API = /^\/(?:api|docs|webhooks|metrics|healthz|readyz)(?:\/|$)/;
const INDEX = '/index.html';

const NOT_BUILT = `The dashboard has not been built: there is no dist/dashboard.

Run "npm run build" and load this page again. The API works without it: see /api/docs.
`;

const encodingsOf = (ctx: Context): ('br' | 'gzip')[] =>
  (['br', 'gzip'] as const).filter((encoding) => ctx.acceptsEncodings(encoding) === encoding);

/** A person who follows a link within the dashboard or loads its page anew; a script or image that is missing is not one. */
const wantsPage = (ctx: Context): boolean => ctx.path === '/' || /\btext\/html\b/.test(ctx.get('accept'));

function send(ctx: Context, { body, type, encoding, etag }: BuiltFile, path: string): void {
  // The names of these hold a hash of what is in them.
  const immutable = path.startsWith('/assets/');
  ctx.set(type.startsWith('text/html') ? PAGE_HEADERS : { 'x-content-type-options': 'nosniff' });
  ctx.set({ 'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache', etag });
  ctx.vary('accept-encoding');
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (encoding !== undefined) ctx.set('content-encoding', encoding);
  ctx.type = type;
  ctx.body = body;
}

/**
 * Serves the built dashboard: its files, and its one page for every other path that a browser shows a person. Comes after all
 * routes of the API.
 */
export function createDashboard(folder: string): Middleware<RequestState> {
  return async function dashboard(ctx, next) {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || OF_THE_API.test(ctx.path)) {
      await next();
      return;
    }
    const encodings = encodingsOf(ctx);
    const file = await readBuiltFile(folder, ctx.path, encodings);
    const isPage = file === null && !ctx.path.startsWith('/assets/') && wantsPage(ctx);
    if (file === null && !isPage) {
      await next();
      return;
    }
    ctx.state.route = isPage ? '/' : 'dashboard';
    const index = file ?? (await readBuiltFile(folder, INDEX, encodings));
    if (index) return send(ctx, index, file === null ? INDEX : ctx.path);
    ctx.set({ ...PAGE_HEADERS, 'cache-control': 'no-store' });
    ctx.status = 503;
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = NOT_BUILT;
  };
}
