import type { z } from 'zod';
import type { LinkRow } from '../../db/queries/links.js';
import { toPublicId } from '../../domain/ids.js';
import { linkStatus, statusMessage } from '../../domain/item-status.js';
import type { link } from './schema.js';

export const statusOf = (row: LinkRow): ReturnType<typeof linkStatus> =>
  linkStatus({ health: row.health, desiredState: row.desired_state, syncingSince: row.syncing_since });

/** An Item as the contract's IntegrationLink. */
export function presentLink(row: LinkRow): z.input<typeof link> {
  return {
    item_id: row.plaid_item_id,
    type: 'plaid_integration',
    status: statusOf(row),
    status_message: statusMessage(row.status_code, row.status_message),
    status_since: row.status_since.toISOString(),
    action: row.action,
    history: row.history,
    institution: { institution_id: row.institution_id, name: row.institution_name },
    end_user_heron_id: toPublicId('endUser', row.end_user_id),
    integration_heron_id: toPublicId('integration', row.integration_id),
    data_source_heron_id: toPublicId('dataSource', row.id),
    plaid_webhook_url: row.plaid_webhook_url,
    last_successful_sync: row.last_successful_sync_at?.toISOString() ?? null,
    next_sync_at: row.next_sync_at?.toISOString() ?? null,
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
  };
}
