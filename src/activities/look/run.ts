import type { LookOutcome } from '../../domain/sync-outcome.js';
import { syncRunOutcome, type SyncRunKind, type SyncRunOutcome } from '../../domain/sync-run.js';
import { PlaidCallAborted, PlaidError } from '../../plaid/plaid-error.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import type { LookContext, LookDeps } from './deps.js';
import { RetryLater } from './retry-later.js';

/** What a look notes about its talk with Plaid while it goes on; a row of sync_runs comes of it. */
export interface RunNotes {
  kind: SyncRunKind;
  startedAt: Date;
  pages: number;
  /** Plaid's id of the last answer: what its support asks for. */
  requestId: string | null;
  /** What Plaid said was wrong, in an error or in an answer. */
  error: { code: string | null; message: string; class: string | null } | null;
  /** The rate budget put the look off before Plaid gave it anything: no run. */
  putOff: boolean;
}

export const beginRun = (deps: Pick<LookDeps, 'now'>, kind: SyncRunKind): RunNotes => ({
  kind,
  startedAt: new Date(deps.now()),
  pages: 0,
  requestId: null,
  error: null,
  putOff: false,
});

/** Notes what a call threw; what is not Plaid's is noted by name only, for its message may hold anything. */
export function noteError(run: RunNotes, error: unknown): void {
  if (error instanceof PlaidError) {
    run.requestId = error.requestId ?? run.requestId;
    run.error = {
      code: error.errorCode ?? 'PLAID_UNREACHABLE',
      message: error.message,
      class: error.errorClass,
    };
  } else if (error instanceof RateBudgetDenied) {
    run.putOff = run.pages === 0;
    run.error = { code: 'RATE_BUDGET', message: error.message, class: 'rate_limited' };
  } else if (!(error instanceof PlaidCallAborted)) {
    const { name, code } = error as { name?: unknown; code?: unknown };
    const named = [name, code].filter((part) => typeof part === 'string').join(' ');
    run.error = { code: 'INTERNAL_ERROR', message: `Ardea's own: ${named || 'unknown'}`, class: null };
  }
}

/**
 * Records a look that asked Plaid, whatever came of it, and tells the metrics. Never throws: what the look achieved must
 * not fail with its record.
 * @param thrown what the look threw, if it did
 */
export async function recordRun(
  deps: LookDeps,
  { row, run }: Pick<LookContext, 'row' | 'run'>,
  ended: LookOutcome | null,
  thrown: unknown = null,
): Promise<void> {
  const outcome = outcomeOf(run, ended, thrown);
  if (outcome === null) return;
  deps.onRun?.({ kind: run.kind, outcome, code: run.error?.code ?? null, startedAt: run.startedAt });
  if (outcome === 'synced') return;
  try {
    await deps.runs.record({
      organizationId: row.organization_id,
      itemId: row.id,
      kind: run.kind,
      outcome,
      startedAt: run.startedAt,
      pages: run.pages,
      restarts: outcome === 'restarted' ? row.restarts + 1 : row.restarts,
      errorCode: run.error?.code ?? null,
      errorMessage: run.error?.message ?? null,
      requestId: run.requestId,
    });
  } catch (error) {
    deps.logger.warn({ err: error, itemId: row.id, outcome }, 'run not recorded');
  }
}

function outcomeOf(run: RunNotes, ended: LookOutcome | null, thrown: unknown): SyncRunOutcome | null {
  if (run.putOff) return null;
  if (thrown !== null && !(thrown instanceof RetryLater)) {
    return thrown instanceof PlaidCallAborted ? 'aborted' : 'failed';
  }
  return syncRunOutcome(ended, run.error?.class ?? null);
}
