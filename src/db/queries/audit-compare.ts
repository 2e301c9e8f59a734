import type { Database, Transaction } from '../database.js';
import { withoutNestedLoops } from '../nested-loops.js';
import type { FeedPosition } from './audit-runs.js';
import { renumberedOf } from './matched-accounts.js';
import { COLUMNS_DIFFER, PLAID_COLUMNS, ROW_SOURCE, type RowSource } from './merge-rows.js';

/** A replayed history, ready to be compared. */
export interface Replay {
  auditId: string;
  itemId: string;
  /** Counts from 1: a second replay confirms the first. */
  replay: number;
  source: RowSource;
  /** Rows that the source must hold; anything else is a lost page, and the comparison fails. */
  expectedRows: number;
  /** Positions of the rows that count; null: all. */
  winners: readonly number[] | null;
  pages: number;
  /** The body of /accounts/get. */
  accounts: string;
}

export interface AuditCompareQueries {
  /**
   * Compares a replay with the stored rows and keeps what differs as suspects; nothing else is written. False: the audit
   * has ended meanwhile.
   */
  compare(replay: Replay): Promise<boolean>;
  /**
   * After the sync that follows a replay: drops the suspects that were touched since `since`, and those that an earlier
   * replay did not find. Answers how many are left; null: the audit has ended meanwhile.
   */
  settle(
    auditId: string,
    replay: number,
    organizationId: string,
    since: FeedPosition,
  ): Promise<number | null>;
  /** Makes the suspects of this replay the audit's findings, and ends it. */
  finish(auditId: string, replay: number): Promise<void>;
}

/** Examples that are kept per subject and kind; the counts are of all. */
const EXAMPLES = 20;

const names = Object.keys(PLAID_COLUMNS).filter((name) => name !== 'plaid' && name !== 'plaid_bytes');
/** What the columns should hold and what they do hold, under names that no field of Plaid has. */
const derived = names
  .map((name) => `'column.${name}', ${PLAID_COLUMNS[name as keyof typeof PLAID_COLUMNS]}`)
  .join(', ');
const held = names.map((name) => `'column.${name}', t.${name}`).join(', ');
const DIFFERENCES = `json_differences(
  n.data || jsonb_build_object(${derived}, 'column.plaid_bytes', md5(n.bytes)),
  case when jsonb_typeof(t.plaid) = 'object' then t.plaid else '{}' end || jsonb_build_object(${held}, 'column.plaid_bytes', md5(t.plaid_bytes)))`;

/** Who and what an account is. Balances are not compared: those that are stored are as old as the account's last rows. */
const ACCOUNT_FIELDS: Record<string, string> = {
  name: `n.data ->> 'name'`,
  official_name: `n.data ->> 'official_name'`,
  mask: `n.data ->> 'mask'`,
  type: `n.data ->> 'type'`,
  subtype: `n.data ->> 'subtype'`,
  persistent_account_id: `n.data ->> 'persistent_account_id'`,
  currency: `coalesce(n.data #>> '{balances,iso_currency_code}', n.data #>> '{balances,unofficial_currency_code}')`,
};
const accountDerived = Object.entries(ACCOUNT_FIELDS);
const accountObject = (value: (name: string, expression: string) => string): string =>
  `jsonb_build_object(${accountDerived.map(([name, expression]) => `'column.${name}', ${value(name, expression)}`).join(', ')})`;
const ACCOUNT_DIFFERENCES = `json_differences(${accountObject((_, expression) => expression)}, ${accountObject((name) => `a.${name}`)})`;

