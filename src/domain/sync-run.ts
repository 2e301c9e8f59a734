import type { LookOutcome } from './sync-outcome.js';

/** What a run asked Plaid for: the changes since the cursor, the whole history, or only the Item's state. */
export type SyncRunKind = 'update' | 'resync' | 'probe';

/**
 * How a run ended:
 * - `synced`: committed
 * - `not_ready`: Plaid is still preparing the history
 * - `restarted`: the data changed while it was read; the update begins again
 * - `rate_limited`, `failed`: a passing failure; tried again after a wait
 * - `paused`: a person must act
 * - `deleted`: Plaid has forgotten the Item
 * - `unconfirmed`: a full resync that lacks many stored rows; another one must agree
 * - `superseded`: a new token, a user's wish or another run came first, or a full resync is due instead
 * - `aborted`: the worker stopped in the middle; the next run starts over
 */
export const SYNC_RUN_OUTCOMES = [
  'synced',
  'not_ready',
  'restarted',
  'rate_limited',
  'failed',
  'paused',
  'deleted',
  'unconfirmed',
  'superseded',
  'aborted',
] as const;
export type SyncRunOutcome = (typeof SYNC_RUN_OUTCOMES)[number];

/**
 * The outcome to record of a look that asked Plaid, or null where there is nothing to record: a handover, whose full look
 * follows at once.
 * @param failure what Plaid's refusal means (its class), null when it refused nothing; @param ended null when it is to be retried
 */
export function syncRunOutcome(ended: LookOutcome | null, failure: string | null): SyncRunOutcome | null {
  if (ended?.kind === 'handover') return null;
  if (failure === 'restart') return 'restarted';
  if (ended?.kind === 'synced' || ended?.kind === 'not_ready' || ended?.kind === 'superseded')
    return ended.kind;
  if (ended?.kind === 'paused') return 'paused';
  if (ended?.kind === 'stopped') return 'deleted';
  if (failure === 'rate_limited') return 'rate_limited';
  return failure === null && ended !== null ? 'unconfirmed' : 'failed';
}
