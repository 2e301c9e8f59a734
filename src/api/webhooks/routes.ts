import Router from '@koa/router';
import { AppError } from '../../domain/errors.js';
import { fromPublicId, toPublicId } from '../../domain/ids.js';
import type { RequestState } from '../middleware/request-context.js';
import { createWebhookIntake, within, type WebhookIntakeDeps } from './intake.js';
import { webhookOperation, type WebhookReceipt } from './operation.js';
import { keptHeaders, readWebhookBytes } from './webhook-body.js';

/** Plaid gives up after 10 s: its retries are worth more than an answer that nobody hears. The sender's own time does not count. */
const ANSWER_WITHIN_MS = 8_000;

export type WebhookRoutesDeps = WebhookIntakeDeps;

/**
 * `POST /webhooks/plaid/{integration_id}`. Needs the error answers and the request context around it, and no body parser:
 * it works on the bytes as they arrive.
 */
export function createWebhookRoutes(deps: WebhookRoutesDeps): Router<RequestState> {
  const intake = createWebhookIntake(deps);
  const router = new Router<RequestState>();
  router.post('/webhooks/plaid/:integration_id', async function receivePlaidWebhook(ctx) {
    ctx.state.route = webhookOperation.path;
    const integrationId = fromPublicId('integration', ctx.params.integration_id ?? '');
    if (integrationId === null) throw new AppError('integration.not_found');
    let body: Buffer;
    let leftMs: number;
    try {
      // An unknown integration is answered before its sender's bytes are taken in.
      const begun = performance.now();
      await intake.integration(integrationId);
      leftMs = ANSWER_WITHIN_MS - (performance.now() - begun);
      body = await readWebhookBytes(ctx.req);
    } catch (error) {
      // The rest of the body is not read: the connection cannot be used again.
      if (!ctx.req.complete) ctx.set('connection', 'close');
      throw error;
    }
    const received = await within(
      leftMs,
      intake.take({ integrationId, body, headers: keptHeaders(ctx.headers) }),
    );
    ctx.status = 200;
    ctx.body = {
      received: true,
      webhook_id: toPublicId('inboxWebhook', received.webhookId),
    } satisfies WebhookReceipt;
  });
  return router;
}
