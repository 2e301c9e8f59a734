import type { components, paths } from '@ardea/api-schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';

export type Item = components['schemas']['Item'];
export type ItemDetails = components['schemas']['ItemDetails'];
export type SyncRun = components['schemas']['SyncRun'];

type ItemsQuery = NonNullable<paths['/api/items']['get']['parameters']['query']>;
export type ItemFilter = Omit<ItemsQuery, 'cursor' | 'limit'>;

const PAGE = 100;

export const itemsQuery = (filter: ItemFilter) =>
  infiniteQueryOptions({
    queryKey: ['items', 'list', filter],
    queryFn: async ({ signal, pageParam }) =>
      answered(
        api.GET('/api/items', {
          params: { query: { ...filter, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export const itemSummaryQuery = queryOptions({
  queryKey: ['items', 'summary'],
  queryFn: async ({ signal }) => (await answered(api.GET('/api/items/summary', { signal }))).summary,
});

export const itemQuery = (item_id: string) =>
  queryOptions({
    queryKey: ['items', { item_id }],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/items/{item_id}', { params: { path: { item_id } }, signal }))).item,
  });

/** An Item's address below its integration, where everything about it is. */
export interface LinkPath {
  integration_id: string;
  item_id: string;
}

export const linkPath = (item: Item | ItemDetails): LinkPath => ({
  integration_id: item.integration.heron_id,
  item_id: item.item_id,
});

export const syncRunsQuery = (path: LinkPath) =>
  infiniteQueryOptions({
    queryKey: ['items', { item_id: path.item_id }, 'sync_runs'],
    queryFn: async ({ signal, pageParam }) =>
      answered(
        api.GET('/api/integrations/{integration_id}/links/{item_id}/sync_runs', {
          params: { path, query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

const act = (what: 'refresh' | 'pause' | 'resume' | 'adopt_webhook') => async (path: LinkPath) => {
  await answered(
    api.POST(`/api/integrations/{integration_id}/links/{item_id}/${what}`, { params: { path } }),
  );
};

export const syncNow = act('refresh');
export const pauseItem = act('pause');
export const resumeItem = act('resume');
export const adoptWebhook = act('adopt_webhook');

export const deleteItem = async (
  path: LinkPath,
  query: { remove_at_plaid: boolean; erase: boolean },
): Promise<void> => {
  await answered(
    api.DELETE('/api/integrations/{integration_id}/links/{item_id}', { params: { path, query } }),
  );
};
