import type { Transaction } from '../database.js';
import type { JsonText } from '../json-text.js';
import { withoutNestedLoops } from '../nested-loops.js';
import { runPrepared } from '../prepared.js';
import { PAGE_ROWS } from './staging.js';

/** Where the rows of an update lie: a single page as a parameter, a longer update staged row by row. */
export type RowSource = { kind: 'page'; page: JsonText } | { kind: 'staged'; runId: string };

export interface MergeRowsInput {
  itemId: string;
  organizationId: string;
  endUserId: string;
  runId: string;
  source: RowSource;
  /** Rows that the source must hold; anything else is a lost page, and the transaction fails. */
  expectedRows: number;
  /** Positions of the rows to store, when some were superseded within the update; null: all. */
  winners: readonly number[] | null;
  /** Plaid ids to tombstone. */
  removed: readonly string[];
  /**
   * Whether a row is also rewritten when only its typed columns are not what Plaid's object makes of them: somebody altered
   * them, or an older Ardea read them otherwise. Comparing them costs, so only a full resync does.
   */
  thorough: boolean;
}

export interface MergedRows {
  added: number;
  modified: number;
  removed: number;
  unchanged: number;
  /** Ids of the rows that changed: what the feed is told. */
  changedIds: string[];
}

/** Plaid's row to columns. Amounts are flipped: Plaid counts money out as positive (plaid.com/docs/api/products/transactions). */
export const PLAID_COLUMNS = {
  reference_id: `n.data ->> 'transaction_id'`,
  account_id: `n.data ->> 'account_id'`,
  amount: `-plaid_number(n.data -> 'amount')`,
  currency: `coalesce(n.data ->> 'iso_currency_code', n.data ->> 'unofficial_currency_code')`,
  date: `plaid_date(n.data ->> 'date')`,
  authorized_date: `plaid_date(n.data ->> 'authorized_date')`,
  occurred_at: `plaid_timestamp(n.data ->> 'datetime')`,
  description: `coalesce(n.data ->> 'name', n.data ->> 'original_description')`,
  merchant_name: `n.data ->> 'merchant_name'`,
  payment_channel: `n.data ->> 'payment_channel'`,
  transaction_code: `n.data ->> 'transaction_code'`,
  category_primary: `n.data #>> '{personal_finance_category,primary}'`,
  category_detailed: `n.data #>> '{personal_finance_category,detailed}'`,
  pending: `n.data -> 'pending' = 'true'::jsonb`,
  pending_reference_id: `n.data ->> 'pending_transaction_id'`,
  plaid: 'n.data',
  plaid_bytes: 'n.bytes',
} as const;

const NAMES = Object.keys(PLAID_COLUMNS);
const VALUES = Object.values(PLAID_COLUMNS).join(', ');
const UPDATES = Object.entries(PLAID_COLUMNS)
  .filter(([name]) => name !== 'reference_id')
  .map(([name, value]) => `${name} = ${value}`)
  .join(', ');

/** Staged rows are read where they lie, once per use: copying them would fill work_mem and spill to disk. */
export const ROW_SOURCE = {
  page: `page as materialized (select :body::jsonb as body), source as materialized (${PAGE_ROWS})`,
  staged: `source as not materialized (select position, data, bytes from sync_staged_rows where run_id = :runId)`,
} as const;

/** The stored row of an incoming one; an Item's rows are written under its row lock only. */
const STORED = `t.item_id = :itemId and t.reference_id = n.data ->> 'transaction_id'`;
const DIFFERS = `(t.plaid is distinct from n.data or t.plaid_bytes is distinct from n.bytes or t.removed_at is not null)`;
/** The stored row `t` holds anything else than what Plaid's row `n` makes of it; tombstones apart. */
export const COLUMNS_DIFFER = `(${NAMES.map((name) => `t.${name}`).join(', ')}) is distinct from (${VALUES})`;
const DIFFERS_ANYWHERE = `(t.removed_at is not null or ${COLUMNS_DIFFER})`;

