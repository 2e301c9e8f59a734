import type { HistoryState } from '../../domain/item-status.js';
import { attentionAfterAccounts } from '../../domain/attention.js';
import type { LookPlan } from '../../domain/look-plan.js';
import type { LookOutcome } from '../../domain/sync-outcome.js';
import { backoffMs } from '../../domain/waiting.js';
import { commitUpdate, type SnapshotRules } from '../../db/queries/update-commit.js';
import { failpoint } from '../../failpoints.js';
import { accountLists, type AccountLists } from './accounts.js';
import type { LookContext, LookDeps } from './deps.js';
import { discardStaged, fetchUpdate, type FetchedUpdate } from './fetch-update.js';
import { pauseItem } from './pause-item.js';
import { inMs, jitteredAt, labelsOf, resultOf } from './results.js';

/** Fetches one update, or a snapshot when a full resync is due, and commits it. Throws PlaidError where Plaid refuses. */
export async function syncItem(
  deps: LookDeps,
  context: LookContext,
  plan: Extract<LookPlan, { kind: 'sync' }>,
): Promise<LookOutcome> {
  const { row } = context;
  // A snapshot is many pages, and what it lacks may need confirming: never in a quick sync.
  if (plan.resync && context.mode === 'quick') return { kind: 'handover', priority: context.priority };
  if (context.mode === 'full') await deps.looks.markSyncing(row.id, context.basis.syncVersion);
  const startedAt = new Date(deps.now());
  const fetched = await fetchUpdate(deps, context, plan.resync ? null : row.cursor);
  if (fetched.kind === 'longer_than_a_page') return { kind: 'handover', priority: context.priority };
  const { update } = fetched;
  try {
    if (isNotReady(update)) return await notReady(deps, context);
    return await commitFetched(deps, context, plan, update, startedAt);
  } finally {
    // A commit has left nothing of them. Whatever else came of it, rows of a dead run id would fill the disk, retry by retry.
    await discardStaged(deps, update.source);
  }
}

async function commitFetched(
  deps: LookDeps,
  context: LookContext,
  plan: Extract<LookPlan, { kind: 'sync' }>,
  update: FetchedUpdate,
  startedAt: Date,
): Promise<LookOutcome> {
  const { row } = context;
  const lists = await accountLists(deps, context, update, plan.refreshAccounts || plan.resync);
  // The whole list tells which accounts were indeed withdrawn, and whether new ones have come.
  const settled = lists.complete
    ? attentionAfterAccounts(row.attention, new Set(row.account_ids), lists.accountIds)
    : { attention: null, revoked: [] };
  const history = historyAfter(row.history, update.updateStatus);
  const snapshot = plan.resync ? snapshotRules(context, update, lists) : null;
  // The whole history again at each webhook would be a flood: a snapshot that cannot be reconciled yet waits for its time.
  const holdUntil =
    snapshot !== null && !snapshot.complete ? inMs(deps, deps.settings.NOT_READY_LONGEST_WAIT) : null;
  const nextSyncAt = holdUntil ?? nextAfter(deps, context, history);
  await failpoint('look.before_commit');
  const outcome = await commitUpdate(deps.db, {
    basis: context.basis,
    organizationId: row.organization_id,
    endUserId: row.end_user_id,
    runId: update.runId,
    source: update.source,
    expectedRows: update.rows,
    winners: update.folded.upserts.length === update.rows ? null : update.folded.upserts,
    removed: update.folded.removed,
    accounts: {
      accounts: lists.accounts,
      complete: lists.complete,
      namedIds: update.accountIds,
      revokedIds: settled.revoked,
    },
    cursor: update.cursor,
    history,
    nextSyncAt,
    holdUntil,
    awaitingHistory: history !== 'complete',
    attention: settled.attention,
    run: {
      kind: plan.resync ? 'resync' : 'update',
      startedAt,
      pages: update.pages,
      restarts: row.restarts,
      requestId: update.requestId,
    },
    snapshot,
  });
  await failpoint('look.after_commit');
  switch (outcome.kind) {
    case 'superseded':
      return { kind: 'superseded' };
    case 'unconfirmed':
      return unconfirmed(deps, context, outcome.missing);
    case 'committed':
      return {
        kind: 'synced',
        labels: labelsOf(row),
        again: outcome.again,
        status: 'active',
        detail: null,
        wakeAt: nextSyncAt.getTime(),
      };
  }
}

/** NOT_READY comes with nothing in it and no cursor: that is no update, and must never be stored as progress. */
const isNotReady = (update: FetchedUpdate): boolean =>
  update.cursor === null && update.rows === 0 && update.folded.removed.length === 0;

/** Plaid's status of the history; one that is unknown here changes nothing. */
function historyAfter(before: HistoryState, updateStatus: string): HistoryState {
  if (updateStatus === 'HISTORICAL_UPDATE_COMPLETE') return 'complete';
  if (updateStatus === 'INITIAL_UPDATE_COMPLETE') return 'initial';
  if (updateStatus === 'NOT_READY' && before !== 'complete') return 'pending';
  return before;
}

/** While history is awaited it is polled with backoff, so that a lost webhook delays nothing; after the window at the reconcile cadence. */
function nextAfter(deps: LookDeps, context: LookContext, history: HistoryState): Date {
  const { row } = context;
  const { NOT_READY_FIRST_WAIT, NOT_READY_LONGEST_WAIT, NOT_READY_WINDOW, RECONCILE_INTERVAL } =
    deps.settings;
  const since = row.not_ready_since?.getTime() ?? deps.now();
  if (history === 'complete' || deps.now() - since >= NOT_READY_WINDOW)
    return jitteredAt(deps, RECONCILE_INTERVAL, row.id);
  return inMs(deps, backoffMs(row.not_ready_waits, NOT_READY_FIRST_WAIT, NOT_READY_LONGEST_WAIT));
}

async function notReady(deps: LookDeps, context: LookContext): Promise<LookOutcome> {
  const next = nextAfter(deps, context, 'pending');
  if (!(await deps.results.recordNotReady(context.basis, next))) return { kind: 'superseded' };
  return {
    kind: 'not_ready',
    labels: labelsOf(context.row),
    status: context.row.last_successful_sync_at === null ? 'pending' : 'active',
    detail: null,
    wakeAt: next.getTime(),
  };
}

function snapshotRules(context: LookContext, update: FetchedUpdate, lists: AccountLists): SnapshotRules {
  return {
    ids: update.folded.kept,
    // Without the list of accounts nothing tells a closed account from a silent one, so nothing is removed yet.
    complete: update.updateStatus === 'HISTORICAL_UPDATE_COMPLETE' && lists.complete,
    accountIds: lists.accountIds,
    confirms: context.row.resync_missing,
  };
}

async function unconfirmed(deps: LookDeps, context: LookContext, missing: string[]): Promise<LookOutcome> {
  const { basis, row } = context;
  if (row.resync_missing === null) {
    const next = inMs(deps, deps.settings.RESYNC_CONFIRM_AFTER);
    if (!(await deps.results.recordMissing(basis, missing, next))) return { kind: 'superseded' };
    return {
      kind: 'idle',
      ...resultOf(row, next, `full resync to be confirmed: it lacks ${missing.length} stored rows`),
    };
  }
  const trouble = {
    health: 'erroring',
    action: 'decide',
    code: 'RESYNC_UNCONFIRMED',
    message: `two full resyncs disagree on what to remove: ${row.resync_missing.length} rows, then ${missing.length}`,
  } as const;
  context.run.error = { ...trouble, class: null };
  return pauseItem(deps, context, trouble);
}
