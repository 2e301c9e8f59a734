import type { z } from 'zod';
import type { TransactionRow } from '../../db/queries/transaction-row.js';
import { toPublicId, type IdKind } from '../../domain/ids.js';
import { exactNumber, rawJson } from '../json/exact-json.js';
import type { enrichedTransaction, flatTransaction } from './schema.js';

type Enriched = z.input<typeof enrichedTransaction>;
type Flat = z.input<typeof flatTransaction>;
type Shared = Omit<Enriched, 'annotation' | 'features' | 'merchant'>;

/** Rows of a page share their Items and accounts; encoding an id anew for each row would double the time of large pages. */
function createPublicIds(): (kind: IdKind, uuid: string) => string {
  const known = new Map<string, string>();
  return (kind, uuid) => {
    const key = `${kind}${uuid}`;
    const id = known.get(key) ?? toPublicId(kind, uuid);
    known.set(key, id);
    return id;
  };
}

const plaidObject = (row: TransactionRow): Pick<Shared, 'plaid'> => {
  if (row.plaid === undefined) return {};
  const object = rawJson(row.plaid_bytes ? row.plaid_bytes.toString('utf8') : row.plaid);
  return object ? { plaid: object } : {};
};

function presentShared(row: TransactionRow, publicId: ReturnType<typeof createPublicIds>): Shared {
  return {
    heron_id: toPublicId('transaction', row.id),
    reference_id: row.reference_id,
    end_user_id: row.end_user_id,
    account_id: row.account_id,
    account_number: row.account_mask,
    data_source_heron_id: publicId('dataSource', row.item_id),
    data_source_account_heron_id:
      row.account_row_id === null ? null : publicId('dataSourceAccount', row.account_row_id),
    item_id: row.plaid_item_id,
    amount: exactNumber(row.amount),
    currency: row.currency,
    timestamp: row.occurred_at?.toISOString() ?? (row.date === null ? null : `${row.date}T00:00:00Z`),
    date: row.date,
    authorized_date: row.authorized_date,
    description: row.description,
    merchant_name: row.merchant_name,
    payment_channel: row.payment_channel,
    transaction_code: row.transaction_code,
    personal_finance_category: rawJson(row.personal_finance_category),
    pending: row.pending,
    pending_reference_id: row.pending_reference_id,
    posted_reference_id: row.posted_reference_id,
    balance: null,
    request_id: null,
    counterparty: null,
    removed_at: row.removed_at?.toISOString() ?? null,
    created: row.created_at.toISOString(),
    last_updated: row.last_updated,
    ...plaidObject(row),
  };
}

const featuresOf = ({ duplicate_of }: TransactionRow): Enriched['features'] => ({
  description_clean: null,
  is_recurring: null,
  has_matching_transaction: null,
  is_potential_duplicate: duplicate_of !== null,
  duplicate_of_id: duplicate_of === null ? null : toPublicId('transaction', duplicate_of),
});

/** The nested shape. */
export function presentEnriched(rows: readonly TransactionRow[]): Enriched[] {
  const publicId = createPublicIds();
  return rows.map((row) => ({
    ...presentShared(row, publicId),
    annotation: {
      category: null,
      confidence: null,
      model_version: null,
      annotator: { context: 'undetermined', priority_type: 'undetermined' },
    },
    features: featuresOf(row),
    merchant: null,
  }));
}

/** The flat shape. */
export function presentFlat(rows: readonly TransactionRow[]): Flat[] {
  const publicId = createPublicIds();
  return rows.map((row) => ({
    ...presentShared(row, publicId),
    ...featuresOf(row),
    end_user_name: row.end_user_name,
    categories: [],
    merchant: null,
    payment_processor: null,
  }));
}
