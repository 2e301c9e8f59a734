import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { itemAnswer, itemsAnswer, itemSummaryAnswer } from '../../src/api/items/schema.js';
import { LINK_STATUSES, linkStatus, type ItemHealth } from '../../src/domain/item-status.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, type TestItem } from '../support/transactions.js';

let api: TestApi;
let integrations: { works: string; paused: string };
const items: { item: TestItem; expected: string }[] = [];

type Items = z.output<typeof itemsAnswer>;
const list = async (query = '', key = api.key) =>
  (await api.call<Items>('GET', `/api/items${query}`, { key })).json;
const idsOf = ({ items: rows }: Items) => rows.map((row) => row.item_id);

beforeAll(async () => {
  api = await createTestApi({ settings: { TEMPORAL_UI_URL: 'http://temporal.example/' } });
  const { db } = api.deps;
  integrations = {
    works: await putIntegration(api.deps, api.organizationId),
    paused: await putIntegration(api.deps, api.organizationId),
  };
  await db('integrations').where({ id: integrations.paused }).update({
    paused_since: new Date(),
    pause_code: 'INVALID_API_KEYS',
    pause_message: 'no',
    name: 'Paused',
  });
  let n = 0;
  for (const paused of [false, true])
    for (const health of ['pending', 'active', 'erroring', 'deleted'] as ItemHealth[])
      for (const desired of ['active', 'paused', 'disabled'] as const)
        for (const syncing of [false, true]) {
          const item = await putItem(db, {
            organizationId: api.organizationId,
            integrationId: paused ? integrations.paused : integrations.works,
            endUserId: `user-${n++ % 2}`,
          });
          await db('items')
            .where({ id: item.id })
            .update({ health, desired_state: desired, syncing_since: syncing ? new Date() : null });
          const expected = linkStatus({
            integrationPaused: paused,
            health,
            desiredState: desired,
            syncingSince: syncing ? new Date() : null,
            superseded: false,
          });
          items.push({ item, expected });
        }
  // All at one moment: the microseconds of the place tell nothing, the ids do.
  await db('items')
    .whereIn(
      'id',
      items.slice(0, 10).map(({ item }) => item.id),
    )
    .update({ created_at: '2026-01-01T00:00:00.123456Z' });
});
afterAll(() => api.close());

it('lists every Item once, page by page, with those it belongs to', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Items = await list(`?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...idsOf(page));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(items.length);
  expect(new Set(seen)).toEqual(new Set(items.map(({ item }) => item.plaidItemId)));
  const [first] = (await list('?limit=1')).items;
  expect(first).toMatchObject({
    integration: { heron_id: toPublicId('integration', integrations.paused), name: 'Paused', deleted: false },
    end_user: { end_user_id: 'user-1', name: null },
  });
});

it('knows a status in SQL as everywhere else, and counts by it', async () => {
  const { summary } = (await api.call<z.output<typeof itemSummaryAnswer>>('GET', '/api/items/summary')).json;
  expect(summary.total).toBe(items.length);
  for (const status of LINK_STATUSES) {
    const expected = items.filter((each) => each.expected === status);
    const shown = await list(`?status=${status}&limit=500`);
    expect(new Set(idsOf(shown))).toEqual(new Set(expected.map(({ item }) => item.plaidItemId)));
    expect(shown.items.every((row) => row.status === status)).toBe(true);
    expect(summary.by_status[status]).toBe(expected.length);
  }
  const two = await list('?status=pending&status=deleted_in_plaid&limit=500');
  expect(two.items).toHaveLength(summary.by_status.pending + summary.by_status.deleted_in_plaid);
  expect((await api.call('GET', '/api/items?status=broken')).status).toBe(422);
});

it('tells apart what a person has to do something about', async () => {
  const { db } = api.deps;
  const needing = async () => new Set(idsOf(await list('?attention=true&limit=500')));
  const erroring = items
    .filter(({ expected }) => expected === 'erroring')
    .map(({ item }) => item.plaidItemId);
  expect(await needing()).toEqual(new Set(erroring));
  const active = items.find(({ expected }) => expected === 'active')!.item;
  const waiting = items.find(({ expected }) => expected === 'erroring')!.item;
  const entry = {
    code: 'NEW_ACCOUNTS_AVAILABLE',
    reason: null,
    deadline: null,
    since: '2026-01-01T00:00:00Z',
  };
  await db('items')
    .where({ id: active.id })
    .update({ attention: JSON.stringify([entry]) });
  await db('items').where({ id: waiting.id }).update({ action: 'wait' });
  const others = new Set(erroring).add(active.plaidItemId);
  others.delete(waiting.plaidItemId);
  expect(await needing()).toEqual(others);
  expect((await list('?attention=false&limit=500')).items).toHaveLength(items.length - others.size);
});

it('finds by owner and by text', async () => {
  const { endUserRowId, plaidItemId } = items[0]!.item;
  const eus = toPublicId('endUser', endUserRowId);
  expect((await list(`?end_user_id=${eus}&limit=500`)).items).toHaveLength(items.length / 2);
  const itg = toPublicId('integration', integrations.paused);
  expect((await list(`?integration_heron_id=${itg}&limit=500`)).items).toHaveLength(items.length / 2);
  expect(idsOf(await list(`?q=${plaidItemId.toUpperCase()}`))).toEqual([plaidItemId]);
  expect((await list('?q=platypus&limit=500')).items).toHaveLength(items.length);
  expect((await list('?q=platypus&status=active&limit=500')).items.length).toBeGreaterThan(0);
  expect((await list('?q=%25&limit=500')).items).toHaveLength(0);
  expect((await api.call('GET', '/api/items?end_user_id=nobody')).status).toBe(404);
});

it('shows one with what comes next and where its workflow is', async () => {
  const active = items.find(({ expected }) => expected === 'active')!.item;
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const { db } = api.deps;
  await db('items')
    .where({ id: active.id })
    .update({ next_sync_at: at, last_successful_sync_at: '2026-01-01T00:00:00Z' });
  const one = async () =>
    (await api.call<z.output<typeof itemAnswer>>('GET', `/api/items/${active.plaidItemId}`)).json.item;
  expect(await one()).toMatchObject({
    item_id: active.plaidItemId,
    next_action: { what: 'reconcile', at },
    workflow: {
      id: `item/${active.id}`,
      url: `http://temporal.example/namespaces/default/workflows/item%2F${active.id}`,
    },
  });
  await db('item_sync').where({ item_id: active.id }).update({ dirty_gen: 1 });
  expect((await one()).next_action).toEqual({ what: 'sync', at: null });
});

it('never shows those of another organisation', async () => {
  expect((await list('', api.foreignKey)).items).toEqual([]);
  const path = `/api/items/${items[0]!.item.plaidItemId}`;
  expect((await api.call('GET', path, { key: api.foreignKey })).status).toBe(404);
});
