import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { endUserAnswer, endUsersAnswer } from '../../src/api/end-users/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, putTransactions } from '../support/transactions.js';

type One = z.output<typeof endUserAnswer>;
type Many = z.output<typeof endUsersAnswer>;

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});

afterAll(() => api?.close());

const create = (body: Record<string, unknown>, key = api.key) =>
  api.call<One>('POST', '/api/end_users', { key, body: { end_user: body } });

describe('POST /api/end_users', () => {
  it('creates one, wrapped or not', async () => {
    const { status, json } = await create({ end_user_id: 'acme', name: 'Acme', extra: 'ignored' });
    expect(status).toBe(201);
    expect(json.end_user).toMatchObject({
      end_user_id: 'acme',
      name: 'Acme',
      status: 'new',
      is_portfolio: false,
      last_processed_at: null,
    });
    expect(json.end_user.heron_id).toMatch(/^eus_[1-9A-HJ-NP-Za-km-z]{22}$/);
    const bare = await api.call<One>('POST', '/api/end_users', { body: { end_user_id: 'bare' } });
    expect(bare.status).toBe(201);
  });

  it('answers 409 to a second one, and does not change the first', async () => {
    await create({ end_user_id: 'twice', name: 'First' });
    const { status, json } = await api.call('POST', '/api/end_users', {
      body: { end_user: { end_user_id: 'twice', name: 'Second' } },
    });
    expect([status, json.error]).toEqual([409, 'end_user.exists']);
    expect((await api.call<One>('GET', '/api/end_users/twice')).json.end_user.name).toBe('First');
  });

  it('lets two organisations use the same id', async () => {
    await create({ end_user_id: 'shared' });
    expect((await create({ end_user_id: 'shared' }, api.foreignKey)).status).toBe(201);
  });

  it('names all that is wrong', async () => {
    const { status, json } = await api.call('POST', '/api/end_users', {
      body: { end_user: { end_user_id: '', name: 'x'.repeat(129), status: 'asleep', is_portfolio: 'yes' } },
    });
    expect(status).toBe(422);
    expect(Object.keys(json.description.json).sort()).toEqual([
      'end_user_id',
      'is_portfolio',
      'name',
      'status',
    ]);
  });

  it('refuses NUL, which PostgreSQL cannot store', async () => {
    const { status, json } = await api.call('POST', '/api/end_users', {
      body: { end_user_id: 'a\0b' },
    });
    expect([status, Object.keys(json.description.json)]).toEqual([422, ['end_user_id']]);
  });

  it('needs a key', async () => {
    const { status } = await api.call('POST', '/api/end_users', { key: null, body: {} });
    expect(status).toBe(401);
  });
});

describe('GET and PUT', () => {
  it('is addressed by the own id, which wins, or by heron id', async () => {
    const { heron_id } = (await create({ end_user_id: 'plain' })).json.end_user;
    // Somebody may use another's heron id as an id of their own.
    await create({ end_user_id: heron_id, name: 'Confusing' });
    const byId = await api.call<One>('GET', '/api/end_users/plain');
    expect(byId.json.end_user.heron_id).toBe(heron_id);
    const byHeronId = await api.call<One>('GET', `/api/end_users/${heron_id}`);
    expect(byHeronId.json.end_user.name).toBe('Confusing');
  });

  it('takes ids that must be escaped in a path', async () => {
    await create({ end_user_id: 'a/b c?d' });
    const { json } = await api.call<One>('GET', `/api/end_users/${encodeURIComponent('a/b c?d')}`);
    expect(json.end_user.end_user_id).toBe('a/b c?d');
  });

  it('changes what is given and leaves the rest', async () => {
    await create({ end_user_id: 'changing', name: 'Before' });
    const { status, json } = await api.call<One>('PUT', '/api/end_users', {
      body: { end_user: { end_user_id: 'changing', is_portfolio: true, status: 'ready' } },
    });
    expect(status).toBe(200);
    expect(json.end_user).toMatchObject({ name: 'Before', is_portfolio: true, status: 'ready' });
    const cleared = await api.call<One>('PUT', '/api/end_users', {
      body: { end_user: { end_user_id: 'changing', name: null } },
    });
    expect(cleared.json.end_user.name).toBeNull();
  });

  it('answers 404 to unknown and foreign ones', async () => {
    const { heron_id } = (await create({ end_user_id: 'mine' })).json.end_user;
    for (const [path, key] of [
      ['/api/end_users/nobody', api.key],
      ['/api/end_users/mine', api.foreignKey],
      [`/api/end_users/${heron_id}`, api.foreignKey],
    ] as const) {
      const { status, json } = await api.call('GET', path, { key });
      expect([status, json.error], path).toEqual([404, 'end_user.not_found']);
    }
    const put = await api.call('PUT', '/api/end_users', {
      key: api.foreignKey,
      body: { end_user: { end_user_id: 'mine', name: 'stolen' } },
    });
    expect(put.status).toBe(404);
  });
});

