import type pg from 'pg';

/** The shape of two years: what the first look brought, Item by Item, and what came since, day by day. */
const HISTORY_SHARE = 0.7;
const UPDATE_DAYS = 200;
const HISTORY_DAYS = 530;
const ROWS_AT_ONCE = 250_000;

const DATA_TABLES = ['transactions', 'changes'];

interface Definition {
  drop: string;
  create: string;
}

/** Takes the indexes away while the tables are filled; answers the statements that make them again, exactly as they were migrated. */
export async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<Definition>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
            format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as create
       from pg_constraint where conrelid = any($1::regclass[]) and contype in ('p', 'u')
     union all
     select format('drop index %I', indexname), indexdef from pg_indexes i
      where tablename = any($2::text[]) and not exists (select from pg_constraint c where c.conname = i.indexname)`,
    [DATA_TABLES, DATA_TABLES],
  );
  // Nobody is to clean up between the statements.
  const vacuumed = (words: string): string[] => DATA_TABLES.map((table) => `alter table ${table} ${words}`);
  for (const sql of vacuumed('set (autovacuum_enabled = off)')) await client.query(sql);
  for (const { drop } of rows) await client.query(drop);
  return [...rows.map(({ create }) => create), ...vacuumed('reset (autovacuum_enabled)')];
}

/**
 * The rows of every tenth Item, made one by one; the others get the same with ids and accounts of their own, which is an eighth
 * of the work. (What a copy's JSON says of its own id is that of the first.)
 */
const COPIES = 10;

const base = (rows: string): string => `
  create temporary table bench_base as
  select r.nr, r.n, r.seed, r.date, r.ago, r.pending, r.removed, r.pending_n, m.nr as merchant, -v.amount as amount,
         m.plaid || jsonb_build_object('transaction_id', r.reference_id, 'account_id', r.account_ids[1], 'amount', v.amount, 'date', r.date,
           'authorized_date', r.date, 'name', m.description, 'payment_channel', m.channel, 'pending', r.pending, 'pending_transaction_id', null,
           'personal_finance_category', jsonb_build_object('primary', m.category, 'detailed', m.category || '_OTHER', 'confidence_level', 'HIGH')) as plaid
    from (${rows}) r
    cross join lateral (
      select case when r.seed % 16 = 0 then -1 else 1 end * round(exp(1 + 7 * ((r.seed >> 20) % 10000) / 10000.0)::numeric, 2) as amount) v
    join bench_merchants m on m.nr = (r.seed >> 36) % 500`;

const SEED = `hashint8extended(i.nr::bigint << 32 | s.n, 7) & x'7fffffffffffffff'::bigint`;

/** Item by Item; `weight` is the rows of a common Item. */
const history = (organizationId: string, items: number, weight: number): string =>
  base(`
  select i.nr, s.n, i.account_ids, h.seed, md5(i.id::text || s.n) || 'Plaid' as reference_id, null::integer as pending_n,
         current_date - ${UPDATE_DAYS} - (h.seed % ${HISTORY_DAYS})::integer as date, ${UPDATE_DAYS} as ago, false as pending, h.seed % 1000 = 7 as removed
    from (select * from bench_items where organization_id = '${organizationId}' and nr <= ${items} order by nr) i
    cross join lateral generate_series(1, round(${weight} * i.weight)::integer) s (n)
    cross join lateral (select ${SEED} as seed) h`);

/** Day by day. The second row of an Item's day is the pending form of its first, and gone; the last days' may still be pending. */
const updates = (organizationId: string, items: number, weight: number): string =>
  base(`
  select i.nr, s.n, i.account_ids, h.seed, md5(i.id::text || s.n) || 'Plaid' as reference_id, case when h.place = 1 and c.count > 1 then s.n + 1 end as pending_n,
         current_date - d.ago as date, d.ago, h.place = 2 or d.ago < 3 as pending, h.place = 2 as removed
    from generate_series(${UPDATE_DAYS - 1}, 0, -1) d (ago)
    cross join lateral (select * from bench_items b where b.organization_id = '${organizationId}' and b.nr <= ${items} and d.ago is not null) i
    cross join lateral (select trunc(${weight} * i.weight + (hashint8extended(i.nr::bigint << 32 | d.ago, 11) & 1048575) / 1048576.0)::integer as count) c
    cross join lateral generate_series(1000000 + d.ago * 1000 + 1, 1000000 + d.ago * 1000 + c.count) s (n)
    cross join lateral (select ${SEED} as seed, s.n % 1000 as place) h`);

/** Copies of the base's rows of some days and copy numbers, each with its place in the change feed. */
const COPY = `
  with inserted as (
    insert into transactions (organization_id, end_user_id, item_id, reference_id, account_id, amount, currency, date, authorized_date, description,
           merchant_name, payment_channel, category_primary, category_detailed, pending, pending_reference_id, plaid, created_at, removed_at)
    select i.organization_id, i.end_user_id, i.id, md5(i.id::text || b.n) || 'Plaid', i.account_ids[1 + (b.seed >> 8) % cardinality(i.account_ids)],
           b.amount, 'USD', b.date, b.date, m.description, m.name, m.channel, m.category, m.category || '_OTHER', b.pending,
           md5(i.id::text || b.pending_n) || 'Plaid', b.plaid, now() - b.ago * interval '1 day',
           case when b.removed then now() - b.ago * interval '1 day' + interval '2 days' end
      from bench_base b
      cross join generate_series($2::integer, $3::integer) k
      join bench_items i on i.organization_id = $1 and i.nr = b.nr + k * $4::integer
      join bench_merchants m on m.nr = b.merchant
     where b.ago between $5::integer and $6::integer
    returning id, organization_id, end_user_id, item_id, created_at)
  insert into changes (organization_id, position, transaction_id, end_user_id, item_id, stamped_at)
  select n.organization_id, h.position + row_number() over (), n.id, n.end_user_id, n.item_id, n.created_at
    from inserted n join change_heads h on h.organization_id = n.organization_id`;

/** About so many transactions of one organisation; `report` hears how many are there. */
export async function fillTransactions(
  client: pg.Client,
  organizationId: string,
  transactions: number,
  report: (rows: number) => void,
): Promise<number> {
  const { rows: counted } = await client.query<{ n: number }>(
    'select count(*)::integer as n from bench_items where organization_id = $1',
    [organizationId],
  );
  const items = counted[0]!.n;
  const copies = items % COPIES === 0 && items >= 50 * COPIES ? COPIES : 1;
  const perItem = transactions / items;
  let filled = 0;
  await client.query('insert into change_heads (organization_id) values ($1) on conflict do nothing', [
    organizationId,
  ]);
  const copy = async (...range: [firstCopy: number, lastCopy: number, fromAgo: number, toAgo: number]) => {
    const [firstCopy, lastCopy, fromAgo, toAgo] = range;
    const values = [organizationId, firstCopy, lastCopy, items / copies, fromAgo, toAgo];
    filled += (await client.query(COPY, values)).rowCount ?? 0;
    await client.query('update change_heads set position = $2 where organization_id = $1', [
      organizationId,
      filled,
    ]);
    report(filled);
  };
  await client.query(history(organizationId, items / copies, perItem * HISTORY_SHARE));
  for (let k = 0; k < copies; k++) await copy(k, k, UPDATE_DAYS, UPDATE_DAYS);
  await client.query('drop table bench_base');
  await client.query(updates(organizationId, items / copies, (perItem * (1 - HISTORY_SHARE)) / UPDATE_DAYS));
  const daysAtOnce = Math.ceil(ROWS_AT_ONCE / ((transactions * (1 - HISTORY_SHARE)) / UPDATE_DAYS));
  for (let from = UPDATE_DAYS - 1; from >= 0; from -= daysAtOnce)
    await copy(0, copies - 1, Math.max(0, from - daysAtOnce + 1), from);
  await client.query('drop table bench_base');
  return filled;
}

/** Some rows have been modified, a few of them often. */
export async function fillVersions(client: pg.Client, organizationId: string): Promise<void> {
  await client.query(
    `with modified as (
       update transactions set version = 3 where id in (select id from transactions where organization_id = $1 order by id desc limit 2000) returning *)
     insert into transaction_versions (transaction_id, version, organization_id, item_id, plaid, replaced_at)
     select id, v, organization_id, item_id, plaid || jsonb_build_object('amount', 1 + v), created_at + v * interval '1 hour' from modified, generate_series(1, 2) v`,
    [organizationId],
  );
}
