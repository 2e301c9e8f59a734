import { countChecked, violate, type CheckContext } from './context.js';

/** What holds in the store whatever has happened. Each query answers the offenders. */
const RULES: readonly { invariant: 'I1' | 'I3' | 'I6' | 'I11'; what: string; sql: string }[] = [
  {
    invariant: 'I6',
    what: 'a row without a place in the feed',
    sql: `select t.reference_id as which from transactions t left join changes c on c.transaction_id = t.id where c.position is null`,
  },
  {
    invariant: 'I6',
    what: "a position above the feed's head",
    sql: `select c.position::text as which from changes c join change_heads h using (organization_id) where c.position > h.position`,
  },
  {
    invariant: 'I6',
    what: 'stamps that do not follow the positions',
    sql: `select position::text as which from (
            select position, stamped_at, lag(stamped_at) over (partition by organization_id order by position) as before from changes) o
           where stamped_at < before`,
  },
  {
    // Compare-and-set lets a sync commit only if none has committed since it began. One began before its started_at, and
    // finished_at is before its commit. Clocks of two processes of one machine differ by less than the tolerance.
    invariant: 'I3',
    what: 'a sync that committed although another had committed since it began',
    sql: `select b.id::text as which from sync_runs a join sync_runs b on b.item_id = a.item_id and b.id <> a.id
           where a.outcome = 'synced' and b.outcome = 'synced' and b.started_at < a.finished_at - interval '20 ms'
             and b.finished_at > a.finished_at`,
  },
  {
    invariant: 'I11',
    what: 'a generation that is synced but was never raised',
    sql: `select item_id::text as which from item_sync where synced_gen > dirty_gen or claimed_gen > dirty_gen`,
  },
  {
    invariant: 'I1',
    what: 'a sync run that ends before it begins, or counts below zero',
    sql: `select id::text as which from sync_runs
           where finished_at < started_at - interval '1 s' or least(pages, added, modified, removed, unchanged, restarts) < 0`,
  },
  {
    invariant: 'I1',
    what: 'a version history with a hole',
    sql: `select t.reference_id as which from transactions t
           where t.plaid <> '{}' and t.version - 1 <> (select count(*) from transaction_versions v where v.transaction_id = t.id)
             and not exists (select 1 from items i where i.id = t.item_id and i.plaid_item_id = any($1))`,
  },
  {
    invariant: 'I1',
    what: 'a synced Item without a run that added its rows',
    sql: `select i.plaid_item_id as which from items i
           where i.cursor is not null and not exists (select 1 from sync_runs r where r.item_id = i.id and r.outcome = 'synced')`,
  },
];

/** Staged rows that no run is going to use; the sweep removes them hours later. */
const STAGED = `select count(*)::integer as n from sync_staged_rows s
                 where not exists (select 1 from sync_staged_runs r where r.run_id = s.run_id)`;

export async function checkStore(context: CheckContext): Promise<void> {
  const erasedItems = context.world.items.filter(({ everErased }) => everErased).map(({ itemId }) => itemId);
  for (const { invariant, what, sql } of RULES) {
    const values = sql.includes('$1') ? [erasedItems] : [];
    const offenders = await context.sql<{ which: string }>(sql, values);
    countChecked(context, 'rules of the store', 1);
    if (offenders.length > 0)
      violate(context, invariant, `${what}: ${offenders.length}, the first ${offenders[0]?.which}`);
  }
  const [staged] = await context.sql<{ n: number }>(STAGED);
  if ((staged?.n ?? 0) > 0) violate(context, 'I1', `${staged?.n} staged rows belong to no run`);
  const [sizes] = await context.sql<Record<string, number>>(
    `select (select count(*) from transactions)::integer as transactions, (select count(*) from transaction_versions)::integer as versions,
            (select count(*) from sync_runs)::integer as "sync runs", (select count(*) from plaid_webhooks)::integer as "inbox rows",
            (select count(*) from changes)::integer as changes,
            (select coalesce(sum(added + modified + removed), 0) from sync_runs)::integer as "changes applied"`,
  );
  for (const [what, n] of Object.entries(sizes ?? {})) countChecked(context, what, n);
}
