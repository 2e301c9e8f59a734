import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../domain/errors.js';
import type { Gate } from './gate.js';
import { stringifyExact } from './json/exact-json.js';
import { callerAddress } from './middleware/caller-address.js';
import { readJsonBody } from './middleware/json-body.js';
import type { RequestState } from './middleware/request-context.js';
import type { Route } from './route.js';
import type { SessionCookie } from './session/cookie.js';
import { queryValues, unwrap, validate } from './validation.js';

export interface RouterOptions {
  gate: Gate;
  cookie: Pick<SessionCookie, 'read'>;
  /** Proxies whose word on the caller's address is taken. */
  trustedProxies: number;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
  /** Sees every answer as the caller will, before it is sent; tests hold it against the route's schema. */
  onAnswer?: ((route: Route, status: number, json: string) => void) | undefined;
}

const toKoaPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Aborts when the caller's connection closes before the answer, or when the server stops. */
function requestSignal(ctx: Context, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, stopping]);
}

function pathParams(ctx: Context): Record<string, string> {
  const params = (ctx as unknown as { params: Record<string, string> }).params;
  if (Object.values(params).some((value) => value.includes('\0'))) throw new AppError('route.not_found');
  return params;
}

function handler(
  route: Route,
  { gate, cookie, trustedProxies, stopping, onAnswer }: RouterOptions,
): Middleware<RequestState> {
  return async function handleRoute(ctx) {
    ctx.state.route = route.path;
    const caller = await gate.enter(ctx, route);
    if (caller) ctx.state.organizationId = caller.organizationId;
    const sent = route.body ? await readJsonBody(ctx, { optional: route.body.optional === true }) : undefined;
    const { query, body } = validate(
      { query: route.query, body: route.body?.schema },
      { query: queryValues(ctx.query), body: route.body ? unwrap(sent, route.body) : undefined },
    );
    gate.assertSensitive(caller, route, { query, body });
    const over = requestSignal(ctx, stopping);
    const isStream = Object.values(route.responses).some(({ contentType }) => contentType !== undefined);
    const answer = await route.handle({
      organizationId: caller?.organizationId ?? '',
      caller,
      params: pathParams(ctx),
      query,
      body,
      address: callerAddress(ctx, trustedProxies),
      url: ctx.url,
      sessionToken: cookie.read(ctx),
      signal: isStream ? AbortSignal.any([over, gate.untilSessionEnds(caller, over)]) : over,
    });
    // What a person sees is nobody else's, and no page.
    ctx.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...answer.headers });
    ctx.status = answer.status;
    if (answer.stream !== undefined) {
      ctx.type = route.responses[answer.status]?.contentType ?? 'application/octet-stream';
      ctx.body = answer.stream;
      return;
    }
    if (answer.body === undefined) return;
    const json = stringifyExact(answer.body);
    onAnswer?.(route, answer.status, json);
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = json;
  };
}

/** Mounts the routes in their order; of two that match a path the first one wins. */
export function createRouter(routes: readonly Route[], options: RouterOptions): Router<RequestState> {
  const router = new Router<RequestState>();
  for (const route of routes) router.register(toKoaPath(route.path), [route.method], handler(route, options));
  return router;
}

/** The end of the way: another method would have matched (405 with Allow), or nothing (404). */
export function createNoRoute(): Middleware<RequestState> {
  return function noRoute(ctx) {
    const matched = (ctx as unknown as { matched?: { methods: string[] }[] }).matched ?? [];
    const methods = [...new Set(matched.flatMap((layer) => layer.methods))];
    if (methods.length === 0) throw new AppError('route.not_found');
    ctx.set('allow', methods.join(', '));
    throw new AppError('request.method_not_allowed');
  };
}
