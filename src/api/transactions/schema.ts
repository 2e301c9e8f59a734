import { z } from 'zod';
import { TRANSACTION_ORDERS, type TransactionOrder } from '../../db/queries/transaction-filter.js';
import { date, money, passedOn, passedOnOrNull, time } from '../fields.js';

/** What both shapes have. */
const shared = {
  heron_id: z.string().meta({ examples: ['txn_3mJr7AoUXx2WqdBvcQTzHa'] }),
  reference_id: z.string().meta({ description: "Plaid's transaction_id." }),
  end_user_id: z.string().meta({ description: 'Your own id of the customer.' }),
  account_id: z.string().nullable().meta({ description: "Plaid's account_id." }),
  account_number: z.string().nullable().meta({ description: 'The last digits of the account.' }),
  data_source_heron_id: z.string(),
  data_source_account_heron_id: z.string().nullable(),
  item_id: z.string().meta({ description: "Plaid's item_id." }),
  amount: money.meta({ description: "Inflow positive: Plaid's amount with its sign turned." }),
  currency: z.string().nullable(),
  timestamp: time.nullable().meta({ description: 'When it happened, or the beginning of `date` (UTC).' }),
  date: date.nullable(),
  authorized_date: date.nullable(),
  description: z.string().nullable(),
  merchant_name: z.string().nullable().meta({ description: "Plaid's name of the merchant." }),
  payment_channel: z.string().nullable(),
  transaction_code: z.string().nullable(),
  personal_finance_category: passedOnOrNull.meta({ description: "Plaid's category." }),
  pending: z.boolean().nullable(),
  pending_reference_id: z
    .string()
    .nullable()
    .meta({ description: 'Of a posted row: the pending row that it was.' }),
  posted_reference_id: z
    .string()
    .nullable()
    .meta({ description: 'Of a removed pending row: the posted row that it became.' }),
  balance: z.null(),
  request_id: z.null(),
  counterparty: z.null(),
  removed_at: time.nullable().meta({ description: 'Since when the bank no longer reports it.' }),
  created: time,
  last_updated: time.meta({ description: 'Monotone per organisation.' }),
  plaid: passedOn.optional().meta({ description: 'The object as Plaid sent it; only with include=plaid.' }),
};

const notYet = 'Null until transactions are enriched.';
const features = {
  description_clean: z.null().meta({ description: notYet }),
  is_recurring: z.null(),
  has_matching_transaction: z.null(),
  is_potential_duplicate: z
    .boolean()
    .meta({ description: 'A row of a superseded Item that the newer Item has too.' }),
  duplicate_of_id: z
    .string()
    .nullable()
    .meta({ description: 'heron_id of the row that stands for it; null: it is no duplicate.' }),
};

export const enrichedTransaction = z
  .object({
    ...shared,
    annotation: z
      .object({
        category: z.null(),
        confidence: z.null(),
        model_version: z.null(),
        annotator: z.object({
          context: z.literal('undetermined'),
          priority_type: z.literal('undetermined'),
        }),
      })
      .meta({ description: notYet }),
    features: z.object(features),
    merchant: z.null().meta({ description: notYet }),
  })
  .meta({ id: 'EnrichedTransaction' });

export const flatTransaction = z
  .object({
    ...shared,
    ...features,
    end_user_name: z.string().nullable().meta({ description: 'As you have named the customer.' }),
    categories: z.array(z.unknown()).max(0).meta({ description: 'Empty until transactions are enriched.' }),
    merchant: z.null().meta({ description: notYet }),
    payment_processor: z.null().meta({ description: notYet }),
  })
  .meta({ id: 'Transaction' });

export const enrichedTransactionsAnswer = z.object({
  _meta: z.object({
    num_results: z.int(),
    page: z.int(),
    per_page: z.int(),
    next_url: z.string().nullable(),
    prev_url: z.string().nullable(),
  }),
  transactions_enriched: z.array(enrichedTransaction),
});

export const transactionsAnswer = z.object({
  _meta: z.object({
    page: z.int(),
    pages: z.int(),
    per_page: z.int(),
    next_url: z.string().nullable(),
    prev_url: z.string().nullable(),
  }),
  _summary: z.object({ transactions: z.int(), returned_transactions: z.int() }),
  transactions: z.array(flatTransaction),
});

export const transactionAnswer = z.object({ transaction_enriched: enrichedTransaction });

export const ORDERS = Object.keys(TRANSACTION_ORDERS).flatMap((name) => [`${name}_asc`, `${name}_desc`]) as [
  TransactionOrder,
  ...TransactionOrder[],
];

export const include = z
  .literal('plaid')
  .optional()
  .meta({ description: '`plaid` adds the object as Plaid sent it.' });
