import type { ItemAction, LinkStatus } from './item-status.js';

/**
 * What Ardea does next about an Item by itself:
 * - `first_sync`: fetches it for the first time, or asks whether Plaid has its history ready
 * - `sync`: fetches what a webhook or a user has told of
 * - `retry`: tries again after a failure or a restart
 * - `resync`: reads the whole history anew
 * - `reconcile`: fetches because its time has come
 * - `probe`: asks Plaid whether the Item works again
 * - `probe_keys`: asks Plaid whether it takes the keys of the integration again
 */
export const NEXT_ACTIONS = [
  'first_sync',
  'sync',
  'retry',
  'resync',
  'reconcile',
  'probe',
  'probe_keys',
] as const;
export type NextActionKind = (typeof NEXT_ACTIONS)[number];

export interface NextActionFacts {
  status: LinkStatus;
  action: ItemAction | null;
  integrationPaused: boolean;
  /** When the integration's keys are probed. */
  probeKeysAt: Date | null;
  neverSynced: boolean;
  /** Something happened since the last commit. */
  dirty: boolean;
  resyncDue: boolean;
  /** Failures or restarts in a row. */
  failing: boolean;
  nextSyncAt: Date | null;
  /** Plaid is left alone until these. */
  holdUntil: Date | null;
  budgetUntil: Date | null;
}

export interface NextAction {
  what: NextActionKind;
  /** Null: at once. */
  at: Date | null;
}

const later = (a: Date | null, b: Date | null): Date | null => (a === null ? b : b === null || a > b ? a : b);

function kindOf(facts: NextActionFacts): NextActionKind {
  if (facts.status === 'erroring') return 'probe';
  if (facts.failing) return 'retry';
  if (facts.resyncDue) return 'resync';
  if (facts.neverSynced) return 'first_sync';
  return facts.dirty ? 'sync' : 'reconcile';
}

/** Null where nothing happens unless a person acts. */
export function nextAction(facts: NextActionFacts, now: Date): NextAction | null {
  const { status, action, dirty, nextSyncAt } = facts;
  if (status === 'sync_disabled' || status === 'deleted_in_plaid') return null;
  if (facts.integrationPaused) return { what: 'probe_keys', at: facts.probeKeysAt };
  if (action === 'decide') return null;
  const held = later(facts.holdUntil, facts.budgetUntil);
  const due = dirty ? held : later(nextSyncAt, held);
  if (!dirty && due === null) return null;
  return { what: kindOf(facts), at: due !== null && due > now ? due : null };
}
