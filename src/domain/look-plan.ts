import type { Attention } from './attention.js';
import type { WorkPriority } from './gcra.js';
import type { DesiredState, ItemAction, ItemHealth } from './item-status.js';

export interface LookFacts {
  desiredState: DesiredState;
  health: ItemHealth;
  action: ItemAction | null;
  integrationDeleted: boolean;
  /** Another Item of the end user shows the same accounts, and is synced instead. */
  superseded: boolean;
  /** Plaid refuses the client: nothing of the integration is asked for. */
  integrationPaused: boolean;
  /** Something happened since the last commit. */
  dirty: boolean;
  /** Plaid must be left alone for now: backoff, rate limit, an awaited confirmation. */
  held: boolean;
  /** What this look would do: bulk work is what nobody waits for. */
  priority: WorkPriority;
  /** As what the Item was told to wait for its turn in the rate budget, if it still waits. */
  waitsAs: WorkPriority | null;
  /** next_sync_at has come. */
  due: boolean;
  /** Whether Plaid has confirmed that token and item_id belong together. */
  tokenChecked: boolean;
  /** `TYPE:CODE` of the unconsumed webhooks. Hints: they choose what to ask, never what to believe. */
  hints: readonly string[];
  resyncDue: boolean;
  /** What the Item needs although it works. */
  attention: readonly Pick<Attention, 'code' | 'deadline'>[];
}

/**
 * What to do when looking at an Item, decided from PostgreSQL alone:
 * - `stop`: nothing will ever be synced unless the Item is linked again
 * - `rest`: the user paused it, another Item supersedes it, Plaid refuses the integration's keys, or an operator must decide
 * - `idle`: nothing to do yet
 * - `sync`: ask /item/get first if `probe`, then sync; from the null cursor if `resync`
 */
export type LookPlan =
  | { kind: 'stop' }
  | { kind: 'rest' }
  | { kind: 'idle' }
  | { kind: 'sync'; probe: boolean; resync: boolean; refreshAccounts: boolean };

export interface PriorityFacts {
  /** Something happened that a webhook told or a user did, and not only bulk work marked. */
  fresh: boolean;
  neverSynced: boolean;
  resyncDue: boolean;
}

/** A full resync is bulk work whatever caused it: it is many requests, from the null cursor, of which Plaid grants few. */
export const priorityOf = ({ fresh, neverSynced, resyncDue }: PriorityFacts): WorkPriority =>
  !resyncDue && (fresh || neverSynced) ? 'fresh' : 'bulk';

/** Whether the Item's turn in the rate budget is still to come. Fresh work need not heed what bulk work was told. */
export const awaitsTurn = ({ priority, waitsAs }: Pick<LookFacts, 'priority' | 'waitsAs'>): boolean =>
  waitsAs !== null && !(waitsAs === 'bulk' && priority === 'fresh');

const ACCOUNT_HINTS = new Set(['ITEM:NEW_ACCOUNTS_AVAILABLE', 'ITEM:USER_ACCOUNT_REVOKED']);

export function planLook(facts: LookFacts): LookPlan {
  if (facts.desiredState === 'disabled' || facts.integrationDeleted || facts.health === 'deleted')
    return { kind: 'stop' };
  if (
    facts.integrationPaused ||
    facts.desiredState === 'paused' ||
    facts.superseded ||
    facts.action === 'decide'
  )
    return { kind: 'rest' };
  if (facts.held || awaitsTurn(facts) || (!facts.dirty && !facts.due)) return { kind: 'idle' };
  const attends = (code: Attention['code']): boolean => facts.attention.some((entry) => entry.code === code);
  return {
    kind: 'sync',
    // An erroring Item may have healed without a word (update mode in the integrator's app keeps the token), and an old
    // ERROR may arrive late: only /item/get knows.
    probe:
      facts.health === 'erroring' ||
      !facts.tokenChecked ||
      // Only /item/get tells that a deadline was moved, or has passed without harm.
      facts.attention.some((entry) => entry.deadline !== null) ||
      facts.hints.some((hint) => hint.startsWith('ITEM:')),
    resync: facts.resyncDue,
    refreshAccounts:
      // No webhook tells of a new name, and a sync lists only accounts with changed rows: a reconcile asks for all of them, and
      // so does what a user asks for. An audit, which is bulk work, does not mend what it is about to compare.
      facts.due ||
      (facts.hints.length === 0 && facts.priority === 'fresh') ||
      facts.hints.some((hint) => ACCOUNT_HINTS.has(hint)) ||
      attends('USER_ACCOUNT_REVOKED'),
  };
}
