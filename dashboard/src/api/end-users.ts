import type { components, paths } from '@ardea/api-schema';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api, type Answered } from './client';

export type EndUser = Answered<components['schemas']['EndUser']>;
export type DataSource = Answered<components['schemas']['DataSource']>;
export type EndUsersQuery = NonNullable<paths['/api/end_users']['get']['parameters']['query']>;

const PAGE = 100;
const address = (end_user: string) => ({ path: { end_user_id_or_heron_id: end_user } });

export const endUsersQuery = (query: EndUsersQuery) =>
  queryOptions({
    queryKey: ['end_users', 'list', query],
    queryFn: async ({ signal }) =>
      answered(
        api.GET('/api/end_users', {
          params: { query: { limit: PAGE, ...query, include_data_sources: true, include_activity: true } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const endUserQuery = (end_user: string) =>
  queryOptions({
    queryKey: ['end_users', 'one', end_user],
    queryFn: async ({ signal }) =>
      (
        await answered(
          api.GET('/api/end_users/{end_user_id_or_heron_id}', { params: address(end_user), signal }),
        )
      ).end_user,
  });

/** Its Items, with the accounts and balances of each. */
export const dataSourcesQuery = (end_user: string) =>
  queryOptions({
    queryKey: ['end_users', 'data_sources', end_user],
    queryFn: async ({ signal }) =>
      answered(
        api.GET('/api/end_users/{end_user_id_or_heron_id}/data_sources', {
          params: address(end_user),
          signal,
        }),
      ),
  });
