import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { ApiKeyRow } from '../../db/queries/api-keys.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId, toPublicId } from '../../domain/ids.js';
import { sessionOf } from '../caller.js';
import { route, type Route } from '../route.js';
import { apiKeyAnswer, apiKeyName, apiKeysAnswer, newApiKeyAnswer, type apiKey } from './schema.js';

const tag = 'API keys';
const params = { api_key_id: 'heron_id of the key (`key_…`), not the key itself.' };

const present = (row: ApiKeyRow): z.input<typeof apiKey> => ({
  heron_id: toPublicId('apiKey', row.id),
  name: row.name,
  prefix: row.token_prefix,
  is_active: row.is_active,
  created: row.created_at.toISOString(),
  created_by: row.created_by_email,
  last_used: row.last_used_at?.toISOString() ?? null,
  deactivated: row.deactivated_at?.toISOString() ?? null,
});

/** Managed by people only: a key that leaked can neither make itself a successor nor lock its owner out. */
export function createApiKeyRoutes({ apiKeys }: Pick<Deps, 'apiKeys'>): Route[] {
  const rowId = (publicId: string): string => {
    const id = fromPublicId('apiKey', publicId);
    if (id === null) throw new AppError('api_key.not_found');
    return id;
  };
  return [
    route({
      method: 'get',
      path: '/api/api_keys',
      tag,
      summary: 'List API keys',
      auth: 'session',
      role: 'admin',
      responses: { 200: { description: 'Active ones first, the newest first.', schema: apiKeysAnswer } },
      async handle({ organizationId }) {
        return { status: 200, body: { api_keys: (await apiKeys.list(organizationId)).map(present) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/api_keys',
      tag,
      summary: 'Create an API key',
      auth: 'session',
      role: 'admin',
      body: { schema: apiKeyName, envelope: 'api_key' },
      sensitive: { what: 'Creating an API key', when: () => true },
      responses: { 201: { description: 'The key, shown only now.', schema: newApiKeyAnswer } },
      async handle({ organizationId, body: { name }, caller }) {
        const { row, key } = await apiKeys.createFor(organizationId, name, sessionOf(caller).userId);
        return { status: 201, body: { api_key: present(row), key } };
      },
    }),

    route({
      method: 'patch',
      path: '/api/api_keys/{api_key_id}',
      tag,
      summary: 'Rename an API key',
      auth: 'session',
      role: 'admin',
      params,
      body: { schema: apiKeyName, envelope: 'api_key' },
      responses: { 200: { description: 'As it is now.', schema: apiKeyAnswer } },
      errors: ['api_key.not_found'],
      async handle({ organizationId, params: { api_key_id }, body: { name } }) {
        const row = await apiKeys.rename(organizationId, rowId(api_key_id!), name);
        if (!row) throw new AppError('api_key.not_found');
        return { status: 200, body: { api_key: present(row) } };
      },
    }),

    route({
      method: 'delete',
      path: '/api/api_keys/{api_key_id}',
      tag,
      summary: 'Deactivate an API key',
      description: 'For good, within seconds. It stays in the list.',
      auth: 'session',
      role: 'admin',
      params,
      responses: { 204: { description: 'Nothing is answered to it any more.' } },
      errors: ['api_key.not_found'],
      async handle({ organizationId, params: { api_key_id } }) {
        if (!(await apiKeys.deactivate(organizationId, rowId(api_key_id!))))
          throw new AppError('api_key.not_found');
        return { status: 204 };
      },
    }),
  ];
}