describe('GET /api/end_users', () => {
  const list = async (query: string, key = api.foreignKey): Promise<Many> =>
    (await api.call<Many>('GET', `/api/end_users${query}`, { key })).json;

  it('pages, filters and orders', async () => {
    for (const id of ['l1', 'l2', 'l3'])
      await create({ end_user_id: id, name: id === 'l2' ? 'Two' : 'Other' }, api.foreignKey);
    await api.call('PUT', '/api/end_users', {
      key: api.foreignKey,
      body: { end_user: { end_user_id: 'l1', is_portfolio: true } },
    });
    const ids = (many: Many): string[] => many.end_users.map((one) => one.end_user_id);
    const first = await list('?limit=2&order_by=created_desc');
    expect(ids(first)).toEqual(['l3', 'l2']);
    expect(first._meta).toMatchObject({ limit: 2, page: 1, prev_url: null });
    expect(first._meta.next_url).toBe('/api/end_users?limit=2&order_by=created_desc&page=2');
    expect(first._meta.pages).toBe(Math.ceil(first._meta.total / 2));
    expect(ids(await list(''))[0]).toBe('l1');
    expect(ids(await list('?name=Two'))).toEqual(['l2']);
    expect(ids(await list('?is_portfolio=true'))).toEqual(['l1']);
    expect(ids(await list('?end_user_id=l3&status=new'))).toEqual(['l3']);
    const { heron_id } = (await list('?end_user_id=l3')).end_users[0]!;
    expect(ids(await list(`?heron_id=${heron_id}`))).toEqual(['l3']);
    expect(ids(await list(`?heron_id=${heron_id}`, api.key))).toEqual([]);
  });

  it('shows data sources when asked', async () => {
    const integrationId = await putIntegration(api.deps, api.organizationId);
    const item = await putItem(api.deps.db, {
      organizationId: api.organizationId,
      integrationId,
      endUserId: 'with-item',
    });
    const { json } = await api.call<One>('GET', '/api/end_users/with-item?include_data_sources=true');
    expect(json.end_user.heron_id).toBe(toPublicId('endUser', item.endUserRowId));
    expect(json.end_user.data_sources).toEqual([{ type: 'integration_link', status: 'active' }]);
    const listed = await list('?include_data_sources=true&end_user_id=with-item', api.key);
    expect(listed.end_users[0]!.data_sources).toHaveLength(1);
  });

  it.each([
    'heron_id=q',
    'limit=0',
    'limit=10001',
    'order_by=name',
    'include_scorecard_metrics=true',
    'colour=blue',
  ])('refuses %s by name', async (query) => {
    const { status, json } = await api.call('GET', `/api/end_users?${query}`);
    expect([status, Object.keys(json.description.query)]).toEqual([422, [query.split('=')[0]]]);
  });

  it('needs a key', async () => {
    expect((await api.call('GET', '/api/end_users', { key: null })).status).toBe(401);
  });
});

