import type { DesiredState, HistoryState, ItemAction, ItemHealth } from './item-status.js';

/** The life of an audit. `queued`: asked for; `canceled`: given up by a user. */
export const AUDIT_STATES = ['queued', 'running', 'done', 'failed', 'canceled'] as const;
export type AuditState = (typeof AUDIT_STATES)[number];

/**
 * What a done audit says: nothing is lost, the store differs from Plaid, or the Item was in a state in which Plaid
 * cannot be compared with. `incomplete`, of an integration only: nothing differs in what was compared, and some Items that
 * are to be in sync were not.
 */
export const AUDIT_VERDICTS = ['clean', 'differs', 'incomplete', 'not_audited'] as const;
export type AuditVerdict = (typeof AUDIT_VERDICTS)[number];

/**
 * A finding: `missing` (Plaid has it, it is not stored or is a tombstone), `extra` (stored, and Plaid does not have it),
 * `different` (both have it, not alike).
 */
export const FINDING_KINDS = ['missing', 'extra', 'different'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const FINDING_SUBJECTS = ['transaction', 'account'] as const;
export type FindingSubject = (typeof FINDING_SUBJECTS)[number];

/** Where a running audit is. */
export const AUDIT_PHASES = ['syncing', 'replaying', 'settling'] as const;
export type AuditPhase = (typeof AUDIT_PHASES)[number];

/** What a running audit is told about its Item between two steps. */
export interface AuditableFacts {
  desiredState: DesiredState;
  health: ItemHealth;
  action: ItemAction | null;
  statusCode: string | null;
  statusMessage: string | null;
  integrationDeleted: boolean;
  /** Linked again as a new Item, which is the one in sync. */
  superseded: boolean;
  /** Why no Item of the integration is synced for now; null: they are. */
  integrationPause: NotAuditedReason | null;
  history: HistoryState;
  resyncDue: boolean;
}

export interface NotAuditedReason {
  code: string;
  reason: string;
}

/**
 * Why an Item cannot be audited; null when it can, or when it has to be synced first.
 * @param synced whether the sync that the audit asked for has ended: before that a state may be out of date
 */
export function whyNotAudited(facts: AuditableFacts, synced: boolean): NotAuditedReason | null {
  if (facts.integrationDeleted || facts.desiredState === 'disabled')
    return { code: 'LINK_DELETED', reason: 'The link was deleted; it is no longer kept in sync with Plaid.' };
  if (facts.health === 'deleted')
    return {
      code: facts.statusCode ?? 'DELETED_IN_PLAID',
      reason: 'The Item is gone at Plaid: there is nothing to compare with.',
    };
  if (facts.superseded)
    return { code: 'SUPERSEDED', reason: 'The Item was linked again as a new one. Audit that one.' };
  if (facts.desiredState === 'paused')
    return { code: 'LINK_PAUSED', reason: 'The link is paused. Resume it, then audit it again.' };
  if (facts.action === 'decide')
    return {
      code: facts.statusCode ?? 'RESYNC_UNCONFIRMED',
      reason: 'The Item waits for a decision about a full resync. Refresh the link, then audit it again.',
    };
  if (facts.integrationPause) return facts.integrationPause;
  if (!synced) return null;
  if (facts.health === 'erroring')
    return { code: facts.statusCode ?? 'ERRORING', reason: facts.statusMessage ?? 'The Item is erroring.' };
  if (facts.history !== 'complete')
    return {
      code: 'HISTORY_NOT_COMPLETE',
      reason: 'Plaid is still preparing the history. Audit the Item again when its history is complete.',
    };
  if (facts.resyncDue)
    return {
      code: 'RESYNC_DUE',
      reason: 'A full resync of the Item is under way; it compares everything itself. Audit it afterwards.',
    };
  return null;
}
