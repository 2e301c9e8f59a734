import { toPublicId } from '../../domain/ids.js';
import {
  linkStatus,
  statusMessage,
  supersededMessage,
  type ItemAction,
  type LinkStatus,
} from '../../domain/item-status.js';
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

/** Why, and what to do: a relink stands before a pause of the integration, and that before what ails the Item itself. */
function reasonOf(row: LookRow, status: LinkStatus): { text: string | null; action: ItemAction | null } {
  if (row.superseded_by_item_id !== null)
    return { text: supersededMessage(row.superseded_by_item_id, null), action: null };
  if (status === 'erroring' && row.paused_since !== null)
    return { text: statusMessage(row.pause_code, row.pause_message), action: 'fix_keys' };
  return { text: statusMessage(row.status_code, row.status_message), action: row.action };
}

/** An Item that stays as it was read; `detail` overrides the stored reason. */
export function resultOf(row: LookRow, next: Date | null, detail?: string): LookResult {
  const status = linkStatus({
    integrationPaused: row.paused_since !== null,
    health: row.health,
    desiredState: row.integration_deleted ? 'disabled' : row.desired_state,
    syncingSince: null,
    superseded: row.superseded_by_item_id !== null,
  });
  const reason = reasonOf(row, status);
  const advised =
    reason.text !== null && reason.action !== null ? `${reason.text}. ${ADVICE[reason.action]}` : reason.text;
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
