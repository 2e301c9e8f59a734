import type { components } from '@ardea/api-schema';
import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';

export type Relink = components['schemas']['Relink'];

/** Those that an Item has part in, decided or not. */
export const relinksOfItemQuery = (item_id: string) =>
  queryOptions({
    queryKey: ['items', { item_id }, 'relinks'],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/relinks', { params: { query: { item_id } }, signal }))).relinks,
  });

const path = (relink_id: string) => ({ params: { path: { relink_id } } });

/** Accounts of the two Items that a person knows to be one, by Plaid's ids. */
export type AccountPair = components['schemas']['RelinkAcceptance']['accounts'][number];

export const acceptRelink = async (id: string, accounts: AccountPair[] = []): Promise<void> => {
  await answered(api.POST('/api/relinks/{relink_id}/accept', { ...path(id), body: { accounts } }));
};

export const rejectRelink = async (id: string): Promise<void> => {
  await answered(api.POST('/api/relinks/{relink_id}/reject', path(id)));
};

export const revertRelink = async (id: string): Promise<void> => {
  await answered(api.POST('/api/relinks/{relink_id}/revert', path(id)));
};
