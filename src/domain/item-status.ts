/** Link statuses of the HTTP contract. */
export const LINK_STATUSES = [
  'pending',
  'active',
  'syncing',
  'erroring',
  'sync_disabled',
  'deleted_in_plaid',
] as const;
export type LinkStatus = (typeof LINK_STATUSES)[number];

/**
 * What Ardea knows of an Item's health (`items.health`):
 * - `pending`: linked, nothing synced yet
 * - `active`: the last sync went through
 * - `erroring`: syncing is paused until a person acts (`items.action` says how); probed with /item/get meanwhile
 * - `deleted`: gone at Plaid for good; only a new link or a new token revives it
 */
export type ItemHealth = 'pending' | 'active' | 'erroring' | 'deleted';

/** What the user wants (`items.desired_state`); user actions commit it and signal, the workflow obeys. */
export const DESIRED_STATES = ['active', 'paused', 'disabled'] as const;
export type DesiredState = (typeof DESIRED_STATES)[number];

/** How much history Plaid has delivered: after TransactionsUpdateStatus of /transactions/sync. */
export type HistoryState = 'pending' | 'initial' | 'complete';

/** What a person has to do about an Item: `wait` is nothing, and never the action of an erroring one. */
export const ITEM_ACTIONS = ['update_mode', 'new_link', 'fix_keys', 'decide', 'report', 'wait'] as const;
export type ItemAction = (typeof ITEM_ACTIONS)[number];

export interface ItemStatusFacts {
  /** Plaid refuses the client of the Item's integration: a person must act, whatever the Item's own health. */
  integrationPaused: boolean;
  health: ItemHealth;
  desiredState: DesiredState;
  /** When the running multi-page sync began; null when none runs. */
  syncingSince: Date | null;
  /** Another Item of the end user shows the same accounts, and is synced instead. */
  superseded: boolean;
}

/** Projects the facts to the contract's status. Wishes of the user win over health, health over progress. */
export function linkStatus(facts: ItemStatusFacts): LinkStatus {
  if (facts.health === 'deleted') return 'deleted_in_plaid';
  if (facts.desiredState !== 'active' || facts.superseded) return 'sync_disabled';
  if (facts.integrationPaused || facts.health === 'erroring') return 'erroring';
  if (facts.syncingSince !== null) return 'syncing';
  return facts.health;
}

/** The contract's status_message: `[PLAID_ERROR_CODE] Plaid's message`; null when nothing is wrong. */
export const statusMessage = (code: string | null, message: string | null): string | null =>
  code === null ? null : message === null ? `[${code}]` : `[${code}] ${message}`;

const SUPERSEDING = {
  synced: 'is synced instead',
  erroring: 'is to be synced instead and is erroring',
  paused: 'is paused',
  superseded: 'was superseded in its turn',
  deleted: 'was deleted since',
  deleted_at_plaid: 'was deleted since, at Plaid',
} as const;
/** How it stands with an Item that supersedes another one. */
export type SupersedingState = keyof typeof SUPERSEDING;

/** Why a superseded Item is not synced. `byItemId` is Plaid's; without a state nothing is said of that Item. */
export const supersededBy = (byItemId: string, state: SupersedingState | null): string =>
  `linked again as Item ${byItemId}, ${state === null ? 'for which this one rests' : `which ${SUPERSEDING[state]}`}`;

/** The same in the form of a status_message. */
export const supersededMessage = (byItemId: string, state: SupersedingState | null): string =>
  `[SUPERSEDED] The same accounts were ${supersededBy(byItemId, state)}.`;
