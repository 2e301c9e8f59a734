import { matchAccounts } from '../../domain/relink.js';
import type { Database, Transaction } from '../database.js';
import { stampChanges } from './changes.js';
import { markItemDirty } from './dirty-mark.js';
import {
  hideOf,
  IS_STOPPED,
  lockFamily,
  putToRest,
  RELINK_STATE,
  relinkAccounts,
  undoRelink,
  type RelinkEvidence,
  type RelinkState,
} from './relink-effects.js';

export type RelinkDecision =
  /** `signal`: row id of the Item whose workflow is to be signalled after the commit, if one is owed a signal. */
  | { kind: 'decided'; signal: string | null }
  | { kind: 'not_found' }
  /** Its status allows no such decision; nothing was changed. */
  | { kind: 'not_decidable' }
  /** The new Item is not synced any more: it must not supersede one that is. `newItemId` is Plaid's. */
  | { kind: 'new_item_stopped'; newItemId: string };

/** Row ids of accounts that the operator says are one. */
export type StatedAccounts = readonly { oldId: string; newId: string }[];

/** What an operator decides about a relink; each is one transaction, and the feed tells of every row that changed. */
export interface RelinkDecisions {
  /** Supersedes, with the accounts that match by themselves and those that are stated, which win. */
  accept(organizationId: string, relinkId: string, stated: StatedAccounts): Promise<RelinkDecision>;
  /** Both Items stay as they are, and are not compared again. */
  reject(organizationId: string, relinkId: string): Promise<RelinkDecision>;
  /** Shows everything again; the old Item is synced again, or paused unless `sync`. The pair is not compared again. */
  revert(organizationId: string, relinkId: string, sync: boolean): Promise<RelinkDecision>;
}

type Decide = (trx: Transaction, relink: RelinkState) => Promise<RelinkDecision>;
const NOT_DECIDABLE = { kind: 'not_decidable' } as const;

export function createRelinkDecisions({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): RelinkDecisions {
  const read = async (trx: Transaction, organizationId: string, id: string): Promise<RelinkState | null> => {
    const { rows } = await trx.raw<{ rows: RelinkState[] }>(
      `select ${RELINK_STATE} from relinks r where r.id = ? and r.organization_id = ?`,
      [id, organizationId],
    );
    return rows[0] ?? null;
  };

  /** Reads the relink again once its family is held: until then it may have been decided by a commit. */
  const decide = (organizationId: string, id: string, decision: Decide): Promise<RelinkDecision> =>
    db.transaction(async (trx) => {
      const found = await read(trx, organizationId, id);
      if (!found) return { kind: 'not_found' };
      await lockFamily(trx, found.new_item_id);
      const relink = await read(trx, organizationId, id);
      return relink ? decision(trx, relink) : { kind: 'not_found' };
    });

  const ended = async (trx: Transaction, relink: RelinkState, changed: string[]): Promise<RelinkDecision> => {
    const { signal } = await markItemDirty(trx, relink.old_item_id, signalStaleAfterMs);
    await stampChanges(trx, relink.organization_id, changed);
    return { kind: 'decided', signal: signal ? relink.old_item_id : null };
  };

  return {
    accept: (organizationId, id, stated) =>
      decide(organizationId, id, async (trx, relink) => {
        if (!['doubtful', 'rejected', 'reverted'].includes(relink.status)) return NOT_DECIDABLE;
        const stopped = await stoppedItem(trx, relink.new_item_id);
        if (stopped !== null) return { kind: 'new_item_stopped', newItemId: stopped };
        const evidence = await acceptedEvidence(trx, relink, stated);
        const { rows } = await trx.raw<{ rows: [{ whole: boolean }] }>(
          `update relinks r set status = 'superseded', decided_by = 'operator', evidence = :evidence::jsonb, updated_at = clock_timestamp()
             from items n where r.id = :id and n.id = r.new_item_id returning n.history = 'complete' as whole`,
          { id, evidence: JSON.stringify(evidence) },
        );
        await putToRest(trx, relink.old_item_id, relink.new_item_id);
        const scope = { changedIds: null, whole: rows[0].whole };
        return ended(trx, relink, await hideOf(trx, { ...relink, evidence }, scope));
      }),

    reject: (organizationId, id) =>
      decide(organizationId, id, async (trx, relink) => {
        if (relink.status !== 'doubtful') return NOT_DECIDABLE;
        await trx.raw(
          `update relinks set status = 'rejected', decided_by = 'operator', updated_at = clock_timestamp() where id = ?`,
          [id],
        );
        return { kind: 'decided', signal: null };
      }),

    revert: (organizationId, id, sync) =>
      decide(organizationId, id, async (trx, relink) => {
        if (relink.status !== 'superseded') return NOT_DECIDABLE;
        const { changed } = await undoRelink(trx, relink, 'reverted', 'operator');
        if (!sync)
          await trx.raw(
            `update items set desired_state = 'paused', next_sync_at = null where id = ? and desired_state = 'active'`,
            [relink.old_item_id],
          );
        return ended(trx, relink, changed);
      }),
  };
}

/** Plaid's id of an Item that only a new link brings back, deleted here or at Plaid; null: it is no such Item. */
async function stoppedItem(trx: Transaction, itemId: string): Promise<string | null> {
  const { rows } = await trx.raw<{ rows: { plaid_item_id: string }[] }>(
    `select n.plaid_item_id from items n where n.id = ? and ${IS_STOPPED}`,
    [itemId],
  );
  return rows[0]?.plaid_item_id ?? null;
}

/** The accounts as they are now: they may have changed since the relink was judged. */
async function acceptedEvidence(
  trx: Transaction,
  relink: RelinkState,
  stated: StatedAccounts,
): Promise<RelinkEvidence> {
  const accounts = await relinkAccounts(trx, [relink.old_item_id, relink.new_item_id]);
  const named = new Set(stated.flatMap(({ oldId, newId }) => [oldId, newId]));
  const left = (itemId: string) => (accounts.get(itemId) ?? []).filter((account) => !named.has(account.id));
  const { matches, ambiguous, missing } = matchAccounts(left(relink.old_item_id), left(relink.new_item_id));
  return {
    ...relink.evidence,
    accounts: [
      ...stated.map(({ oldId, newId }) => ({ old_id: oldId, new_id: newId, by: 'operator' as const })),
      ...matches.map(({ oldId, newId, by }) => ({ old_id: oldId, new_id: newId, by })),
    ],
    ambiguous_accounts: ambiguous,
    missing_accounts: missing,
  };
}