// Extra by the rules of a full resync (reconcile.ts, invariant I4): the account is still listed, if under another id, and the row is not older than
// that account's oldest row at Plaid.
const compareSql = (kind: RowSource['kind']): string => `
  with ${ROW_SOURCE[kind]},
  incoming as materialized (
    select data, bytes, data ->> 'transaction_id' as reference_id from source
     where :winners::integer[] is null or position = any(:winners::integer[])),
  listed as materialized (
    select distinct on (data ->> 'account_id') data ->> 'account_id' as account_id, data
      from jsonb_array_elements(:accounts::jsonb -> 'accounts') as e(data)),
  oldest as (
    select data ->> 'account_id' as account_id, min(plaid_date(data ->> 'date')) as date from incoming group by 1),
  unlike as (
    select n.reference_id, t.id, t.removed_at,
           case when t.id is null or t.removed_at is not null then 'missing' else 'different' end as kind,
           n.data ->> 'account_id' as account_id, n.data ->> 'date' as date, -plaid_number(n.data -> 'amount') as amount,
           case when t.id is not null and t.removed_at is null then ${DIFFERENCES} else '[]' end as differences
      from incoming n left join transactions t on t.item_id = :itemId and t.reference_id = n.reference_id
     where t.id is null or t.removed_at is not null or ${COLUMNS_DIFFER}),
  surplus as materialized (
    select t.reference_id, t.id, t.account_id, t.date, t.amount,
           coalesce(t.date >= o.date and o.account_id in (select account_id from listed), false) as judged
      from transactions t
      left join unnest(:renumbered::text[], :became::text[]) as r(account_id, became) on r.account_id = t.account_id
      left join oldest o on o.account_id = coalesce(r.became, t.account_id)
     where t.item_id = :itemId and t.removed_at is null
       and not exists (select from incoming n where n.reference_id = t.reference_id)),
  unlike_accounts as (
    select n.account_id as reference_id, case when a.id is null or a.closed_at is not null then 'missing' else 'different' end as kind,
           case when a.id is not null and a.closed_at is null then ${ACCOUNT_DIFFERENCES} else '[]' end as differences
      from listed n left join accounts a on a.item_id = :itemId and a.account_id = n.account_id
     where a.id is null or a.closed_at is not null
        or (${accountDerived.map(([name]) => `a.${name}`).join(', ')}) is distinct from (${accountDerived.map(([, expression]) => expression).join(', ')})),
  surplus_accounts as (
    -- A row without details only names an account that Plaid has never described.
    select a.account_id as reference_id from accounts a
     where a.item_id = :itemId and a.closed_at is null and a.plaid is not null and a.account_id not in (select account_id from listed)),
  found (subject, reference_id, kind, transaction_id, details) as (
    select 'transaction', reference_id, kind, id,
           jsonb_build_object('account_id', account_id, 'date', date, 'amount', amount, 'removed_at', removed_at, 'differences', differences)
      from unlike
    union all
    select 'transaction', reference_id, 'extra', id,
           jsonb_build_object('account_id', account_id, 'date', date, 'amount', amount, 'differences', '[]'::jsonb)
      from surplus where judged
    union all
    select 'account', reference_id, kind, null, jsonb_build_object('account_id', reference_id, 'differences', differences)
      from unlike_accounts
    union all
    select 'account', reference_id, 'extra', null, jsonb_build_object('account_id', reference_id, 'differences', '[]'::jsonb)
      from surplus_accounts),
  kept as (
    insert into audit_suspects (audit_id, replay, subject, reference_id, kind, transaction_id, details)
    select :auditId::uuid, :replay::integer, subject, reference_id, kind, transaction_id, details from found)
  select (select count(*) from source)::integer as source_rows,
         (select count(*) from incoming)::integer as plaid_rows,
         (select count(*) from listed)::integer as accounts,
         (select count(*) from surplus where not judged)::integer as unjudged,
         (select count(*) from transactions where item_id = :itemId and removed_at is null)::integer as stored_rows`;

const COMPARE = { page: compareSql('page'), staged: compareSql('staged') };

interface Compared {
  source_rows: number;
  plaid_rows: number;
  accounts: number;
  unjudged: number;
  stored_rows: number;
}

/** Held until the commit, so that an audit that ends, or an erasure, comes before or after a step, never into it. */
async function lockRunning(trx: Transaction, auditId: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `select 1 from audits where id = ? and state = 'running' for no key update`,
    [auditId],
  );
  return rows.length > 0;
}

