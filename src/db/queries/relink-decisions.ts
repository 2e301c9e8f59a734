import { matchAccounts } from '../../domain/relink.js';
import type { Database, Transaction } from '../database.js';
import { stampChanges } from './changes.js';
import { markItemDirty } from './dirty-mark.js';
import { relinkAccounts } from './matched-accounts.js';
import {
  hideOf,
  IS_STOPPED,
  lockFamily,
  putToRest,
  RELINK_STATE,
  undoRelink,
  type RelinkEvidence,
  type RelinkState,
  type RelinkStatus,
} from './relink-effects.js';
import { compareRows } from './relink-rows.js';

export type RelinkDecision =
  /** `signal`: row id of the Item whose workflow is to be signalled after the commit, if one is owed a signal. */
  | { kind: 'decided'; signal: string | null }
  | { kind: 'not_found' }
  /** Its status allows no such decision; nothing was changed. */
  | { kind: 'not_decidable'; status: RelinkStatus }
  /** The new Item is not synced any more: it must not supersede one that is. `newItemId` is Plaid's. */
  | { kind: 'new_item_stopped'; newItemId: string }
  /** The old Item's accounts that somebody has to name the counterpart of; nothing was changed. Ids are Plaid's. */
  | { kind: 'accounts_unnamed'; accountIds: string[] }
  /** Pairs that were stated, none of whose transactions is there twice; nothing was changed. Ids are Plaid's. */
  | { kind: 'accounts_unlike'; pairs: { oldAccountId: string; newAccountId: string }[] };

/** Row ids of accounts that the operator says are one. */
export type StatedAccounts = readonly { oldId: string; newId: string }[];

/** Undoes the transaction of a decision whose effect shows that it is a mistake. */
class Refused extends Error {
  constructor(readonly decision: RelinkDecision) {
    super(decision.kind);
  }
}

/** What an operator decides about a relink; each is one transaction, and the feed tells of every row that changed. */
export interface RelinkDecisions {
  /** Supersedes, with the accounts that match by themselves and those that are stated, which win. No account may stay ambiguous. */
  accept(organizationId: string, relinkId: string, stated: StatedAccounts): Promise<RelinkDecision>;
  /** Both Items stay as they are, and are not compared again. */
  reject(organizationId: string, relinkId: string): Promise<RelinkDecision>;
  /** Shows everything again; the old Item is synced again, or paused unless `sync`. The pair is not compared again. */
  revert(organizationId: string, relinkId: string, sync: boolean): Promise<RelinkDecision>;
}

