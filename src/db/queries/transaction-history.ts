import type { Database } from '../database.js';

/** What a transaction was from one change to the next; the last one is what it is. */
export interface TransactionVersionRow {
  version: number;
  since: Date;
  /** Null of the last one. */
  until: Date | null;
  /** The run that brought it; null of the first one, and where runs are not known any more. */
  sync_run_id: string | null;
  removed_at: Date | null;
  /** JSON text, and the bytes that jsonb cannot hold. */
  plaid: string;
  plaid_bytes: Buffer | null;
  /** JSON text: an array of {field, before, after}, what changed from the version before. */
  changes: string;
}

/** Another row that this one was or became. */
export interface RelatedTransactionRow {
  relation: 'pending' | 'posted' | 'duplicate_of' | 'duplicate';
  id: string;
  reference_id: string;
  plaid_item_id: string;
  amount: string | null;
  date: string | null;
  description: string | null;
  created_at: Date;
  removed_at: Date | null;
}

export interface TransactionHistoryReads {
  /** Oldest first. */
  versions(transactionId: string): Promise<TransactionVersionRow[]>;
  related(transactionId: string): Promise<RelatedTransactionRow[]>;
}

// A version is stored when it is replaced, by the run that replaces it.
const VERSIONS = `
  with all_versions as (
    select v.version, v.plaid, v.plaid_bytes, v.removed_at, v.replaced_at, v.sync_run_id
      from transaction_versions v where v.transaction_id = :transactionId
    union all
    select t.version, t.plaid, t.plaid_bytes, t.removed_at, null, null from transactions t where t.id = :transactionId),
  known as (
    select v.*, lag(v.replaced_at) over w as came_at, lag(v.sync_run_id) over w as came_by, lag(v.plaid) over w as before
      from all_versions v window w as (order by v.version))
  select k.version, coalesce(k.came_at, t.created_at) as since, k.replaced_at as until, k.came_by as sync_run_id, k.removed_at,
         k.plaid::text as plaid, k.plaid_bytes,
         case when k.before is null then '[]' else (
           select coalesce(jsonb_agg(jsonb_build_object('field', d -> 'field', 'before', d -> 'stored', 'after', d -> 'plaid')), '[]')::text
             from jsonb_array_elements(json_differences(k.plaid, k.before)) d) end as changes
    from known k join transactions t on t.id = :transactionId order by k.version`;

const RELATED = `
  select 'pending' as relation, p.id from transactions t
    join transactions p on p.item_id = t.item_id and p.reference_id = t.pending_reference_id where t.id = :transactionId
  union all
  select 'posted', p.id from transactions t
    join transactions p on p.item_id = t.item_id and p.pending_reference_id = t.reference_id where t.id = :transactionId
  union all
  select 'duplicate_of', t.duplicate_of from transactions t where t.id = :transactionId and t.duplicate_of is not null
  union all
  select 'duplicate', d.id from transactions d where d.duplicate_of = :transactionId`;

export function createTransactionHistoryReads(db: Database): TransactionHistoryReads {
  return {
    async versions(transactionId) {
      return (await db.raw<{ rows: TransactionVersionRow[] }>(VERSIONS, { transactionId })).rows;
    },
    async related(transactionId) {
      const { rows } = await db.raw<{ rows: RelatedTransactionRow[] }>(
        `select r.relation, t.id, t.reference_id, i.plaid_item_id, t.amount, t.date, t.description, t.created_at, t.removed_at
           from (${RELATED}) r join transactions t on t.id = r.id join items i on i.id = t.item_id order by t.created_at, t.id`,
        { transactionId },
      );
      return rows;
    },
  };
}
