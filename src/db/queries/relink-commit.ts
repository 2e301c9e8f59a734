import type { HistoryState } from '../../domain/item-status.js';
import {
  judgeRelink,
  matchAccounts,
  type AccountAgreement,
  type AccountMatching,
} from '../../domain/relink.js';
import { failpoint } from '../../failpoints.js';
import type { Transaction } from '../database.js';
import { relinkAccounts } from './matched-accounts.js';
import {
  hideOf,
  putToRest,
  type RelinkEvidence,
  type RelinkState,
  type RelinkStatus,
} from './relink-effects.js';
import { compareRows } from './relink-rows.js';

/**
 * Of `items i`: whether the end user has another Item that may show the same accounts, so that its commit has to look for
 * relinks. Part of the statement that locks the Item: without such an Item nothing more is asked.
 */
export const HAS_RELATIVES = `exists (
  select from items c join integrations cg on cg.id = c.integration_id
   where c.end_user_id = i.end_user_id and c.id <> i.id and c.institution_id = i.institution_id
     and c.access_token_ciphertext <> ''
     and cg.base_url = (select g.base_url from integrations g where g.id = i.integration_id)
     and not exists (select from relinks r where r.old_item_id in (i.id, c.id) and r.new_item_id in (i.id, c.id)
                       and r.status in ('rejected', 'reverted', 'different')))`;

interface PairRow {
  organization_id: string;
  end_user_id: string;
  old_item_id: string;
  new_item_id: string;
  new_history: HistoryState;
  /** The new Item is synced and healthy; else the old one is all there is. */
  new_is_live: boolean;
  relink_id: string | null;
  status: RelinkStatus | null;
  evidence: RelinkEvidence | null;
  /** Of a doubtful relink: rows may be compared (again). */
  may_compare: boolean | null;
  /** Rows have changed since they were compared. */
  judge_owed: boolean | null;
}

/**
 * A doubtful pair of more rows than this is left alone for a while after each comparison. Below it one costs no more than
 * the commit itself (10 ms), above it every commit would pay until somebody decides.
 */
export const ROWS_COMPARED_AT_ANY_TIME = 2_000;
const SHORTEST_REST_SECONDS = 60;
/** 100,000 rows take 350 ms to compare: far below 1 % of the time goes into it. */
const REST_SECONDS_PER_ROW = 0.001;

/** How long a doubtful pair is left alone after so many rows of it were compared, in seconds. */
const restAfter = (rows: number): number =>
  rows > ROWS_COMPARED_AT_ANY_TIME ? Math.max(SHORTEST_REST_SECONDS, rows * REST_SECONDS_PER_ROW) : 0;

/** Pairs of the Item with its relatives; the one that was linked later is the new one. */
const PAIRS = `
  select i.organization_id, i.end_user_id, p.old_item_id, p.new_item_id, n.history as new_history,
         n.desired_state = 'active' and n.health = 'active' and n.superseded_by is null as new_is_live,
         r.id as relink_id, r.status, r.evidence, r.judge_after <= clock_timestamp() as may_compare, r.judge_owed
    from items i join integrations g on g.id = i.integration_id
    join items c on c.end_user_id = i.end_user_id and c.id <> i.id and c.institution_id = i.institution_id
                and c.access_token_ciphertext <> ''
    join integrations cg on cg.id = c.integration_id and cg.base_url = g.base_url
    cross join lateral (
      select case when (c.created_at, c.id) < (i.created_at, i.id) then c.id else i.id end as old_item_id,
             case when (c.created_at, c.id) < (i.created_at, i.id) then i.id else c.id end as new_item_id) p
    join items n on n.id = p.new_item_id
    left join relinks r on r.old_item_id = p.old_item_id and r.new_item_id = p.new_item_id
   where i.id = :itemId and coalesce(r.status, '') not in ('rejected', 'reverted', 'different')
   order by c.created_at, c.id`;

