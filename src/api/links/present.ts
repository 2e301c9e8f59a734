import type { z } from 'zod';
import type { LinkRow } from '../../db/queries/links.js';
import { toPublicId } from '../../domain/ids.js';
import { linkStatus, statusMessage, supersededMessage } from '../../domain/item-status.js';
import { attentionAdvice } from '../../domain/attention.js';
import type { attention, link } from './schema.js';
import { webhookDelivery, webhookMessage } from './webhook-delivery.js';

export const statusOf = (row: LinkRow): ReturnType<typeof linkStatus> =>
  linkStatus({
    integrationPaused: row.paused_since !== null,
    health: row.health,
    desiredState: row.desired_state,
    syncingSince: row.syncing_since,
    superseded: row.superseded_by_item_id !== null,
  });

type StatusReason = Pick<z.input<typeof link>, 'status_message' | 'status_since' | 'action'>;

/** Nobody has to mend an Item that another one has replaced; a pause of the integration stands before what ails the Item. */
function statusReason(row: LinkRow): StatusReason {
  if (row.superseded_by_item_id !== null)
    return {
      status_message: supersededMessage(row.superseded_by_item_id, row.superseding_state),
      status_since: (row.superseded_at ?? row.status_since).toISOString(),
      action: row.stopped_relink === null ? null : 'decide',
    };
  if (row.paused_since !== null && statusOf(row) === 'erroring')
    return {
      status_message: statusMessage(row.pause_code, row.pause_message),
      status_since: row.paused_since.toISOString(),
      action: 'fix_keys',
    };
  return {
    status_message: statusMessage(row.status_code, row.status_message),
    status_since: row.status_since.toISOString(),
    action: row.action,
  };
}

export type PresentLink = (row: LinkRow) => z.input<typeof link>;

/** What an Item that is not synced any more needs is not asked for. */
const ENDED = new Set<string>(['sync_disabled', 'deleted_in_plaid']);

function presentAttention(row: LinkRow): z.input<typeof attention>[] {
  const ofRelink = (code: 'RELINK_DOUBTFUL' | 'RELINK_STOPPED', relink: { id: string; since: string }) => ({
    code,
    reason: toPublicId('relink', relink.id),
    deadline: null,
    since: new Date(relink.since).toISOString(),
  });
  const advised = <E extends Parameters<typeof attentionAdvice>[0]>(entry: E) => ({
    ...entry,
    ...attentionAdvice(entry),
  });
  if (row.stopped_relink !== null) return [advised(ofRelink('RELINK_STOPPED', row.stopped_relink))];
  if (ENDED.has(statusOf(row))) return [];
  const relinks = row.doubtful_relinks.map((relink) => ofRelink('RELINK_DOUBTFUL', relink));
  return [...row.attention, ...relinks].map(advised);
}

/** Presents Items as the contract's IntegrationLink; `publicUrl`: where Plaid reaches Ardea. */
export const createLinkPresenter =
  (publicUrl: string): PresentLink =>
  (row) => ({
    item_id: row.plaid_item_id,
    type: 'plaid_integration',
    status: statusOf(row),
    ...statusReason(row),
    desired_state: row.desired_state,
    attention: presentAttention(row),
    consent_expires: row.consent_expires_at?.toISOString() ?? null,
    history: row.history,
    institution: { institution_id: row.institution_id, name: row.institution_name },
    end_user_heron_id: toPublicId('endUser', row.end_user_id),
    integration_heron_id: toPublicId('integration', row.integration_id),
    data_source_heron_id: toPublicId('dataSource', row.id),
    plaid_webhook_url: row.plaid_webhook_url,
    webhook_delivery: webhookDelivery(row, publicUrl),
    webhook_message: webhookMessage(row, publicUrl),
    last_webhook: row.last_webhook_at?.toISOString() ?? null,
    superseded_by_item_id: row.superseded_by_item_id,
    supersedes_item_id: row.supersedes_item_id,
    last_successful_sync: row.last_successful_sync_at?.toISOString() ?? null,
    next_sync_at: row.next_sync_at?.toISOString() ?? null,
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
  });
