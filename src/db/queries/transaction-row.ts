/**
 * What the API reads of a transaction: the row, its neighbours' ids, its place in the feed. Money is text (invariant I9).
 */
export interface TransactionRow {
  id: string;
  reference_id: string;
  /** Row id, and the caller's own id, of the end user. */
  end_user_row_id: string;
  end_user_id: string;
  end_user_name: string | null;
  item_id: string;
  plaid_item_id: string;
  account_id: string | null;
  account_row_id: string | null;
  account_mask: string | null;
  amount: string | null;
  currency: string | null;
  /** YYYY-MM-DD. */
  date: string | null;
  authorized_date: string | null;
  occurred_at: Date | null;
  description: string | null;
  merchant_name: string | null;
  payment_channel: string | null;
  transaction_code: string | null;
  pending: boolean | null;
  pending_reference_id: string | null;
  /** Of a removed pending row: the row that it became. */
  posted_reference_id: string | null;
  /** JSON text. */
  personal_finance_category: string | null;
  created_at: Date;
  removed_at: Date | null;
  /** Row id of the row that stands for this one; null unless this is a duplicate. */
  duplicate_of: string | null;
  /** ISO 8601 with microseconds: monotone per organisation. */
  last_updated: string;
  /** JSON text and, where jsonb cannot hold it, Plaid's own bytes; only when asked for. */
  plaid?: string;
  plaid_bytes?: Buffer | null;
}

/** ISO 8601 with the microseconds that a JavaScript Date would drop. */
const isoTime = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const COLUMNS = `
  t.id, t.reference_id, t.end_user_id as end_user_row_id, e.end_user_id, e.name as end_user_name, t.item_id, i.plaid_item_id, t.account_id,
  a.id as account_row_id, a.mask as account_mask, t.amount, t.currency, t.date, t.authorized_date, t.occurred_at, t.description,
  t.merchant_name, t.payment_channel, t.transaction_code, t.pending, t.pending_reference_id,
  case when t.removed_at is not null and t.pending then
    (select p.reference_id from transactions p
      where p.item_id = t.item_id and p.pending_reference_id = t.reference_id
      order by p.removed_at nulls first, p.id limit 1)
  end as posted_reference_id,
  (t.plaid -> 'personal_finance_category')::text as personal_finance_category, t.created_at, t.removed_at, t.duplicate_of,
  ${isoTime('coalesce(c.stamped_at, t.created_at)')} as last_updated`;

const PLAID_COLUMNS = ', t.plaid::text as plaid, t.plaid_bytes';

/** The select list for a TransactionRow, over the joins of `TRANSACTION_JOINS`. */
export const transactionColumns = (includePlaid: boolean): string =>
  includePlaid ? COLUMNS + PLAID_COLUMNS : COLUMNS;

const neighbours = (join: 'join' | 'left join'): string => `
  ${join} end_users e on e.id = t.end_user_id
  ${join} items i on i.id = t.item_id
  left join accounts a on a.item_id = t.item_id and a.account_id = t.account_id
  left join changes c on c.transaction_id = t.id`;

/** From `transactions t` to what a row needs of its neighbours. */
export const TRANSACTION_JOINS = neighbours('join');
/** The same where there may be no row, and so no neighbours. */
export const TRANSACTION_JOINS_IF_ANY = neighbours('left join');
