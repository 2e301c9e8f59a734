import type { Attention } from '../../domain/attention.js';
import type { HistoryState } from '../../domain/item-status.js';
import { needsConfirmation } from '../../domain/waiting.js';
import { failpoint } from '../../failpoints.js';
import type { Database, Transaction } from '../database.js';
import { runPrepared } from '../prepared.js';
import { mergeAccounts, type AccountsInput } from './accounts-merge.js';
import { linkRepairs } from './audit-repair.js';
import { stampChanges } from './changes.js';
import { mergeRows, type MergedRows, type MergeRowsInput } from './merge-rows.js';
import { HAS_RELATIVES, relinkAfterMerge } from './relink-commit.js';
import { lockFamily } from './relink-effects.js';
import { missingFromSnapshot, tombstone } from './reconcile.js';
import { NOTHING_WRONG_IN_A_ROW, type LookBasis } from './look-results.js';

export interface UpdateCommit extends Omit<MergeRowsInput, 'itemId' | 'thorough'> {
  basis: LookBasis;
  accounts: Pick<AccountsInput, 'accounts' | 'complete' | 'namedIds' | 'revokedIds'>;
  /** Cursor at the end of the update; null leaves the Item without one (Plaid gave none yet). */
  cursor: string | null;
  history: HistoryState;
  nextSyncAt: Date;
  /** Set when the same must be read again and again until Plaid is ready: no signal brings that forward. */
  holdUntil: Date | null;
  /** Whether not_ready counting goes on: the full history is still awaited. */
  awaitingHistory: boolean;
  /** What the Item needs although it works, after its list of accounts; null: as before. */
  attention: readonly Attention[] | null;
  run: { kind: 'update' | 'resync'; startedAt: Date; pages: number; restarts: number; requestId: string };
  /** Set when the update is a snapshot of the whole history. */
  snapshot: SnapshotRules | null;
}

export interface SnapshotRules {
  /** Plaid's ids of all rows in the snapshot. */
  ids: readonly string[];
  /** Whether rows may be tombstoned for being absent: Plaid said HISTORICAL_UPDATE_COMPLETE. */
  complete: boolean;
  /** Accounts that Plaid still lists. */
  accountIds: readonly string[];
  /** Row ids that the previous snapshot lacked, long enough ago to confirm them. */
  confirms: readonly string[] | null;
}

export type CommitOutcome =
  | { kind: 'committed'; merged: MergedRows; again: boolean }
  /** The Item changed since the claim; nothing was written. */
  | { kind: 'superseded' }
  /** The snapshot lacks too many rows to remove them unasked; nothing was written. */
  | { kind: 'unconfirmed'; missing: string[] };

class HasRelatives extends Error {}

class Rollback extends Error {
  constructor(readonly outcome: CommitOutcome) {
    super(outcome.kind);
  }
}

/**
 * Invariant I1: all rows of an update and its cursor in one transaction, guarded by compare-and-set on sync_version.
 * Either everything is visible afterwards, the change feed included, or nothing.
 */
export async function commitUpdate(db: Database, update: UpdateCommit): Promise<CommitOutcome> {
  const outcome = await attempt(db, update, false);
  return outcome === 'has_relatives' ? inFamily(await attempt(db, update, true)) : outcome;
}

function inFamily(outcome: CommitOutcome | 'has_relatives'): CommitOutcome {
  if (outcome === 'has_relatives') throw new Error('the family was locked already');
  return outcome;
}

/**
 * Nearly every Item has no relatives, and its commit asks for nothing more than its own row. One that has some learns so
 * from the lock of that row, lets it go, and begins again with its family, whose rows are locked in the order of their ids.
 */
async function attempt(
  db: Database,
  update: UpdateCommit,
  withFamily: boolean,
): Promise<CommitOutcome | 'has_relatives'> {
  try {
    return await db.transaction(async (trx) => {
      if (withFamily) await lockFamily(trx, update.basis.itemId);
      const { hasRelatives } = await lockItem(trx, update.basis);
      if (hasRelatives && !withFamily) throw new HasRelatives();
      await mergeAccountsIfAny(trx, update);
      const merged = await mergeAll(trx, update);
      const again = await finish(trx, update, merged);
      const { changedIds } = merged;
      const relinked = hasRelatives
        ? await relinkAfterMerge(trx, { itemId: update.basis.itemId, changedIds })
        : [];
      if (update.snapshot?.complete) await linkRepairs(trx, update.basis.itemId, update.runId);
      await failpoint('look.in_commit');
      await stampChanges(trx, update.organizationId, [...new Set([...changedIds, ...relinked])]);
      return { kind: 'committed', merged, again };
    });
  } catch (error) {
    if (error instanceof HasRelatives) return 'has_relatives';
    if (error instanceof Rollback) return error.outcome;
    throw error;
  }
}

