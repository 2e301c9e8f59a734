import type { z } from 'zod';
import type { InboxRow, InboxRowWhole } from '../../db/queries/inbox-reads.js';
import { toPublicId } from '../../domain/ids.js';
import type { inboxWebhook, inboxWebhookWhole } from './schema.js';

export const presentWebhook = (row: InboxRow): z.input<typeof inboxWebhook> => ({
  heron_id: toPublicId('inboxWebhook', row.id),
  integration_heron_id: toPublicId('integration', row.integration_id),
  item_id: row.plaid_item_id,
  verdict: row.verdict,
  rejection: row.rejection,
  state: row.state,
  webhook_type: row.webhook_type,
  webhook_code: row.webhook_code,
  deliveries: row.deliveries,
  received: row.received_at.toISOString(),
  last_received: row.last_received_at.toISOString(),
  forward: {
    state: row.forward_state,
    attempts: row.forward_attempts,
    error: row.forward_error,
    forwarded: row.forwarded_at?.toISOString() ?? null,
  },
  replays: row.replays,
  last_replayed: row.last_replayed_at?.toISOString() ?? null,
});

function asText(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export const presentWhole = (row: InboxRowWhole): z.input<typeof inboxWebhookWhole> => ({
  ...presentWebhook(row),
  headers: { ...row.headers },
  body: asText(row.body),
  body_base64: row.body.toString('base64'),
  body_shortened: row.body_shortened,
});
