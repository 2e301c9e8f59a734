import type { components } from '@ardea/api-schema';
import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import type { Role } from './session';

export type User = components['schemas']['User'];
export type UserChanges = components['schemas']['UserChanges'];
export type Invite = components['schemas']['Invite'];
export type ApiKey = components['schemas']['ApiKey'];

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await answered(api.GET('/api/users', { signal }))).users,
});

export const invitesQuery = queryOptions({
  queryKey: ['invites'],
  queryFn: async ({ signal }) => (await answered(api.GET('/api/users/invites', { signal }))).invites,
});

export const inviteUser = (email: string, role: Role) =>
  answered(api.POST('/api/users/invites', { body: { invite: { email, role } } }));

export const withdrawInvite = async (invite_id: string): Promise<void> => {
  await answered(api.DELETE('/api/users/invites/{invite_id}', { params: { path: { invite_id } } }));
};

export const changeUser = async (user_id: string, user: UserChanges): Promise<void> => {
  await answered(api.PATCH('/api/users/{user_id}', { params: { path: { user_id } }, body: { user } }));
};

export const resetPassword = (user_id: string) =>
  answered(api.POST('/api/users/{user_id}/password_reset', { params: { path: { user_id } } }));

export const apiKeysQuery = queryOptions({
  queryKey: ['api_keys'],
  queryFn: async ({ signal }) => (await answered(api.GET('/api/api_keys', { signal }))).api_keys,
});

export const createApiKey = (name: string) =>
  answered(api.POST('/api/api_keys', { body: { api_key: { name } } }));

export const renameApiKey = async (api_key_id: string, name: string): Promise<void> => {
  await answered(
    api.PATCH('/api/api_keys/{api_key_id}', {
      params: { path: { api_key_id } },
      body: { api_key: { name } },
    }),
  );
};

export const deactivateApiKey = async (api_key_id: string): Promise<void> => {
  await answered(api.DELETE('/api/api_keys/{api_key_id}', { params: { path: { api_key_id } } }));
};
