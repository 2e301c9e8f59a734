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
          api.GET('/api/end_users/{end_user_id_or_heron_id}', {
            params: { ...address(end_user), query: { include_activity: true } },
            signal,
          }),
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

export interface EndUserFile {
  /** One JSON object per line; browsers keep a large one on disk. */
  file: Blob;
  transactions: number;
}

const CUT_OFF = 'The export was cut off before its end. Try again.';

interface LastLine {
  type?: string;
  transactions?: number;
}

async function lastLineOf(file: Blob): Promise<LastLine> {
  const tail = await file.slice(-1_000).text();
  try {
    return JSON.parse(tail.trimEnd().split('\n').at(-1) ?? '') as LastLine;
  } catch {
    return {};
  }
}

/** All that is stored of an end user, whole: an export that was cut off throws. */
export async function exportEndUser(end_user: string): Promise<EndUserFile> {
  const file = await answered(
    api.GET('/api/end_users/{end_user_id_or_heron_id}/export', {
      params: address(end_user),
      parseAs: 'blob',
      headers: { accept: 'application/x-ndjson' },
    }),
  ).catch((error: unknown) => {
    // The body of an answer that had begun well.
    throw error instanceof TypeError ? new Error(CUT_OFF, { cause: error }) : error;
  });
  const { type, transactions } = await lastLineOf(file);
  if (type !== 'end') throw new Error(CUT_OFF);
  return { file, transactions: transactions ?? 0 };
}

export type EndUserDeleted = components['schemas']['EndUserDeleted'];

/** Stops and erases all that is stored of an end user; `pending` in its answer: the same call goes on. */
export const deleteEndUser = (end_user: string, remove_at_plaid: boolean): Promise<EndUserDeleted> =>
  answered(
    api.POST('/api/end_users/{end_user_id_or_heron_id}/delete', {
      params: address(end_user),
      body: { remove_at_plaid },
    }),
  );
