import { z } from 'zod';
import type { Route } from '../route.js';

/** What Plaid sends, as far as Ardea reads it; everything else is kept as it came. */
const plaidWebhookSchema = z.looseObject({
  webhook_type: z.string().optional().meta({ example: 'TRANSACTIONS' }),
  webhook_code: z.string().optional().meta({ example: 'SYNC_UPDATES_AVAILABLE' }),
  item_id: z.string().optional(),
});

export const webhookReceiptSchema = z.object({
  received: z.literal(true),
  webhook_id: z.string().meta({ example: 'iwh_1bT7zKp2cYvXq9mJr4dWsa' }),
});

export type WebhookReceipt = z.infer<typeof webhookReceiptSchema>;

/** The entry of the OpenAPI document; the route itself works on raw bytes and is mounted as a router of its own. */
export const webhookOperation: Omit<Route, 'handle'> = {
  method: 'post',
  path: '/webhooks/plaid/{integration_id}',
  tag: 'Webhooks',
  summary: "Receive Plaid's webhooks",
  description:
    "Give this URL to Plaid, or forward Plaid's webhooks to it: the body byte for byte, together with the Plaid-Verification header. " +
    'The signature is the authentication; no API key is needed. The answer is sent once the webhook is stored. ' +
    'Send it again after any other answer than 200, as Plaid does; repetitions do no harm.',
  auth: 'none',
  role: undefined,
  sameOrigin: false,
  keepsSession: true,
  sensitive: undefined,
  params: { integration_id: 'The integration, `itg_…`; the whole URL is its `inbound_webhook_url`.' },
  query: undefined,
  body: { schema: plaidWebhookSchema },
  responses: { 200: { description: 'Stored.', schema: webhookReceiptSchema } },
  errors: [
    'webhook.malformed',
    'webhook.bad_signature',
    'integration.not_found',
    'webhook.too_large',
    'webhook.key_unavailable',
    'service.unavailable',
  ],
};
