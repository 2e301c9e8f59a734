import { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { SearchOrder, TransactionSearch } from '../../db/queries/transaction-search.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { findEndUser } from '../end-users/find.js';
import { decimal, flag, queryDate, text, whole } from '../fields.js';
import { flatTransaction } from './schema.js';

export const SEARCH_ORDERS = ['-date', 'date', '-amount', 'amount'] as const;
type SearchSort = (typeof SEARCH_ORDERS)[number];

const filters = {
  sort: z.enum(SEARCH_ORDERS).default('-date').meta({
    description:
      'With a minus the latest or largest first. By amount only what is at most 30,000 rows: name an end user, an Item, an account or a range of dates.',
  }),
  end_user_id: text(1, 140).optional().meta({ description: 'Your own id of the customer, or the heron_id.' }),
  item_id: text(1, 255).optional().meta({ description: "Plaid's item_id." }),
  account_id: text(1, 255).optional().meta({ description: "Plaid's account_id, or the heron_id (`dsa_…`)." }),
  date_from: queryDate.optional(),
  date_to: queryDate.optional(),
  amount_min: decimal.optional().meta({ description: 'Inflow is positive.' }),
  amount_max: decimal.optional(),
  text: text(1, 200).optional().meta({
    description:
      "Words, in whatever order and case: each is part of the description or of the merchant's name.",
  }),
  category: text(1, 140).optional().meta({ description: "Plaid's primary or detailed category." }),
  pending: flag.optional(),
  removed: z.enum(['exclude', 'include', 'only']).default('exclude').meta({
    description: 'Rows that the bank no longer reports.',
  }),
};

const cursor = text(1, 600).optional();
export const searchQuery = z.strictObject({
  ...filters,
  after: cursor.meta({ description: 'next_cursor of a page: the rows that follow it.' }),
  before: cursor.meta({ description: 'prev_cursor of a page: the rows that come before it.' }),
  limit: whole(1, 500).default(100),
});
export const searchCsvQuery = z.strictObject(filters);

export const searchAnswer = z
  .object({
    transactions: z.array(flatTransaction),
    next_cursor: z.string().nullable().meta({ description: 'For `after`; null: nothing follows.' }),
    prev_cursor: z.string().nullable().meta({ description: 'For `before`; null: nothing comes before.' }),
    complete: z.boolean().meta({
      description:
        'false: time was up before the page was full. What is missing comes with the next page in the same direction.',
    }),
    searched_to: z.iso
      .date()
      .nullable()
      .meta({ description: 'Of a page that is not complete: the date that the search has come to.' }),
  })
  .meta({ id: 'TransactionSearch' });

type Filters = z.output<typeof searchCsvQuery>;

export const orderOf = (sort: SearchSort): SearchOrder => ({
  by: sort.endsWith('date') ? 'date' : 'amount',
  descending: sort.startsWith('-'),
});

/** What cursors of an order hold. */
export const VALUE_FORMS: Record<SearchOrder['by'], RegExp> = {
  date: /^(-infinity|\d{4,7}-\d\d-\d\d( BC)?)$/,
  amount: /^-?(Infinity|\d{1,200}(\.\d{1,200})?)$/,
};

export const tooMany = () =>
  new AppError('transaction.too_many_to_sort', {
    description:
      'Too many rows to sort by amount: name an end user, an Item, an account or a range of dates with fewer, or sort by date.',
  });

/** Null: nothing can match, because the Item or account that is named is not there. Throws `end_user.not_found`. */
export async function toSearch(
  deps: Pick<Deps, 'endUsers' | 'links' | 'transactionSearch'>,
  organizationId: string,
  query: Filters,
): Promise<TransactionSearch | null> {
  const endUser =
    query.end_user_id === undefined
      ? undefined
      : await findEndUser(deps.endUsers, organizationId, query.end_user_id);
  const item =
    query.item_id === undefined ? undefined : await deps.links.find(organizationId, null, query.item_id);
  if (item === null) return null;
  const rowId = fromPublicId('dataSourceAccount', query.account_id ?? '');
  const account =
    query.account_id === undefined
      ? undefined
      : await deps.transactionSearch.itemsOfAccount(
          organizationId,
          rowId === null ? { accountId: query.account_id } : { rowId },
        );
  if (account === null) return null;
  const itemIds = account?.itemIds.filter((id) => item === undefined || id === item.id);
  if (itemIds?.length === 0) return null;
  return {
    endUserRowId: endUser?.id,
    itemIds: itemIds ?? (item === undefined ? undefined : [item.id]),
    accountId: account?.accountId,
    dateFrom: query.date_from,
    dateTo: query.date_to,
    amountMin: query.amount_min,
    amountMax: query.amount_max,
    text: query.text,
    category: query.category,
    pending: query.pending,
    removed: query.removed,
  };
}
