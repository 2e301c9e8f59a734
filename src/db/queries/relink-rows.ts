import type { AccountAgreement } from '../../domain/relink.js';
import type { Transaction } from '../database.js';
import { withoutNestedLoops } from '../nested-loops.js';

/** Two Items and which of their accounts are one; all ids are row ids. */
export interface RelinkPair {
  oldItemId: string;
  newItemId: string;
  accounts: readonly { oldId: string; newId: string }[];
}

/** As banks and Plaid print the same name with other blanks and cases. */
const NAME = `lower(btrim(regexp_replace(coalesce(t.description, ''), '[[:space:]]+', ' ', 'g')))`;
const ROW = `t.id, m.place, t.date, t.amount, coalesce(t.currency, '') as currency, ${NAME} as name, coalesce(t.pending, false) as pending`;

/** Longest that a payment is pending, and how far banks date it back when it posts. */
const [POSTS_WITHIN, POSTS_BEFORE] = [10, 1];

/** What is left of both sides, paired by less than a whole row; `pairs` names what is paired already. */
const looserSql = (name: string, pairs: string, key: string, order: string): string => `
  ${name} as materialized (
    select a.id as old_id, b.id as new_id
      from (select *, row_number() over (partition by ${key} order by ${order}, id) as nth from o
             where id not in (select old_id from ${pairs})) a
      join (select *, row_number() over (partition by ${key} order by ${order}, id) as nth from n
             where id not in (select new_id from ${pairs})) b using (${key}, nth))`;

/**
 * Once it is certain that the accounts are one: a row of the same day that was corrected by the bank, or renamed by Plaid,
 * since the old Item was synced. The new Item has it as it is now.
 */
const FREELY = `${looserSql('corrected', 'sure', 'place, date, currency, name', 'amount')},
  most as materialized (select * from sure union all select * from corrected),
  ${looserSql('renamed', 'most', 'place, date, currency, amount', 'name')},
  pairs as materialized (select * from most union all select * from renamed)`;

/**
 * Rows that are one: by account, date, amount and name, the first with the first and the second with the second where
 * several are alike. What is left of the old Item's pending rows is matched with what they became: the same but for a
 * date some days later.
 */
const matchSql = (scope: { old: string; new: string }): string => `
  map as materialized (
    select o.account_id as old_account, n.account_id as new_account, u.place
      from unnest(:oldAccounts::uuid[], :newAccounts::uuid[]) with ordinality as u (old_id, new_id, place)
      join accounts o on o.id = u.old_id join accounts n on n.id = u.new_id),
  o as materialized (
    select ${ROW} from map m join transactions t on t.item_id = :oldItemId and t.account_id = m.old_account
     where t.removed_at is null and t.date is not null and t.amount is not null and ${scope.old}),
  n as materialized (
    select ${ROW} from map m join transactions t on t.item_id = :newItemId and t.account_id = m.new_account
     where t.removed_at is null and t.date is not null and t.amount is not null and ${scope.new}),
  exact as materialized (
    select a.id as old_id, b.id as new_id
      from (select *, row_number() over (partition by place, date, amount, currency, name order by pending, id) as nth from o) a
      join (select *, row_number() over (partition by place, date, amount, currency, name order by pending, id) as nth from n) b
        using (place, date, amount, currency, name, nth)),
  waiting as materialized (
    select *, row_number() over (partition by place, amount, currency, name order by date, id) as nth
      from o where pending and id not in (select old_id from exact)),
  later as (
    select n.*, row_number() over (partition by place, amount, currency, name order by n.date, n.id) as nth
      from n join (select place, amount, currency, name, min(date) as first from waiting group by 1, 2, 3, 4) w
        using (place, amount, currency, name)
     where n.date >= w.first - ${POSTS_BEFORE} and n.id not in (select new_id from exact)),
  sure as materialized (
    select old_id, new_id from exact
    union all
    select w.id, l.id from waiting w join later l using (place, amount, currency, name, nth)
     where l.date between w.date - ${POSTS_BEFORE} and w.date + ${POSTS_WITHIN})`;

const FREE = 'not exists (select from transactions d where d.duplicate_of = t.id and d.item_id = :oldItemId)';

