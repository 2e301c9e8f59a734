import { createHash, timingSafeEqual } from 'node:crypto';
import Router from '@koa/router';
import type { Registry } from 'prom-client';
import { AppError } from '../../domain/errors.js';
import type { RequestState } from '../middleware/request-context.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `GET /metrics` for Prometheus: the operator's, no part of the contract with integrators, hence not of the OpenAPI document. */
export function createMetricsRoutes(registry: Registry, token: string | undefined): Router<RequestState> {
  const router = new Router<RequestState>();
  router.get('/metrics', async function metrics(ctx) {
    ctx.state.route = '/metrics';
    if (token !== undefined) {
      const given = ctx.get('authorization');
      if (given === '')
        throw new AppError('auth.missing', { description: 'Send Authorization: Bearer METRICS_TOKEN.' });
      if (!timingSafeEqual(digest(given), digest(`Bearer ${token}`)))
        throw new AppError('auth.invalid', { description: 'This is not METRICS_TOKEN.' });
    }
    ctx.set('cache-control', 'no-store');
    ctx.type = registry.contentType;
    ctx.body = await registry.metrics();
  });
  return router;
}
