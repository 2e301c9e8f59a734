import { toPublicId } from '../../domain/ids.js';
import { linkStatus, statusMessage, supersededMessage } from '../../domain/item-status.js';
import type { ItemLabels, LookOutcome, LookResult } from '../../domain/sync-outcome.js';
import { jittered } from '../../domain/waiting.js';
import type { LookRow } from '../../db/queries/item-look.js';
import type { Trouble } from '../../db/queries/look-results.js';
import type { LookDeps } from './deps.js';
import { ADVICE } from './trouble.js';

/** Now plus the interval, spread per Item so that a fleet does not wake at once. */
export const jitteredAt = (deps: Pick<LookDeps, 'now'>, intervalMs: number, itemId: string): Date =>
  new Date(deps.now() + jittered(intervalMs, itemId));

export const inMs = (deps: Pick<LookDeps, 'now'>, ms: number): Date => new Date(deps.now() + ms);

export const labelsOf = (row: LookRow): ItemLabels => ({
  plaidItemId: row.plaid_item_id,
  integrationId: toPublicId('integration', row.integration_id),
  organizationId: toPublicId('organization', row.organization_id),
});

/** An Item that stays as it was read; `detail` overrides the stored reason. */
export function resultOf(row: LookRow, next: Date | null, detail?: string): LookResult {
  const status = linkStatus({
    health: row.health,
    desiredState: row.integration_deleted ? 'disabled' : row.desired_state,
    syncingSince: null,
    superseded: row.superseded_by_item_id !== null,
  });
  const reason =
    row.superseded_by_item_id === null
      ? statusMessage(row.status_code, row.status_message)
      : supersededMessage(row.superseded_by_item_id);
  const advised =
    reason !== null && row.action !== null && row.superseded_by_item_id === null
      ? `${reason}. ${ADVICE[row.action]}`
      : reason;
  return { status, detail: detail ?? advised, wakeAt: next?.getTime() ?? null, labels: labelsOf(row) };
}

/** The outcome of an Item that ran into trouble just now. */
export function troubled(row: LookRow, trouble: Trouble, next: Date | null): LookOutcome {
  const gone = trouble.health === 'deleted';
  return {
    kind: gone ? 'stopped' : 'paused',
    status: gone ? 'deleted_in_plaid' : 'erroring',
    detail: `${statusMessage(trouble.code, trouble.message)}. ${ADVICE[trouble.action]}`,
    wakeAt: next?.getTime() ?? null,
    labels: labelsOf(row),
  };
}
