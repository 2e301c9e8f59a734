import type { WorkPriority } from './gcra.js';
import type { LinkStatus } from './item-status.js';

/** What every look at an Item tells its workflow. Times are epoch milliseconds; all of it is mirrored in PostgreSQL. */
/** Whose workflow it is, in the words of Plaid and the API; for search attributes, so no secrets and nothing of end users. */
export interface ItemLabels {
  /** Plaid's item_id. */
  plaidItemId: string;
  integrationId: string;
  organizationId: string;
}

export interface LookResult {
  labels?: ItemLabels;
  status: LinkStatus;
  /** For a person: why, and what to do; null when nothing is wrong. */
  detail: string | null;
  /** When to look again without a signal; null: only a signal helps. */
  wakeAt: number | null;
}

/**
 * The expected ends of one look at an Item. Only what a retry may cure, or a bug, is thrown instead.
 * - `idle`: nothing was dirty or due, or Plaid must be left alone until `wakeAt`
 * - `synced`: an update was committed; `again` when the Item became dirty meanwhile
 * - `not_ready`: Plaid is still preparing the history; looked at again with backoff
 * - `paused`: a person must act, or the user paused it; probed from time to time
 * - `stopped`: disabled, revoked or removed; the workflow ends
 * - `superseded`: another commit, a new token or a user action came first; look again at once
 * - `handover`: too long for a quick sync; look again in a regular activity, which queues for a worker as what it is about to do
 */
export type LookOutcome =
  | ({ kind: 'idle' | 'not_ready' | 'paused' | 'stopped' } & LookResult)
  | ({ kind: 'synced'; again: boolean } & LookResult)
  | { kind: 'superseded' }
  | { kind: 'handover'; priority?: WorkPriority };

export interface LookRequest {
  itemId: string;
  /** `quick`: at most one page within seconds, in a local activity; `full`: everything, with heartbeats. */
  mode: 'quick' | 'full';
}
