import type { components, paths } from '@ardea/api-schema';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api, type Answered } from './client';

export type Transaction = Answered<components['schemas']['Transaction']>;

export type SearchQuery = NonNullable<paths['/api/transactions/search']['get']['parameters']['query']>;
export type SearchFilter = Omit<SearchQuery, 'after' | 'before' | 'limit'>;

/** The rows of a page: as many as one reads through, and few enough to be there at once. */
const PAGE = 100;

export const searchTransactionsQuery = (query: SearchQuery) =>
  queryOptions({
    queryKey: ['transactions', { item_id: query.item_id }, 'search', query],
    queryFn: async ({ signal }) =>
      answered(api.GET('/api/transactions/search', { params: { query: { limit: PAGE, ...query } }, signal })),
    // The page before stays until the next one is there: nothing flashes.
    placeholderData: keepPreviousData,
  });

/** Where the browser fetches the same rows as a file. */
export function csvAddress(filter: SearchFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
  return `/api/transactions/search.csv?${query.toString()}`;
}

export type TransactionVersion = components['schemas']['TransactionVersion'];
export type RelatedTransaction = components['schemas']['RelatedTransaction'];

export const transactionHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['transactions', 'history', id],
    queryFn: async ({ signal }) =>
      answered(
        api.GET('/api/transactions/{reference_id_or_heron_id}/history', {
          params: { path: { reference_id_or_heron_id: id } },
          signal,
        }),
      ),
  });
