import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { ACTIVITY_ROUTES } from './control/activity-routes.js';
import { FAULT_ROUTES } from './control/fault-routes.js';
import { RATE_LIMIT_ROUTES } from './control/rate-limit-routes.js';
import { SCRIPT_ROUTES } from './control/script-routes.js';
import { ITEM_ROUTES } from './control/item-routes.js';
import { ControlError, type ControlCall, type ControlRoute } from './control/route.js';
import { WORLD_ROUTES } from './control/world-routes.js';
import { readJsonObject } from './http-body.js';
import { createRandom } from './model/random.js';
import { ERRORS } from './plaid-api/error-catalogue.js';
import { checkFields } from './plaid-api/fields.js';
import { answerError, answerJson as answer, plaidHandler } from './plaid-api/handler.js';
import { ITEM_ENDPOINTS } from './plaid-api/item-endpoints.js';
import { LINK_ENDPOINTS } from './plaid-api/link-endpoints.js';
import { PlaidApiError } from './plaid-api/plaid-error.js';
import { SANDBOX_ENDPOINTS } from './plaid-api/sandbox-endpoints.js';
import { TRANSACTIONS_ENDPOINTS } from './plaid-api/transactions-endpoints.js';

type Parts = Pick<ControlCall, 'context' | 'keys' | 'latency' | 'scripts'>;

const ENDPOINTS = [...LINK_ENDPOINTS, ...ITEM_ENDPOINTS, ...TRANSACTIONS_ENDPOINTS, ...SANDBOX_ENDPOINTS];
/** The paths of Plaid's endpoints that are served. */
export const ENDPOINT_PATHS: readonly string[] = ENDPOINTS.map(({ path }) => path);
const CONTROL_ROUTES = [
  ...WORLD_ROUTES,
  ...ITEM_ROUTES,
  ...ACTIVITY_ROUTES,
  ...SCRIPT_ROUTES,
  ...FAULT_ROUTES,
  ...RATE_LIMIT_ROUTES,
];

const controlHandler =
  (parts: Parts, route: ControlRoute) =>
  async (ctx: Context): Promise<void> => {
    try {
      const body = await readJsonObject(ctx.req);
      if (route.openFields !== true) checkFields(body, route.fields ?? {});
      const query = Object.fromEntries(new URLSearchParams(ctx.querystring));
      const params = (ctx as Context & { params: Record<string, string> }).params;
      answer(
        ctx,
        await parts.context.store.atomically(() =>
          route.answer({ ...parts, endpoints: ENDPOINT_PATHS, body, params, query }),
        ),
      );
    } catch (error) {
      if (!(error instanceof ControlError) && !(error instanceof PlaidApiError)) throw error;
      ctx.status = error instanceof ControlError ? error.status : ERRORS[error.code].status;
      answer(ctx, { error: { message: error.message } });
    }
  };

/** The HTTP face of the simulator: Plaid's endpoints at the root, the control API below /simulator, /healthz. */
export const createApp = (parts: Parts): Koa => {
  const app = new Koa();
  const router = new Router();
  const requestIds = createRandom(`request ids ${Date.now()} ${Math.random()}`);
  router.get('/healthz', (ctx) => answer(ctx, { status: 'ok' }));
  for (const endpoint of ENDPOINTS) router.post(endpoint.path, plaidHandler(parts, endpoint));
  for (const route of CONTROL_ROUTES)
    router[route.method](`/simulator${route.path}`, controlHandler(parts, route));
  app.use(async (ctx, next) => {
    ctx.state['requestId'] = requestIds.identifier(15);
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    if (ctx.path.startsWith('/simulator')) {
      ctx.status = 404;
      answer(ctx, { error: { message: `${ctx.method} ${ctx.path} does not exist` } });
    } else answerError(ctx, new PlaidApiError('NOT_FOUND'), String(ctx.state['requestId']));
  });
  app.use(router.routes());
  return app;
};
