import Koa from 'koa';
import type { Deps } from '../deps.js';
import { dashboardFolder as builtDashboard } from './dashboard/built-files.js';
import { createDashboard } from './dashboard/serve.js';
import { createDocsRoutes } from './docs/routes.js';
import { createGate } from './gate.js';
import { createAuthentication } from './middleware/authentication.js';
import { createApiMetrics } from './metrics/api-metrics.js';
import { createMetricsRoutes } from './metrics/routes.js';
import { createErrorAnswers } from './middleware/errors.js';
import { createRequestContext, type RequestState } from './middleware/request-context.js';
import { createSameOriginCheck } from './middleware/same-origin.js';
import { createTransportSecurity } from './middleware/transport-security.js';
import { createNoRoute, createRouter, type RouterOptions } from './router.js';
import { createRoutes } from './routes.js';
import { createSessionCookie } from './session/cookie.js';
import { webhookOperation } from './webhooks/operation.js';
import { createWebhookRoutes } from './webhooks/routes.js';

export interface AppOptions {
  /** Aborts when the server stops: long polls end on it. */
  stopping: AbortSignal;
  /** Sees every answer of a declared route before it is sent. */
  onAnswer?: RouterOptions['onAnswer'];
  /** The built dashboard; by default what `npm run build` has made. */
  dashboardFolder?: string;
}

/** The HTTP application. It holds nothing of its own: whoever made `deps` closes them. */
export function createApp(
  deps: Deps,
  { stopping, onAnswer, dashboardFolder = builtDashboard() }: AppOptions,
): Koa<RequestState> {
  const app = new Koa<RequestState>();
  const routes = createRoutes(deps);
  const { PUBLIC_URL: publicUrl, SESSION_LONGEST, TRUSTED_PROXIES: trustedProxies } = deps.config;
  const cookie = createSessionCookie(publicUrl, SESSION_LONGEST);
  const authenticate = createAuthentication({ apiKeys: deps.apiKeys, sessions: deps.sessions, cookie });
  const gate = createGate({
    authenticate,
    assertSameOrigin: createSameOriginCheck(publicUrl),
    sessions: deps.sessions,
  });

  const metrics = createApiMetrics(deps);

  app.use(createRequestContext(deps.logger, metrics.requested));
  app.use(createTransportSecurity(publicUrl));
  app.use(createErrorAnswers(cookie));
  app.use(createWebhookRoutes({ ...deps, verify: deps.verifyWebhook, onVerdict: metrics.webhook }).routes());
  app.use(createMetricsRoutes(metrics.registry, deps.config.METRICS_TOKEN).routes());
  app.use(createRouter(routes, { gate, cookie, trustedProxies, stopping, onAnswer }).routes());
  app.use(createDocsRoutes([...routes, webhookOperation], publicUrl).routes());
  app.use(createDashboard(dashboardFolder));
  app.use(createNoRoute());
  // Only what breaks while an answer is being written comes here: a caller that has gone, mostly.
  app.on('error', (error: Error) => deps.logger.debug({ err: error }, 'answer not delivered'));
  return app;
}
