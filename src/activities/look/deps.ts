import type { Config } from '../../config/index.js';
import type { Database } from '../../db/database.js';
import type { IntegrationPauseQueries } from '../../db/queries/integration-pauses.js';
import type { ItemLookQueries, LookRow } from '../../db/queries/item-look.js';
import type { LookBasis, LookResultQueries } from '../../db/queries/look-results.js';
import type { StagingQueries } from '../../db/queries/staging.js';
import type { SyncRunQueries } from '../../db/queries/sync-runs.js';
import type { SecretBox } from '../../db/secret-box.js';
import type { WorkPriority } from '../../domain/gcra.js';
import type { Logger } from '../../logger.js';
import type { CallOptions, PlaidApi, PlaidGateway } from '../../plaid/plaid-api.js';
import type { SyncRunKind, SyncRunOutcome } from '../../domain/sync-run.js';
import type { RunNotes } from './run.js';

/** The settings that a look reads: waits and limits, in milliseconds. */
export type LookSettings = Pick<
  Config,
  | 'RECONCILE_INTERVAL'
  | 'PROBE_INTERVAL'
  | 'PLAID_TIMEOUT'
  | 'QUICK_SYNC'
  | 'QUICK_SYNC_TIMEOUT'
  | 'NOT_READY_FIRST_WAIT'
  | 'NOT_READY_LONGEST_WAIT'
  | 'NOT_READY_WINDOW'
  | 'RESTART_FIRST_WAIT'
  | 'RESTART_LONGEST_WAIT'
  | 'RESTART_WINDOW'
  | 'RESTART_MINIMUM'
  | 'RESYNC_CONFIRM_AFTER'
  | 'RETRY_FIRST_WAIT'
  | 'RETRY_LONGEST_WAIT'
  | 'RETRY_SLOW_WAIT'
  | 'RATE_LIMIT_WAIT'
>;

/** A look that asked Plaid, as metrics see it. */
export interface EndedRun {
  kind: SyncRunKind;
  outcome: SyncRunOutcome;
  /** Plaid's error_code, if something was wrong. */
  code: string | null;
  startedAt: Date;
}

export interface LookDeps {
  db: Database;
  looks: ItemLookQueries;
  results: LookResultQueries;
  pauses: Pick<IntegrationPauseQueries, 'pause'>;
  staging: StagingQueries;
  runs: Pick<SyncRunQueries, 'record'>;
  onRun?: (run: EndedRun) => void;
  secrets: SecretBox;
  plaid: PlaidGateway;
  settings: LookSettings;
  logger: Logger;
  now: () => number;
}

/** One attempt at one Item: what was read, and how far a call may go. */
export interface LookContext {
  row: LookRow;
  basis: LookBasis;
  api: PlaidApi;
  accessToken: string;
  mode: 'quick' | 'full';
  priority: WorkPriority;
  attempt: number;
  run: RunNotes;
  /** What ailed the Item when the look began; a probe that finds it well may be contradicted by the sync. */
  ailed: { code: string; since: Date } | null;
  /** Aborts calls to Plaid on shutdown or lost heartbeat. */
  signal: AbortSignal;
  /** Tells Temporal that the attempt is alive; throttled by the SDK. */
  heartbeat: (progress: { pages: number; rows: number }) => void;
}

/** What fetching takes: of a look, or of an audit's replay, which never commits. */
export type FetchDeps = Pick<LookDeps, 'staging' | 'settings' | 'logger'>;
export interface FetchContext extends Pick<
  LookContext,
  'api' | 'accessToken' | 'mode' | 'signal' | 'heartbeat'
> {
  basis: Pick<LookBasis, 'itemId'>;
  /** Bulk unless said otherwise. */
  priority?: WorkPriority;
  /** Where pages are counted, if anybody wants to know. */
  run?: Pick<RunNotes, 'pages' | 'requestId'>;
}

/**
 * How long a call waits in place for the rate budget. What has only begun goes to rest instead, and leaves its slot of the
 * worker to others; fresh work waits a moment, which costs less than coming again. What has pages behind it waits long.
 */
const BEGINNING_WAIT_MS = { fresh: 1_000, bulk: 0 } as const;
const CONTINUING_WAIT_MS = { quick: 1_000, full: 60_000 } as const;

/** @param step `continuing` for what comes after the first page of an update */
export const callOptions = (
  deps: Pick<LookDeps, 'settings'>,
  { mode, priority = 'bulk', signal }: Pick<FetchContext, 'mode' | 'signal' | 'priority'>,
  step: 'beginning' | 'continuing' = 'beginning',
): CallOptions => ({
  timeoutMs: mode === 'quick' ? deps.settings.QUICK_SYNC_TIMEOUT : deps.settings.PLAID_TIMEOUT,
  signal,
  priority,
  continues: step === 'continuing',
  longestWaitMs: step === 'continuing' ? CONTINUING_WAIT_MS[mode] : BEGINNING_WAIT_MS[priority],
});