export interface RelinkCommit {
  itemId: string;
  /** Rows of the Item that this commit changed. */
  changedIds: readonly string[];
}

/**
 * The last part of a commit of an Item that has relatives, after its own rows and state are written and before the stamp:
 * judges pairs that are undecided and hides what the Item's new rows have made double. In one transaction with them, so
 * that no reader ever sees a row twice. The caller holds the family. Answers the rows of old Items that changed.
 */
export async function relinkAfterMerge(trx: Transaction, commit: RelinkCommit): Promise<string[]> {
  const { rows: pairs } = await trx.raw<{ rows: PairRow[] }>(PAIRS, { itemId: commit.itemId });
  const changed = new Set<string>();
  for (const pair of pairs) for (const id of await changedByPair(trx, pair, commit)) changed.add(id);
  return [...changed];
}

async function changedByPair(trx: Transaction, pair: PairRow, commit: RelinkCommit): Promise<string[]> {
  if (pair.status === 'superseded') {
    if (pair.relink_id === null || pair.evidence === null || pair.new_item_id !== commit.itemId) return [];
    return hideMore(trx, { ...pair, id: pair.relink_id, evidence: pair.evidence }, commit);
  }
  // Without history there is nothing to judge by yet; an Item that is not synced supersedes nothing.
  if (!pair.new_is_live || pair.new_history === 'pending') return [];
  const accounts = await relinkAccounts(trx, [pair.old_item_id, pair.new_item_id]);
  const matching = matchAccounts(accounts.get(pair.old_item_id) ?? [], accounts.get(pair.new_item_id) ?? []);
  if (pair.status === 'doubtful' && pair.evidence !== null && isJudgedBy(pair.evidence, pair, matching)) {
    const isOwed = pair.judge_owed === true || commit.changedIds.length > 0;
    if (!isOwed) return [];
    if (pair.may_compare === false) {
      // Whichever commit comes after that time makes up for it, if it changes rows or not.
      await trx.raw('update relinks set judge_owed = true where id = ? and not judge_owed', [pair.relink_id]);
      return [];
    }
  }
  return judge(trx, pair, matching);
}

/** What a commit of the new Item of a decided relink has made double. Answers the rows that changed. */
async function hideMore(
  trx: Transaction,
  pair: PairRow & { id: string; evidence: RelinkEvidence },
  commit: RelinkCommit,
): Promise<string[]> {
  const hasMoreHistory = pair.evidence.history !== pair.new_history;
  if (commit.changedIds.length === 0 && !hasMoreHistory) return [];
  const returned = await returnedAccounts(trx, pair);
  const accounts = [...pair.evidence.accounts, ...returned];
  const evidence = { ...pair.evidence, accounts, history: pair.new_history };
  if (hasMoreHistory || returned.length > 0)
    await trx.raw('update relinks set evidence = ?::jsonb where id = ?', [JSON.stringify(evidence), pair.id]);
  return hideOf(
    trx,
    { ...pair, evidence },
    {
      changedIds: returned.length > 0 ? null : commit.changedIds,
      whole: pair.new_history === 'complete',
    },
  );
}

/**
 * Accounts of the new Item that fit the old one's and came after the decision: Plaid gives an account another id when a
 * login is made anew (reconnects, migrations of an institution), and rows come under it.
 */
async function returnedAccounts(
  trx: Transaction,
  { old_item_id: oldItemId, new_item_id: newItemId, evidence }: PairRow & { evidence: RelinkEvidence },
): Promise<RelinkEvidence['accounts']> {
  const accounts = await relinkAccounts(trx, [oldItemId, newItemId]);
  const newer = accounts.get(newItemId) ?? [];
  const known = new Set(evidence.accounts.map(({ new_id }) => new_id));
  if (newer.every(({ id, open }) => !open || known.has(id))) return [];
  return matchAccounts(accounts.get(oldItemId) ?? [], newer)
    .matches.filter(({ newId }) => !known.has(newId))
    .map(({ oldId, newId, by }) => ({ old_id: oldId, new_id: newId, by }));
}