describe('GET /api/end_users?q=', () => {
  it('finds by any id, by name and by the status of a link, with what happens there', async () => {
    const integrationId = await putIntegration(api.deps, api.organizationId);
    const item = await putItem(api.deps.db, {
      organizationId: api.organizationId,
      integrationId,
      endUserId: 'Search-100%-me',
    });
    await api.deps.db('items').where({ id: item.id }).update({
      health: 'erroring',
      created_at: '2026-01-01T00:00:00Z',
      last_successful_sync_at: '2026-02-01T00:00:00Z',
    });
    await create({ end_user_id: 'found-by-name', name: 'Bäckerei Müller' });
    const found = async (query: string, key = api.key) =>
      (await api.call<Many>('GET', `/api/end_users?${query}`, { key })).json.end_users.map(
        (row) => row.end_user_id,
      );
    expect(await found('q=search-100%25')).toEqual(['Search-100%-me']);
    expect(await found(`q=${toPublicId('endUser', item.endUserRowId)}`)).toEqual(['Search-100%-me']);
    expect(await found(`q=${item.plaidItemId}`)).toEqual(['Search-100%-me']);
    expect(await found(`q=${item.plaidItemId}`, api.foreignKey)).toEqual([]);
    const { db } = api.deps;
    const [transaction] = await putTransactions(db, item, [
      { referenceId: 'Plaids-transaction-id', accountId: 'Plaids-own-account-id' },
    ]);
    const account = randomUUID();
    await db('accounts').insert({
      id: account,
      organization_id: api.organizationId,
      end_user_id: item.endUserRowId,
      item_id: item.id,
      account_id: 'Plaids-own-account-id',
    });
    for (const id of [
      'Plaids-transaction-id',
      'Plaids-own-account-id',
      toPublicId('transaction', transaction!),
      toPublicId('dataSource', item.id),
      toPublicId('dataSourceAccount', account),
    ]) {
      expect(await found(`q=${id}`)).toEqual(['Search-100%-me']);
      expect(await found(`q=${id}`, api.foreignKey)).toEqual([]);
    }
    for (const id of ['typed-1', 'typed-12', 'typed-11']) await create({ end_user_id: id });
    for (const typed of ['typed-1', 'TYPED-1'])
      expect(await found(`q=${typed}`)).toEqual(['typed-1', 'typed-11', 'typed-12']);
    expect(await found('q=m%C3%BCller')).toEqual(['found-by-name']);
    expect(await found('link_status=erroring&link_status=pending')).toEqual(['Search-100%-me']);
    expect(await found('q=search&link_status=active')).toEqual([]);
    const { json } = await api.call<One>('GET', '/api/end_users/Search-100%25-me?include_activity=true');
    expect(json.end_user.activity).toEqual({
      connections: 1,
      statuses: ['erroring'],
      last_activity: '2026-02-01T00:00:00.000Z',
    });
    expect(json.end_user.data_sources).toBeUndefined();
  });
});

describe('GET /api/end_users/{id}/export', () => {
  it('holds everything once, digit for digit, and says that it is whole', async () => {
    const integrationId = await putIntegration(api.deps, api.organizationId);
    const owner = { organizationId: api.organizationId, integrationId, endUserId: 'exported' };
    const item = await putItem(api.deps.db, owner);
    const money = '123456789012345678.1234567';
    const ids = await putTransactions(api.deps.db, item, [
      ...Array.from({ length: 600 }, (_, n) => ({ referenceId: `row-${n}` })),
      { referenceId: 'gone', removedAt: '2026-02-01T00:00:00Z', plaid: `{"amount": ${money}}` },
    ]);
    await api.deps.db('transaction_versions').insert({
      transaction_id: ids[0],
      version: 1,
      organization_id: api.organizationId,
      item_id: item.id,
      plaid: '{"name": "before"}',
    });
    const { status, text, headers } = await api.call('GET', '/api/end_users/exported/export');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as Record<string, unknown>);
    expect(lines.slice(0, 3).map(({ type }) => type)).toEqual(['end_user', 'link', 'data_source']);
    expect(lines.at(-1)).toEqual({ type: 'end', transactions: 601 });
    const transactions = lines.filter(({ type }) => type === 'transaction');
    expect(
      new Set(transactions.map((each) => (each['transaction'] as { heron_id: string }).heron_id)).size,
    ).toBe(601);
    expect(transactions[0]!['versions']).toMatchObject([{ version: 1, plaid: { name: 'before' } }]);
    expect(text).toContain(`"plaid":{"amount": ${money}}`);
    expect((await api.call('GET', '/api/end_users/exported/export', { key: api.foreignKey })).status).toBe(
      404,
    );
  });
});