const JUDGE = `
  with ${matchSql({ old: 'true', new: FREE })},
  pairs as not materialized (select * from sure),
  span as (
    select m.place, (select min(date) from n where n.place = m.place and not pending) as new_since,
           (select min(date) from o where o.place = m.place and not pending) as old_since,
           (select max(date) from o where o.place = m.place and not pending) as old_until from map m),
  expected as materialized (
    select o.id, place, date, id in (select old_id from pairs) as agreed from o join span using (place)
     where not pending and date >= new_since),
  -- The last day of the old Item may have been seen in part only.
  new_expected as materialized (
    select n.id, place, date, id in (select new_id from pairs) as agreed from n join span using (place)
     where not pending and date >= old_since and date < old_until)
  select (select json_agg(json_build_object(
            'expected', (select count(*) from expected e where e.place = m.place),
            'agreed', (select count(*) from expected e where e.place = m.place and agreed),
            'newExpected', (select count(*) from new_expected e where e.place = m.place),
            'newAgreed', (select count(*) from new_expected e where e.place = m.place and agreed)) order by place) from map m) as agreements,
         array(select id from expected where not agreed order by date desc, id limit 5) as only_old,
         array(select id from new_expected where not agreed order by date desc, id limit 5) as only_new,
         ((select count(*) from o) + (select count(*) from n))::integer as rows`;

// Without its own item_id an update would be joined to the rows of all organisations: nested loops are off.
const HIDE = `
  with ${matchSql({
    old: 't.duplicate_of is null',
    new: `(:changedIds::uuid[] is null or t.id = any(:changedIds::uuid[])) and ${FREE}`,
  })},
  ${FREELY},
  reach as (
    select m.place, min(t.date) as since from map m
      join transactions t on t.item_id = :newItemId and t.account_id = m.new_account and t.removed_at is null group by 1),
  hidden as (
    update transactions t set duplicate_of = p.new_id from pairs p
     where t.item_id = :oldItemId and t.id = p.old_id returning t.id),
  gone as (
    update transactions t set removed_at = clock_timestamp()
      from o left join reach r using (place)
     where t.item_id = :oldItemId and t.id = o.id and o.pending and o.id not in (select old_id from pairs) and (:whole or o.date >= r.since)
    returning t.id)
  select array(select id from hidden) as hidden, array(select id from gone) as gone`;

const bindingsOf = ({ oldItemId, newItemId, accounts }: RelinkPair) => ({
  oldItemId,
  newItemId,
  oldAccounts: accounts.map((account) => account.oldId),
  newAccounts: accounts.map((account) => account.newId),
});

export interface RowAgreement {
  /** In the order of the pair's accounts. */
  agreements: AccountAgreement[];
  /** Row ids of the latest few posted rows that only one of both has. */
  onlyOld: string[];
  onlyNew: string[];
  /** How many rows of both were read. */
  rows: number;
}

interface Compared {
  agreements: AccountAgreement[];
  only_old: string[];
  only_new: string[];
  rows: number;
}

/** Compares the rows of both Items where they overlap; changes nothing. */
export async function compareRows(trx: Transaction, pair: RelinkPair): Promise<RowAgreement> {
  if (pair.accounts.length === 0) return { agreements: [], onlyOld: [], onlyNew: [], rows: 0 };
  const { rows } = await withoutNestedLoops(trx, () =>
    trx.raw<{ rows: [Compared] }>(JUDGE, bindingsOf(pair)),
  );
  const [found] = rows;
  return { agreements: found.agreements, onlyOld: found.only_old, onlyNew: found.only_new, rows: found.rows };
}

export interface HiddenRows {
  /** Rows of the old Item that now have their `duplicate_of`. */
  hidden: string[];
  /** Pending rows of the old Item that are no more, tombstoned. */
  gone: string[];
}

/**
 * Hides the old Item's visible rows that the new one has. `changedIds`: only these rows of the new Item are new to the
 * pair; null: all. `whole`: the new Item's history is complete, so a pending row that it lacks is gone whatever its date.
 * The caller holds both Items' rows and stamps what was changed.
 */
export async function hideDuplicates(
  trx: Transaction,
  pair: RelinkPair,
  { changedIds, whole }: { changedIds: readonly string[] | null; whole: boolean },
): Promise<HiddenRows> {
  if (pair.accounts.length === 0) return { hidden: [], gone: [] };
  const { rows } = await withoutNestedLoops(trx, () =>
    trx.raw<{ rows: [HiddenRows] }>(HIDE, {
      ...bindingsOf(pair),
      changedIds: changedIds && [...changedIds],
      whole,
    }),
  );
  return rows[0];
}

/** Shows again what a relink had hidden; what was erased meanwhile stays away. Answers the rows that changed. */
export async function showDuplicates(
  trx: Transaction,
  oldItemId: string,
  newItemId: string,
  gonePendings: readonly string[],
): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `with shown as (
       update transactions t set duplicate_of = null from transactions n
        where t.item_id = :oldItemId and t.duplicate_of is not null and n.id = t.duplicate_of and n.item_id = :newItemId
       returning t.id),
     restored as (
       update transactions t set removed_at = null
        where t.id = any(:gonePendings::uuid[]) and t.item_id = :oldItemId and t.plaid <> '{}' returning t.id)
     select id from shown union select id from restored`,
    { oldItemId, newItemId, gonePendings: [...gonePendings] },
  );
  return rows.map((row) => row.id);
}
