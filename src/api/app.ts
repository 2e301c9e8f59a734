import Koa from 'koa';
import type { Deps } from '../deps.js';
import { createDocsRoutes } from './docs/routes.js';
import { createAuthentication } from './middleware/authentication.js';
import { createApiMetrics } from './metrics/api-metrics.js';
import { createMetricsRoutes } from './metrics/routes.js';
import { createErrorAnswers } from './middleware/errors.js';
import { createRequestContext, type RequestState } from './middleware/request-context.js';
import { createNoRoute, createRouter, type RouterOptions } from './router.js';
import { createRoutes } from './routes.js';
import { webhookOperation } from './webhooks/operation.js';
import { createWebhookRoutes } from './webhooks/routes.js';

export interface AppOptions {
  /** Aborts when the server stops: long polls end on it. */
  stopping: AbortSignal;
  /** Sees every answer of a declared route before it is sent. */
  onAnswer?: RouterOptions['onAnswer'];
}

/** The HTTP application. It holds nothing of its own: whoever made `deps` closes them. */
export function createApp(deps: Deps, { stopping, onAnswer }: AppOptions): Koa<RequestState> {
  const app = new Koa<RequestState>();
  const routes = createRoutes(deps);
  const authenticate = createAuthentication({ apiKeys: deps.apiKeys });

  const metrics = createApiMetrics(deps);

  app.use(createRequestContext(deps.logger, metrics.requested));
  app.use(createErrorAnswers());
  app.use(createWebhookRoutes({ ...deps, verify: deps.verifyWebhook, onVerdict: metrics.webhook }).routes());
  app.use(createMetricsRoutes(metrics.registry, deps.config.METRICS_TOKEN).routes());
  app.use(createRouter(routes, { authenticate, stopping, onAnswer }).routes());
  app.use(createDocsRoutes([...routes, webhookOperation], deps.config.PUBLIC_URL).routes());
  app.use(createNoRoute());
  // Only what breaks while an answer is being written comes here: a caller that has gone, mostly.
  app.on('error', (error: Error) => deps.logger.debug({ err: error }, 'answer not delivered'));
  return app;
}