/** `no key update`, never `update`: the inbox's foreign key must not wait for a merge. */
async function lockItem(trx: Transaction, basis: LookBasis): Promise<{ hasRelatives: boolean }> {
  const [locked] = await runPrepared<{ hasRelatives: boolean }>(
    trx,
    'lock_item',
    `select ${HAS_RELATIVES} as "hasRelatives" from items i
      where i.id = :itemId and i.sync_version = :syncVersion and i.desired_state = 'active' for no key update of i`,
    { itemId: basis.itemId, syncVersion: basis.syncVersion },
  );
  if (!locked) throw new Rollback({ kind: 'superseded' });
  return locked;
}

async function mergeAccountsIfAny(trx: Transaction, update: UpdateCommit): Promise<void> {
  const { accounts, namedIds } = update.accounts;
  if (accounts.length === 0 && namedIds.length === 0) return;
  const { basis, organizationId, endUserId } = update;
  await mergeAccounts(trx, { itemId: basis.itemId, organizationId, endUserId, ...update.accounts });
}

async function mergeAll(trx: Transaction, update: UpdateCommit): Promise<MergedRows> {
  const { basis, expectedRows, removed, snapshot } = update;
  const input = { ...update, itemId: basis.itemId, thorough: snapshot !== null };
  if (snapshot === null) {
    if (expectedRows === 0 && removed.length === 0)
      return { added: 0, modified: 0, removed: 0, unchanged: 0, changedIds: [] };
    return mergeRows(trx, input);
  }
  const live = await countLive(trx, basis.itemId);
  const merged = await mergeRows(trx, input);
  if (!snapshot.complete) return merged;
  const missing = await missingFromSnapshot(trx, basis.itemId, snapshot);
  if (needsConfirmation(missing.length, live) && !sameIds(missing, snapshot.confirms)) {
    throw new Rollback({ kind: 'unconfirmed', missing });
  }
  await tombstone(trx, missing);
  return {
    ...merged,
    removed: merged.removed + missing.length,
    changedIds: [...merged.changedIds, ...missing],
  };
}

const sameIds = (missing: readonly string[], confirmed: readonly string[] | null): boolean =>
  confirmed !== null &&
  missing.length === confirmed.length &&
  [...missing].sort().join() === [...confirmed].sort().join();

async function countLive(trx: Transaction, itemId: string): Promise<number> {
  const { rows } = await trx.raw<{ rows: [{ n: number }] }>(
    'select count(*)::integer as n from transactions where item_id = ? and removed_at is null',
    [itemId],
  );
  return rows[0].n;
}

const UNSTAGE = `,
     staged as (delete from sync_staged_rows where run_id = :runId),
     staged_run as (delete from sync_staged_runs where run_id = :runId)`;

const finishSql = (unstage: string): string => `
  with item as (
       update items set cursor = coalesce(:cursor, cursor), sync_version = sync_version + 1, health = 'active',
              status_since = case when health <> 'active' or status_code is not null then now() else status_since end,
              status_code = null, status_message = null, action = null, syncing_since = null, history = :history,
              last_successful_sync_at = now(), next_sync_at = :nextSyncAt, hold_until = :holdUntil::timestamptz, ${NOTHING_WRONG_IN_A_ROW},
              not_ready_since = case when :awaitingHistory then coalesce(not_ready_since, now()) end,
              not_ready_waits = case when :awaitingHistory then not_ready_waits + 1 else 0 end,
              resync_reason = case when :resyncDone then null else resync_reason end, resync_missing = null,
              resync_snapshot_at = null, attention = coalesce(:attention::jsonb, attention), updated_at = now()
        where id = :itemId),
     run as (
       insert into sync_runs (id, organization_id, item_id, kind, outcome, started_at, pages, added, modified, removed, unchanged,
           restarts, plaid_request_id)
       values (:runId, :organizationId, :itemId, :kind, 'synced', :startedAt, :pages, :added, :modified, :removed, :unchanged,
           :restarts, :requestId))${unstage}
     update item_sync set synced_gen = greatest(synced_gen, :claimedGen), repeated_signals = 0
      where item_id = :itemId returning dirty_gen > synced_gen as again`;
const FINISH_PAGE = finishSql('');
const FINISH_STAGED = finishSql(UNSTAGE);

async function finish(trx: Transaction, update: UpdateCommit, merged: MergedRows): Promise<boolean> {
  const { basis, run } = update;
  const isStaged = update.source.kind === 'staged';
  const [finished] = await runPrepared<{ again: boolean }>(
    trx,
    isStaged ? 'finish_staged' : 'finish_page',
    isStaged ? FINISH_STAGED : FINISH_PAGE,
    {
      itemId: basis.itemId,
      claimedGen: basis.claimedGen,
      organizationId: update.organizationId,
      runId: update.runId,
      cursor: update.cursor,
      history: update.history,
      nextSyncAt: update.nextSyncAt,
      holdUntil: update.holdUntil,
      awaitingHistory: update.awaitingHistory,
      attention: update.attention && JSON.stringify(update.attention),
      resyncDone: update.snapshot?.complete ?? false,
      kind: run.kind,
      startedAt: run.startedAt,
      pages: run.pages,
      restarts: run.restarts,
      requestId: run.requestId,
      added: merged.added,
      modified: merged.modified,
      removed: merged.removed,
      unchanged: merged.unchanged,
    },
  );
  return finished?.again ?? false;
}
