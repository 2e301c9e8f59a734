import type { Knex } from 'knex';

/** Every bound is inclusive; money is decimal text, dates YYYY-MM-DD, times ISO 8601 with zone. */
export interface TransactionFilter {
  /** Row ids. */
  endUserRowId?: string | undefined;
  transactionId?: string | undefined;
  referenceId?: string | undefined;
  plaidItemId?: string | undefined;
  /** Plaid's account ids. */
  accountIds?: readonly string[] | undefined;
  createdDateMin?: string | undefined;
  createdDateMax?: string | undefined;
  timestampDateMin?: string | undefined;
  timestampDateMax?: string | undefined;
  lastUpdatedMin?: string | undefined;
  lastUpdatedMax?: string | undefined;
  minAmount?: string | undefined;
  maxAmount?: string | undefined;
  descriptionKeyword?: string | undefined;
  descriptionRegex?: string | undefined;
  transactionCode?: string | undefined;
  merchantName?: string | undefined;
  pending?: boolean | undefined;
  /** Removed rows are left out unless this is true. */
  includeRemoved: boolean;
  /** Rows that another Item's row stands for are left out unless this is true. */
  includeDuplicates: boolean;
}

export const TRANSACTION_ORDERS = {
  id: 't.id',
  amount: 't.amount',
  abs_amount: 'abs(t.amount)',
  description: 't.description',
  timestamp: 'coalesce(t.occurred_at, t.date::timestamptz)',
  created: 't.created_at',
} as const;

export type TransactionOrder = `${keyof typeof TRANSACTION_ORDERS}_${'asc' | 'desc'}`;

const TIMESTAMP_DATE = `coalesce((t.occurred_at at time zone 'UTC')::date, t.date)`;

/** A total order: equal values are told apart by id, so that pages neither overlap nor leave gaps. */
export function orderClause(order: TransactionOrder): string {
  const direction = order.endsWith('_desc') ? 'desc' : 'asc';
  const column =
    TRANSACTION_ORDERS[order.slice(0, order.lastIndexOf('_')) as keyof typeof TRANSACTION_ORDERS];
  return column === 't.id' ? `t.id ${direction}` : `${column} ${direction} nulls last, t.id ${direction}`;
}

/** Matches what contains the text, in whatever case with ilike. */
export const likePattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** Narrows a query over `transactions t` to what the filter lets through, within one organisation. */
export function applyFilter(query: Knex.QueryBuilder, organizationId: string, f: TransactionFilter): void {
  const where = (sql: string, ...values: (string | readonly string[] | undefined)[]): void => {
    if (values.every((value) => value !== undefined)) void query.whereRaw(sql, values as string[]);
  };
  where('t.organization_id = ?', organizationId);
  if (!f.includeRemoved) void query.whereRaw('t.removed_at is null');
  if (!f.includeDuplicates) void query.whereRaw('t.duplicate_of is null');
  where('t.end_user_id = ?', f.endUserRowId);
  where('t.id = ?', f.transactionId);
  // Through the Items, because reference_id is unique, and indexed, within its Item.
  where(
    't.id in (select r.id from items n join transactions r on r.item_id = n.id and r.reference_id = ? where n.organization_id = ?)',
    f.referenceId,
    organizationId,
  );
  where(
    't.item_id in (select n.id from items n where n.organization_id = ? and n.plaid_item_id = ?)',
    organizationId,
    f.plaidItemId,
  );
  where('t.account_id = any(?::text[])', f.accountIds);
  where('t.created_at >= ?::date', f.createdDateMin);
  where('t.created_at < ?::date + 1', f.createdDateMax);
  where(`${TIMESTAMP_DATE} >= ?::date`, f.timestampDateMin);
  where(`${TIMESTAMP_DATE} <= ?::date`, f.timestampDateMax);
  where('t.amount >= ?::numeric', f.minAmount);
  where('t.amount <= ?::numeric', f.maxAmount);
  if (f.descriptionKeyword !== undefined) where('t.description ilike ?', likePattern(f.descriptionKeyword));
  where('t.description ~ ?', f.descriptionRegex);
  where('t.transaction_code = ?', f.transactionCode);
  where('lower(t.merchant_name) = lower(?)', f.merchantName);
  if (f.pending !== undefined) void query.whereRaw('t.pending = ?', [f.pending]);
  if (f.lastUpdatedMin === undefined && f.lastUpdatedMax === undefined) return;
  void query.joinRaw('join changes c on c.transaction_id = t.id');
  where('c.stamped_at >= ?::timestamptz', f.lastUpdatedMin);
  where('c.stamped_at <= ?::timestamptz', f.lastUpdatedMax);
}
