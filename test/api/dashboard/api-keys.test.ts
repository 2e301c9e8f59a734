import type { z } from 'zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { apiKeyAnswer, apiKeysAnswer, newApiKeyAnswer } from '../../../src/api/api-keys/schema.js';
import { createTestApi, type TestApi } from '../../support/api.js';
import { createPerson, type Person } from '../../support/people.js';

let api: TestApi;
let admin: Person;

beforeAll(async () => {
  api = await createTestApi();
  admin = await createPerson(api, 'admin');
});

afterAll(() => api?.close());

const create = (name: string) =>
  admin.call<z.output<typeof newApiKeyAnswer>>('POST', '/api/api_keys', { body: { api_key: { name } } });
const list = async () =>
  (await admin.call<z.output<typeof apiKeysAnswer>>('GET', '/api/api_keys')).json.api_keys;
const hello = async (key: string): Promise<number> =>
  (await api.call('GET', '/api/hello_world/authenticated', { key })).status;

it('is shown once, works, is renamed, and is told from others by its beginning', async () => {
  const { status, json } = await create('billing');
  expect(status).toBe(201);
  expect(json.key).toMatch(/^key_[0-9a-f]{48}$/);
  expect(json.api_key).toMatchObject({
    name: 'billing',
    is_active: true,
    created_by: admin.email,
    last_used: null,
  });
  expect(json.key.startsWith(json.api_key.prefix)).toBe(true);
  expect(await hello(json.key)).toBe(200);
  const path = `/api/api_keys/${json.api_key.heron_id}`;
  const renamed = await admin.call<z.output<typeof apiKeyAnswer>>('PATCH', path, {
    body: { api_key: { name: 'ledger' } },
  });
  expect(renamed.json.api_key).toMatchObject({ name: 'ledger', last_used: expect.any(String) as string });
  const text = JSON.stringify(await list());
  expect(text).toContain('ledger');
  expect(text).not.toContain(json.key);
});

it('is deactivated for good, and stays in the list', async () => {
  const { json } = await create('short-lived');
  const path = `/api/api_keys/${json.api_key.heron_id}`;
  expect((await admin.call('DELETE', path)).status).toBe(204);
  expect(await hello(json.key)).toBe(401);
  expect((await list()).at(-1)).toMatchObject({
    name: 'short-lived',
    is_active: false,
    deactivated: expect.any(String) as string,
  });
});

it('belongs to its organisation', async () => {
  const { json } = await create('mine');
  const stranger = await createPerson(api, 'admin', api.foreignOrganizationId);
  const path = `/api/api_keys/${json.api_key.heron_id}`;
  expect((await stranger.call('DELETE', path)).json.error).toBe('api_key.not_found');
  expect((await stranger.call('PATCH', path, { body: { name: 'x' } })).json.error).toBe('api_key.not_found');
  expect(await hello(json.key)).toBe(200);
});

it('cannot be made with a key', async () => {
  const { status, json } = await api.call('POST', '/api/api_keys', { body: { name: 'successor' } });
  expect([status, json.error]).toEqual([403, 'session.needed']);
});

it('notes its use at most once a minute', async () => {
  const { json } = await create('often');
  await api.deps.apiKeys.authenticate(json.key);
  const used = async (): Promise<string | null | undefined> =>
    (await list()).find(({ name }) => name === 'often')?.last_used;
  const first = await used();
  await api.deps.apiKeys.authenticate(json.key);
  expect(await used()).toBe(first);
});