// All parts see the rows as they were before: they share one snapshot. New rows are inserted apart from changed ones:
// `on conflict` costs an eighth more (docs/benchmarks.md), and nobody else inserts rows of an Item whose row is locked.
const mergeSql = (kind: RowSource['kind'], differs = DIFFERS): string => `
  with ${ROW_SOURCE[kind]},
  incoming as not materialized (
    select position, data, bytes from source where :winners::integer[] is null or position = any(:winners::integer[])),
  -- The joins below cost a first sync a third of its merge, and it has nothing to find: this leaves them out.
  stored as materialized (select exists (select from transactions where item_id = :itemId) as any_rows),
  versions as (
    insert into transaction_versions (transaction_id, version, organization_id, item_id, sync_run_id, plaid, plaid_bytes, removed_at)
    select t.id, t.version, t.organization_id, t.item_id, :runId, t.plaid, t.plaid_bytes, t.removed_at
      from incoming n join transactions t on ${STORED} where (select any_rows from stored) and ${differs}),
  inserted as (
    insert into transactions (organization_id, end_user_id, item_id, ${NAMES.join(', ')})
    select :organizationId, :endUserId, :itemId, ${VALUES} from incoming n
     where not ((select any_rows from stored) and exists (select from transactions t where ${STORED})) order by n.position
    returning id),
  updated as (
    update transactions t set ${UPDATES}, version = t.version + 1, removed_at = null
      from incoming n where (select any_rows from stored) and ${STORED} and ${differs} returning t.id),
  removed as (
    update transactions t set removed_at = clock_timestamp()
     where t.item_id = :itemId and t.reference_id = any(:removed::text[]) and t.removed_at is null returning t.id)
  select (select count(*) from source)::integer as source_rows,
         (select count(*) from incoming)::integer as incoming,
         (select count(*) from inserted)::integer as added,
         (select count(*) from updated)::integer as modified,
         (select count(*) from removed)::integer as removed,
         (select array_agg(id) from (
           select id from inserted union all select id from updated union all select id from removed) changed) as changed_ids`;

const MERGE_PAGE = mergeSql('page');
const MERGE_STAGED = mergeSql('staged');
const MERGE_THOROUGHLY = {
  page: mergeSql('page', DIFFERS_ANYWHERE),
  staged: mergeSql('staged', DIFFERS_ANYWHERE),
};

interface MergeRow {
  source_rows: number;
  incoming: number;
  added: number;
  modified: number;
  removed: number;
  changed_ids: string[] | null;
}

/**
 * Applies a folded update to the Item's transactions in one set-based statement: new rows, changed rows (whose earlier
 * version is kept), tombstones. A row identical to what is stored changes nothing. The caller's transaction holds the
 * Item's row lock and stamps `changedIds` into the feed.
 */
export async function mergeRows(trx: Transaction, input: MergeRowsInput): Promise<MergedRows> {
  const page = input.source.kind === 'page' ? input.source.page : null;
  const bindings = {
    itemId: input.itemId,
    organizationId: input.organizationId,
    endUserId: input.endUserId,
    runId: input.runId,
    winners: input.winners && [...input.winners],
    removed: [...input.removed],
    ...(page ? { body: page.text, bytes: page.originals, firstPosition: 0 } : {}),
  };
  const planned = async (sql: string): Promise<MergeRow[]> =>
    (await trx.raw<{ rows: MergeRow[] }>(sql, bindings)).rows;
  // A staged update may be a whole history, which the planner takes for a row or two; a page is always small.
  const [result] =
    input.source.kind === 'staged'
      ? await withoutNestedLoops(trx, () => planned(input.thorough ? MERGE_THOROUGHLY.staged : MERGE_STAGED))
      : input.thorough
        ? await planned(MERGE_THOROUGHLY.page)
        : await runPrepared<MergeRow>(trx, 'merge_page', MERGE_PAGE, bindings);
  if (!result) throw new Error('the merge answered nothing');
  if (result.source_rows !== input.expectedRows) {
    throw new Error(`update of ${input.expectedRows} rows found ${result.source_rows} staged: not merged`);
  }
  return {
    added: result.added,
    modified: result.modified,
    removed: result.removed,
    unchanged: result.incoming - result.added - result.modified,
    changedIds: result.changed_ids ?? [],
  };
}