type Decide = (trx: Transaction, relink: RelinkState) => Promise<RelinkDecision>;
const notDecidable = ({ status }: RelinkState): RelinkDecision => ({ kind: 'not_decidable', status });

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
  const decide = async (organizationId: string, id: string, decision: Decide): Promise<RelinkDecision> => {
    try {
      return await db.transaction(async (trx) => {
        const found = await read(trx, organizationId, id);
        if (!found) return { kind: 'not_found' };
        await lockFamily(trx, found.new_item_id);
        const relink = await read(trx, organizationId, id);
        return relink ? await decision(trx, relink) : { kind: 'not_found' };
      });
    } catch (error) {
      if (error instanceof Refused) return error.decision;
      throw error;
    }
  };

  const ended = async (trx: Transaction, relink: RelinkState, changed: string[]): Promise<RelinkDecision> => {
    const { signal } = await markItemDirty(trx, relink.old_item_id, signalStaleAfterMs);
    await stampChanges(trx, relink.organization_id, changed);
    return { kind: 'decided', signal: signal ? relink.old_item_id : null };
  };

  return {
    accept: (organizationId, id, stated) =>
      decide(organizationId, id, async (trx, relink) => {
        if (!['doubtful', 'rejected', 'reverted'].includes(relink.status)) return notDecidable(relink);
        const stopped = await stoppedItem(trx, relink.new_item_id);
        if (stopped !== null) return { kind: 'new_item_stopped', newItemId: stopped };
        const evidence = await acceptedEvidence(trx, relink, stated);
        // What nobody paired would stay there twice, and nothing would tell of it any more.
        if (evidence.accounts.length === 0 || evidence.ambiguous_accounts.length > 0)
          return { kind: 'accounts_unnamed', accountIds: await openAccounts(trx, evidence) };
        const { rows } = await trx.raw<{ rows: [{ whole: boolean }] }>(
          `update relinks r set status = 'superseded', decided_by = 'operator', evidence = :evidence::jsonb, updated_at = clock_timestamp()
             from items n where r.id = :id and n.id = r.new_item_id returning n.history = 'complete' as whole`,
          { id, evidence: JSON.stringify(evidence) },
        );
        await putToRest(trx, relink.old_item_id, relink.new_item_id);
        const scope = { changedIds: null, whole: rows[0].whole };
        const changed = await hideOf(trx, { ...relink, evidence }, scope);
        const unlike = await unlikePairs(trx, relink, stated, changed);
        if (unlike.length > 0) throw new Refused({ kind: 'accounts_unlike', pairs: unlike });
        return ended(trx, relink, changed);
      }),

    reject: (organizationId, id) =>
      decide(organizationId, id, async (trx, relink) => {
        if (relink.status !== 'doubtful') return notDecidable(relink);
        await trx.raw(
          `update relinks set status = 'rejected', decided_by = 'operator', updated_at = clock_timestamp() where id = ?`,
          [id],
        );
        return { kind: 'decided', signal: null };
      }),

    revert: (organizationId, id, sync) =>
      decide(organizationId, id, async (trx, relink) => {
        if (relink.status !== 'superseded') return notDecidable(relink);
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

async function plaidIds(trx: Transaction, accountIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await trx.raw<{ rows: { id: string; account_id: string }[] }>(
    'select id, account_id from accounts where id = any(?::uuid[])',
    [[...accountIds]],
  );
  return new Map(rows.map(({ id, account_id }) => [id, account_id]));
}

/** Those that fit several, or else all that fit none. Plaid's ids. */
async function openAccounts(
  trx: Transaction,
  { ambiguous_accounts, missing_accounts }: RelinkEvidence,
): Promise<string[]> {
  const ids = ambiguous_accounts.length > 0 ? ambiguous_accounts : missing_accounts;
  return [...(await plaidIds(trx, ids)).values()].sort();
}

/**
 * Of the stated pairs those that hid nothing although the new account's history reaches back to rows of the old one:
 * crosswise, most likely. An account without such rows tells nothing, and the operator is believed.
 */
async function unlikePairs(
  trx: Transaction,
  { old_item_id: oldItemId, new_item_id: newItemId }: RelinkState,
  stated: StatedAccounts,
  changed: readonly string[],
): Promise<{ oldAccountId: string; newAccountId: string }[]> {
  if (stated.length === 0) return [];
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select distinct a.id from transactions t join accounts a on a.item_id = t.item_id and a.account_id = t.account_id
      where t.id = any(?::uuid[]) and t.duplicate_of is not null`,
    [[...changed]],
  );
  const hidden = new Set(rows.map(({ id }) => id));
  const silent = stated.filter(({ oldId }) => !hidden.has(oldId));
  const { agreements } = await compareRows(trx, { oldItemId, newItemId, accounts: silent });
  const unlike = silent.filter((_, place) => {
    const { expected = 0, agreed = 0 } = agreements[place] ?? {};
    return expected > 0 && agreed === 0;
  });
  const ids = await plaidIds(
    trx,
    unlike.flatMap(({ oldId, newId }) => [oldId, newId]),
  );
  return unlike.map(({ oldId, newId }) => ({
    oldAccountId: ids.get(oldId) ?? '',
    newAccountId: ids.get(newId) ?? '',
  }));
}
