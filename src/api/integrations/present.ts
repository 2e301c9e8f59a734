import type { z } from 'zod';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import { toPublicId } from '../../domain/ids.js';
import { statusMessage } from '../../domain/item-status.js';
import type { integration } from './schema.js';
import { inboundWebhookUrl, linkUrl } from './urls.js';

export type PresentIntegration = (row: IntegrationRow) => z.input<typeof integration>;

/** Presents integrations with the URLs under which the outside world reaches them. */
export function createIntegrationPresenter(publicUrl: string): PresentIntegration {
  return (row) => {
    const id = toPublicId('integration', row.id);
    return {
      heron_id: id,
      name: row.name,
      type: row.type,
      resource: row.resource,
      base_url: row.base_url,
      client_id: row.client_id,
      webhook_url: row.webhook_url,
      link_url: linkUrl(publicUrl, row.id),
      inbound_webhook_url: inboundWebhookUrl(publicUrl, row.id),
      keys_status: row.keys_status,
      keys_checked_at: row.keys_checked_at?.toISOString() ?? null,
      paused_since: row.paused_since?.toISOString() ?? null,
      pause_message: statusMessage(row.pause_code, row.pause_message),
      created: row.created_at.toISOString(),
      last_updated: row.updated_at.toISOString(),
    };
  };
}