export function createAuditCompareQueries(db: Database): AuditCompareQueries {
  return {
    compare: (input) =>
      db.transaction(async (trx) => {
        if (!(await lockRunning(trx, input.auditId))) return false;
        const { auditId, itemId, replay, source, accounts, pages } = input;
        await trx.raw('delete from audit_suspects where audit_id = ? and replay = ?', [auditId, replay]);
        const renumbered = await renumberedOf(trx, itemId);
        const { rows } = await withoutNestedLoops(trx, () =>
          trx.raw<{ rows: [Compared] }>(COMPARE[source.kind], {
            auditId,
            itemId,
            replay,
            accounts,
            winners: input.winners && [...input.winners],
            ...renumbered,
            ...(source.kind === 'page'
              ? { body: source.page.text, bytes: source.page.originals, firstPosition: 0 }
              : { runId: source.runId }),
          }),
        );
        const { source_rows: found, ...counts } = rows[0];
        if (found !== input.expectedRows)
          throw new Error(`replay of ${input.expectedRows} rows found ${found} staged: not compared`);
        await trx('audits')
          .where({ id: auditId })
          .update({ ...counts, replays: replay, pages: trx.raw('pages + ?', [pages]) });
        return true;
      }),

    settle: (auditId, replay, organizationId, since) =>
      db.transaction(async (trx) => {
        if (!(await lockRunning(trx, auditId))) return null;
        // Every writer of transactions stamps them into the feed, so the feed knows what was touched.
        const { rows } = await trx.raw<{ rows: [{ touched: number }] }>(
          `with item as (select item_id from audits where id = :auditId),
           touched as materialized (
             select t.reference_id from changes c join transactions t on t.id = c.transaction_id
              where c.organization_id = :organizationId and c.position > :position::bigint and c.item_id = (select item_id from item)),
           touched_accounts as (
             select a.account_id as reference_id from accounts a
              where a.item_id = (select item_id from item) and a.updated_at >= :at::timestamptz),
           dropped as (
             delete from audit_suspects s
              where s.audit_id = :auditId and s.replay = :replay
                and ((s.subject = 'transaction' and s.reference_id in (select reference_id from touched))
                     or (s.subject = 'account' and s.reference_id in (select reference_id from touched_accounts))
                     or (s.replay > 1 and not exists (
                           select from audit_suspects earlier
                            where earlier.audit_id = s.audit_id and earlier.replay = s.replay - 1
                              and earlier.subject = s.subject and earlier.reference_id = s.reference_id))))
           select count(*)::integer as touched from touched`,
          { auditId, replay, organizationId, position: since.position, at: since.at },
        );
        await trx('audits').where({ id: auditId }).update({ touched: rows[0].touched });
        const left = await trx('audit_suspects')
          .where({ audit_id: auditId, replay })
          .count<{ count: string }[]>();
        return Number(left[0]?.count);
      }),

    finish: (auditId, replay) =>
      db.transaction(async (trx) => {
        if (!(await lockRunning(trx, auditId))) return;
        await trx.raw(
          `with found as (
             select s.*, row_number() over (partition by subject, kind order by reference_id) as place
               from audit_suspects s where s.audit_id = :auditId and s.replay = :replay),
           counted as (
             select count(*) as n,
                    count(*) filter (where subject = 'transaction' and kind = 'missing') as missing,
                    count(*) filter (where subject = 'transaction' and kind = 'extra') as extra,
                    count(*) filter (where subject = 'transaction' and kind = 'different') as different,
                    count(*) filter (where subject = 'account' and kind = 'missing') as accounts_missing,
                    count(*) filter (where subject = 'account' and kind = 'extra') as accounts_extra,
                    count(*) filter (where subject = 'account' and kind = 'different') as accounts_different
               from found),
           kept as (
             select coalesce(jsonb_agg(details || jsonb_build_object('subject', subject, 'kind', kind, 'reference_id', reference_id,
                                                                     'transaction_id', transaction_id)
                                       order by subject desc, kind, reference_id), '[]') as examples
               from found where place <= :examples)
           update audits a
              set state = 'done', verdict = case when n = 0 then 'clean' else 'differs' end, phase = null, finished_at = now(),
                  reason_code = null, reason = null, missing = c.missing, extra = c.extra, different = c.different,
                  accounts_missing = c.accounts_missing, accounts_extra = c.accounts_extra,
                  accounts_different = c.accounts_different, examples = kept.examples
             from counted c, kept where a.id = :auditId`,
          { auditId, replay, examples: EXAMPLES },
        );
        await trx.raw('delete from audit_suspects where audit_id = ?', [auditId]);
      }),
  };
}
