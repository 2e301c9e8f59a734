import { z } from 'zod';
import type { TransactionFilter } from '../../db/queries/transaction-filter.js';
import { decimal, flag, heronId, list, notAvailable, queryDate, queryTime, text, whole } from '../fields.js';
import { include, ORDERS } from './schema.js';

/** Filters that need no enrichment. */
const filters = {
  heron_id: heronId('transaction').optional(),
  reference_id: text(1, 255).optional().meta({ description: "Plaid's transaction_id." }),
  item_id: text(1, 255).optional().meta({ description: "Plaid's item_id." }),
  account_ids: list.optional().meta({ description: "Plaid's account ids." }),
  created_date_min: queryDate.optional().meta({ description: 'Day on which Ardea first saw it.' }),
  created_date_max: queryDate.optional(),
  timestamp_date_min: queryDate.optional().meta({ description: 'Day on which it happened.' }),
  timestamp_date_max: queryDate.optional(),
  from_date: queryDate.optional().meta({ deprecated: true, description: 'Use timestamp_date_min.' }),
  to_date: queryDate.optional().meta({ deprecated: true, description: 'Use timestamp_date_max.' }),
  last_updated_min: queryTime
    .optional()
    .meta({ description: 'Only what has changed since. The change feed does this better.' }),
  last_updated_max: queryTime.optional(),
  min_amount: decimal.optional(),
  max_amount: decimal.optional(),
  description_keyword: text(1, 200).optional().meta({ description: 'Part of it, in whatever case.' }),
  description_regex: text(1, 200).optional().meta({ description: "PostgreSQL's regular expressions." }),
  transaction_code: text(1, 140).optional(),
  merchant_name: text(1, 255).optional(),
  pending: flag.optional(),
  include_removed: flag
    .optional()
    .meta({ description: 'Also the rows that the bank no longer reports (tombstones).' }),
  include_duplicates: flag.optional().meta({
    description: 'Also rows of a superseded Item that the newer Item has too; see duplicate_of_id.',
  }),
  include,
  order_by: z.enum(ORDERS).default('id_asc'),
  page: whole(1, 10_000_000).default(1),
};

/** Parts of the contract that need enrichment, running balances or uploads. */
const notYet = Object.fromEntries(
  [
    'request_id',
    'category_heron_id',
    'merchant_heron_id',
    'merchant_group_id',
    'has_merchant',
    'is_recurring',
    'has_matching_transaction',
    'confidence_min',
    'confidence_max',
    'counterparty_keyword',
    'min_balance',
    'max_balance',
  ].map((name) => [name, notAvailable]),
);

export const enrichedQuery = z.strictObject({
  ...filters,
  ...notYet,
  per_page: whole(1, 50_000).default(100),
});

export const transactionsQuery = z.strictObject({
  ...filters,
  ...notYet,
  end_user_id: text(1, 140).optional().meta({ description: 'Your own id of the customer, or the heron_id.' }),
  limit: whole(1, 10_000).default(1_000),
});

export const transactionQuery = z.strictObject({ include });

type Filters = { [N in keyof typeof filters]?: z.output<(typeof filters)[N]> | undefined };

/** What the database is asked. */
export function toFilter(query: Filters, endUserRowId: string | undefined): TransactionFilter {
  return {
    endUserRowId,
    transactionId: query.heron_id,
    referenceId: query.reference_id,
    plaidItemId: query.item_id,
    accountIds: query.account_ids,
    createdDateMin: query.created_date_min,
    createdDateMax: query.created_date_max,
    timestampDateMin: query.timestamp_date_min ?? query.from_date,
    timestampDateMax: query.timestamp_date_max ?? query.to_date,
    lastUpdatedMin: query.last_updated_min,
    lastUpdatedMax: query.last_updated_max,
    minAmount: query.min_amount,
    maxAmount: query.max_amount,
    descriptionKeyword: query.description_keyword,
    descriptionRegex: query.description_regex,
    transactionCode: query.transaction_code,
    merchantName: query.merchant_name,
    pending: query.pending,
    includeRemoved: query.include_removed ?? false,
    includeDuplicates: query.include_duplicates ?? false,
  };
}
