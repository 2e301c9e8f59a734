import type { LinkRow } from '../../db/queries/links.js';
import { inboundWebhookUrl } from '../integrations/urls.js';

/**
 * How the webhooks of an Item come here:
 * - `direct`: Plaid sends them to the webhook URL of the integration
 * - `forwarded`: Plaid sends them elsewhere, and they have come from there
 * - `elsewhere`: Plaid sends them elsewhere, and none has ever come
 * - `none`: the Item has no webhook at Plaid, and none has ever come
 * - `unknown`: Plaid has not been asked yet
 */
export const WEBHOOK_DELIVERIES = ['direct', 'forwarded', 'elsewhere', 'none', 'unknown'] as const;
export type WebhookDelivery = (typeof WEBHOOK_DELIVERIES)[number];

type Facts = Pick<LinkRow, 'integration_id' | 'plaid_webhook_url' | 'token_checked_at' | 'last_webhook_at'>;

/** The same URL may be written in several ways; what is no URL equals nothing but itself. */
function normalised(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url;
}

export function webhookDelivery(row: Facts, publicUrl: string): WebhookDelivery {
  const { plaid_webhook_url: url, token_checked_at, last_webhook_at } = row;
  if (url === null && token_checked_at === null && last_webhook_at === null) return 'unknown';
  if (url !== null && normalised(url) === normalised(inboundWebhookUrl(publicUrl, row.integration_id)))
    return 'direct';
  if (last_webhook_at !== null) return 'forwarded';
  return url === null ? 'none' : 'elsewhere';
}

/** For a person; null where webhooks do come. */
export function webhookMessage(row: Facts, publicUrl: string): string | null {
  const remedy = `Forward them to ${inboundWebhookUrl(publicUrl, row.integration_id)}, or let Plaid send them there: POST …/adopt_webhook.`;
  switch (webhookDelivery(row, publicUrl)) {
    case 'elsewhere':
      return `Plaid sends the webhooks of this Item to ${row.plaid_webhook_url}, and none has come here. Changes are only found by polling. ${remedy}`;
    case 'none':
      return `This Item has no webhook at Plaid, and none has come here. Changes are only found by polling. ${remedy}`;
    default:
      return null;
  }
}
