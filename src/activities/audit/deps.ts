import type { AuditCompareQueries } from '../../db/queries/audit-compare.js';
import type { AuditFleetQueries } from '../../db/queries/audit-fleet.js';
import type { AuditRunQueries } from '../../db/queries/audit-runs.js';
import type { SignalSender } from '../../temporal/signal-sender.js';
import type { LookDeps } from '../look/deps.js';

export interface AuditDeps extends Pick<
  LookDeps,
  'staging' | 'secrets' | 'plaid' | 'settings' | 'logger' | 'now'
> {
  runs: AuditRunQueries;
  compares: AuditCompareQueries;
  fleets: AuditFleetQueries;
  sender: Pick<SignalSender, 'look' | 'audit'>;
  /** Items of one integration's audit that are audited at once. */
  atOnce: number;
}

/** How an attempt is told to give up, and tells that it is alive. */
export interface AuditSurroundings {
  attempt: number;
  signal: AbortSignal;
  heartbeat: (progress: { pages: number; rows: number }) => void;
}
