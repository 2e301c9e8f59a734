import type { z } from 'zod';
import type { ItemCounts, ItemPlans, ItemRow } from '../../db/queries/item-reads.js';
import { toPublicId } from '../../domain/ids.js';
import { LINK_STATUSES } from '../../domain/item-status.js';
import { nextAction } from '../../domain/next-action.js';
import { itemWorkflowId } from '../../workflows/messages.js';
import { createLinkPresenter, statusOf } from '../links/present.js';
import type { item, itemDetails, itemSummary } from './schema.js';

export interface ItemPresenterOptions {
  publicUrl: string;
  temporalNamespace: string;
  /** Where people reach Temporal's Web UI. */
  temporalUiUrl?: string | undefined;
}

export interface ItemPresenter {
  listed: (row: ItemRow) => z.input<typeof item>;
  whole: (row: ItemRow & ItemPlans) => z.input<typeof itemDetails>;
}

export function createItemPresenter(options: ItemPresenterOptions): ItemPresenter {
  const presentLink = createLinkPresenter(options.publicUrl);

  const listed: ItemPresenter['listed'] = (row) => ({
    ...presentLink(row),
    integration: {
      heron_id: toPublicId('integration', row.integration_id),
      name: row.integration_name,
      deleted: row.integration_deleted,
    },
    end_user: {
      heron_id: toPublicId('endUser', row.end_user_id),
      end_user_id: row.end_user,
      name: row.end_user_name,
    },
  });

  const workflowUrl = (id: string): string | null =>
    options.temporalUiUrl === undefined
      ? null
      : `${options.temporalUiUrl}/namespaces/${encodeURIComponent(options.temporalNamespace)}/workflows/${encodeURIComponent(id)}`;

  return {
    listed,
    whole(row) {
      const next = nextAction(
        {
          status: statusOf(row),
          action: row.action,
          integrationPaused: row.paused_since !== null,
          probeKeysAt: row.probe_at,
          neverSynced: row.last_successful_sync_at === null,
          dirty: row.dirty,
          resyncDue: row.resync_reason !== null,
          failing: row.failures > 0 || row.restarts > 0,
          nextSyncAt: row.next_sync_at,
          holdUntil: row.hold_until,
          budgetUntil: row.budget_until,
        },
        new Date(),
      );
      const id = itemWorkflowId(row.id);
      return {
        ...listed(row),
        next_action: next && { what: next.what, at: next.at?.toISOString() ?? null },
        workflow: { id, url: workflowUrl(id) },
      };
    },
  };
}

export function presentCounts(counts: ItemCounts): z.input<typeof itemSummary> {
  const byStatus = Object.fromEntries(
    LINK_STATUSES.map((status) => [status, counts.byStatus[status] ?? 0]),
  ) as Record<(typeof LINK_STATUSES)[number], number>;
  return {
    total: Object.values(byStatus).reduce((sum, n) => sum + n, 0),
    attention: counts.needAPerson,
    by_status: byStatus,
  };
}