/** Whether the judgement rests on this history and these accounts: then only rows can have changed it. */
function isJudgedBy(evidence: RelinkEvidence, pair: PairRow, matching: AccountMatching): boolean {
  const pairs = (ids: readonly (readonly [string, string])[]): string =>
    ids
      .map((each) => each.join())
      .sort()
      .join();
  return (
    evidence.history === pair.new_history &&
    pairs(evidence.accounts.map(({ old_id, new_id }) => [old_id, new_id])) ===
      pairs(matching.matches.map(({ oldId, newId }) => [oldId, newId])) &&
    [...evidence.missing_accounts].sort().join() === [...matching.missing].sort().join() &&
    [...evidence.ambiguous_accounts].sort().join() === [...matching.ambiguous].sort().join()
  );
}

async function judge(trx: Transaction, pair: PairRow, matching: AccountMatching): Promise<string[]> {
  const { old_item_id: oldItemId, new_item_id: newItemId } = pair;
  const compared = await compareRows(trx, { oldItemId, newItemId, accounts: matching.matches });
  const verdict = judgeRelink(matching, compared.agreements);
  // Accounts in common may still be added to either Item.
  if (verdict.reason === 'no_common_account') {
    if (pair.relink_id !== null) await trx.raw('delete from relinks where id = ?', [pair.relink_id]);
    return [];
  }
  const sum = (field: keyof AccountAgreement): number =>
    compared.agreements.reduce((total, each) => total + each[field], 0);
  const evidence: RelinkEvidence = {
    accounts: matching.matches.map(({ oldId, newId, by }) => ({ old_id: oldId, new_id: newId, by })),
    missing_accounts: matching.missing,
    ambiguous_accounts: matching.ambiguous,
    expected: sum('expected'),
    agreed: sum('agreed'),
    new_expected: sum('newExpected'),
    new_agreed: sum('newAgreed'),
    only_old: compared.onlyOld,
    only_new: compared.onlyNew,
    history: pair.new_history,
  };
  const status = { supersede: 'superseded', doubtful: 'doubtful', none: 'different' } as const;
  const id = await record(trx, pair, status[verdict.kind], verdict.reason, {
    evidence,
    rows: compared.rows,
  });
  if (verdict.kind !== 'supersede') return [];
  await putToRest(trx, oldItemId, newItemId);
  await failpoint('relink.in_commit');
  const relink = { id, old_item_id: oldItemId, new_item_id: newItemId, evidence };
  return hideOf(trx, relink, { changedIds: null, whole: pair.new_history === 'complete' });
}

async function record(
  trx: Transaction,
  pair: PairRow,
  status: RelinkState['status'],
  reason: string,
  { evidence, rows: compared }: { evidence: RelinkEvidence; rows: number },
): Promise<string> {
  const { rows } = await trx.raw<{ rows: [{ id: string }] }>(
    `insert into relinks (organization_id, end_user_id, old_item_id, new_item_id, status, reason, evidence, judge_after)
     values (:organizationId, :endUserId, :oldItemId, :newItemId, :status, :reason, :evidence::jsonb,
             clock_timestamp() + make_interval(secs => :restSeconds))
     on conflict (old_item_id, new_item_id) do update
       set status = excluded.status, reason = excluded.reason, evidence = excluded.evidence, decided_by = 'ardea',
           judge_after = excluded.judge_after, judge_owed = false, updated_at = clock_timestamp()
     returning id`,
    {
      organizationId: pair.organization_id,
      endUserId: pair.end_user_id,
      oldItemId: pair.old_item_id,
      newItemId: pair.new_item_id,
      status,
      reason,
      evidence: JSON.stringify(evidence),
      restSeconds: restAfter(compared),
    },
  );
  return rows[0].id;
}
