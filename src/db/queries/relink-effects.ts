import type { Transaction } from '../database.js';
import type { HistoryState } from '../../domain/item-status.js';
import { hideDuplicates, showDuplicates } from './relink-rows.js';

export type RelinkStatus = 'doubtful' | 'superseded' | 'rejected' | 'reverted' | 'different' | 'ended';

/** What a judgement rests on: ids and counts only. */
export interface RelinkEvidence {
  /** Row ids. */
  accounts: { old_id: string; new_id: string; by: 'persistent_account_id' | 'description' | 'operator' }[];
  missing_accounts: string[];
  ambiguous_accounts: string[];
  expected: number;
  agreed: number;
  new_expected: number;
  new_agreed: number;
  /** Row ids of transactions, the latest few. */
  only_old: string[];
  only_new: string[];
  /** History of the new Item at the time. */
  history: HistoryState;
}

export interface RelinkState {
  id: string;
  organization_id: string;
  end_user_id: string;
  old_item_id: string;
  new_item_id: string;
  status: RelinkStatus;
  evidence: RelinkEvidence;
  gone_pendings: string[];
}

export const RELINK_STATE =
  'r.id, r.organization_id, r.end_user_id, r.old_item_id, r.new_item_id, r.status, r.evidence, r.gone_pendings';

/** Of `items n`: deleted here or at Plaid, so that nothing but a new link brings it back. */
export const IS_STOPPED = `(n.desired_state = 'disabled' or n.health = 'deleted')`;

/**
 * Of `items i` and `n`, which supersedes it: the user wants `i` synced, Plaid has not ended it, and `n` is neither synced nor
 * superseded in its turn.
 */
export const RESTS_IN_VAIN = `i.desired_state = 'active' and i.health <> 'deleted' and n.superseded_by is null and ${IS_STOPPED}`;

/**
 * Locks all Items of an end user at the institution of `itemId`, in the order of their ids. Whoever writes a relink, or
 * rows of two Items, holds all of them: relinks of one family come one after the other, never in a circle.
 */
export async function lockFamily(trx: Transaction, itemId: string): Promise<void> {
  await trx.raw(
    `select f.id from items f
      where f.end_user_id = (select i.end_user_id from items i where i.id = :itemId)
        and (f.id = :itemId or f.institution_id = (select i.institution_id from items i where i.id = :itemId)
             -- Institutions move; relinks stay.
             or f.id in (select r.old_item_id from relinks r where r.new_item_id = :itemId)
             or f.id in (select r.new_item_id from relinks r where r.old_item_id = :itemId))
      order by f.id for no key update`,
    { itemId },
  );
}

/** Hides what the pair has twice, and remembers the pendings that were taken away. Answers the rows that changed. */
export async function hideOf(
  trx: Transaction,
  relink: Pick<RelinkState, 'id' | 'old_item_id' | 'new_item_id' | 'evidence'>,
  scope: { changedIds: readonly string[] | null; whole: boolean },
): Promise<string[]> {
  const { hidden, gone } = await hideDuplicates(
    trx,
    {
      oldItemId: relink.old_item_id,
      newItemId: relink.new_item_id,
      accounts: relink.evidence.accounts.map(({ old_id, new_id }) => ({ oldId: old_id, newId: new_id })),
    },
    scope,
  );
  if (hidden.length + gone.length > 0)
    await trx.raw(
      'update relinks set gone_pendings = gone_pendings || ?::uuid[], hidden_rows = hidden_rows + ? where id = ?',
      [gone, hidden.length, relink.id],
    );
  return [...hidden, ...gone];
}

/**
 * Makes the old Item rest from now on. Its sync_version moves, so that a sync of it that is under way loses (invariant I1).
 */
export async function putToRest(trx: Transaction, oldItemId: string, newItemId: string): Promise<void> {
  await trx.raw(
    `update items set superseded_by = :newItemId, superseded_at = clock_timestamp(), next_sync_at = null, hold_until = null,
            syncing_since = null, sync_version = sync_version + 1, updated_at = now()
      where id = :oldItemId`,
    { oldItemId, newItemId },
  );
}

/**
 * Undoes a relink in the caller's transaction, which holds the family: its rows are shown again unless another relink of the
 * same old Item hides them too, and an Item that nothing supersedes any more may be synced. Answers the rows that changed
 * and whether the Item is awake; the caller then marks it dirty.
 */
export async function undoRelink(
  trx: Transaction,
  relink: RelinkState,
  to: 'reverted' | 'ended',
  decidedBy: 'ardea' | 'operator',
): Promise<{ changed: string[]; awake: boolean }> {
  const { old_item_id: oldItemId, new_item_id: newItemId } = relink;
  await trx.raw(
    `update relinks set status = :to, decided_by = :decidedBy, gone_pendings = '{}', hidden_rows = 0, updated_at = clock_timestamp() where id = :id`,
    { id: relink.id, to, decidedBy },
  );
  if (relink.status !== 'superseded') return { changed: [], awake: false };
  const changed = new Set(await showDuplicates(trx, oldItemId, newItemId, relink.gone_pendings));
  const { rows: others } = await trx.raw<{ rows: (RelinkState & { whole: boolean })[] }>(
    `select ${RELINK_STATE}, n.history = 'complete' as whole from relinks r join items n on n.id = r.new_item_id
      where r.old_item_id = ? and r.status = 'superseded' order by r.created_at`,
    [oldItemId],
  );
  for (const other of others)
    for (const id of await hideOf(trx, other, { changedIds: null, whole: other.whole })) changed.add(id);
  const still = others.at(-1);
  await trx.raw(
    `update items set superseded_by = :by, superseded_at = case when :by::uuid is not null then superseded_at end,
            sync_version = sync_version + 1, updated_at = now(), status_since = now(),
            next_sync_at = case when :by::uuid is null and desired_state = 'active' and health <> 'deleted' then now() end
      where id = :oldItemId`,
    { oldItemId, by: still?.new_item_id ?? null },
  );
  return { changed: [...changed], awake: !still };
}

/** The relinks of an Item, either way round, that an erasure of it ends. */
export async function relinksToEnd(trx: Transaction, itemId: string): Promise<RelinkState[]> {
  const { rows } = await trx.raw<{ rows: RelinkState[] }>(
    `select ${RELINK_STATE} from relinks r
      where (r.old_item_id = :itemId or r.new_item_id = :itemId) and r.status <> 'ended' order by r.created_at`,
    { itemId },
  );
  return rows;
}
