import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { statisticsAnswer } from '../../src/api/statistics/schema.js';
import { createStatisticsQueries } from '../../src/db/queries/statistics.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, type TestItem } from '../support/transactions.js';

let api: TestApi;
let item: TestItem;
const HOUR_MS = 3_600_000;
const now = Date.now();

/** A webhook, and the sync that fetched what it told of `tookMs` later. */
async function putWebhook(at: number, tookMs: number): Promise<void> {
  const { db } = api.deps;
  const hex = at.toString(16).padStart(12, '0');
  await db('plaid_webhooks').insert({
    id: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${randomUUID().slice(24)}`,
    organization_id: api.organizationId,
    integration_id: (await db('items').where({ id: item.id }).first<{ integration_id: string }>())
      .integration_id,
    item_id: item.id,
    verdict: 'verified',
    webhook_type: 'TRANSACTIONS',
    webhook_code: 'SYNC_UPDATES_AVAILABLE',
    body: '{}',
    headers: '{}',
    received_at: new Date(at),
  });
  await db('sync_runs').insert({
    id: randomUUID(),
    organization_id: api.organizationId,
    item_id: item.id,
    kind: 'update',
    outcome: 'synced',
    started_at: new Date(at + tookMs / 2),
    finished_at: new Date(at + tookMs),
    added: 3,
    modified: 2,
    removed: 1,
  });
}

beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.deps;
  const integrationId = await putIntegration(api.deps, api.organizationId);
  item = await putItem(db, { organizationId: api.organizationId, integrationId, endUserId: 'acme' });
  await db('organizations').update({ created_at: new Date(now - 40 * 24 * HOUR_MS) });
  // An hour each, so that no two waits overlap.
  for (let n = 1; n <= 20; n += 1) await putWebhook(now - n * HOUR_MS, n === 20 ? 60_000 : 1_000);
  await putWebhook(now - 6 * 24 * HOUR_MS, 1_000);
  const ended = (run: { kind: string; outcome: string; error_code: string }) =>
    db('sync_runs').insert({
      id: randomUUID(),
      organization_id: api.organizationId,
      item_id: item.id,
      ...run,
      started_at: new Date(now - 90 * 60_000),
      finished_at: new Date(now - 90 * 60_000),
    });
  await ended({ kind: 'update', outcome: 'failed', error_code: 'INTERNAL_SERVER_ERROR' });
  // No sync, though Plaid's word counts.
  await ended({ kind: 'probe', outcome: 'paused', error_code: 'ITEM_LOGIN_REQUIRED' });
  await ended({ kind: 'probe', outcome: 'paused', error_code: 'ITEM_LOGIN_REQUIRED' });
});
afterAll(() => api.close());

type Statistics = z.output<typeof statisticsAnswer>['statistics'];
const read = async (window: string, key = api.key): Promise<Statistics> => {
  const { status, json } = await api.call<z.output<typeof statisticsAnswer>>(
    'GET',
    `/api/statistics?window=${window}`,
    { key },
  );
  expect(status).toBe(200);
  return json.statistics;
};
const near = (ms: number, wanted: number) => expect(Math.abs(ms / wanted - 1)).toBeLessThan(0.06);

const holds = async (): Promise<void> => {
  const day = await read('24h');
  expect(day).toMatchObject({ bucket_seconds: 3_600, items: { total: 1 } });
  expect(day.series).toHaveLength(24);
  expect(day.totals).toMatchObject({
    webhooks: 20,
    syncs: 20,
    failures: 1,
    added: 60,
    modified: 40,
    removed: 20,
  });
  expect(day.errors).toEqual([
    { code: 'ITEM_LOGIN_REQUIRED', count: 2 },
    { code: 'INTERNAL_SERVER_ERROR', count: 1 },
  ]);
  near(day.totals.freshness!.p50_ms, 1_000);
  near(day.totals.freshness!.p99_ms, 60_000);
  expect(day.series.reduce((sum, bucket) => sum + bucket.added, 0)).toBe(60);
  expect((await read('30d')).series).toHaveLength(30);
};

it('counts the last day at once, and tells what it has not counted', async () => {
  await holds();
  const week = await read('7d');
  expect(week.totals.webhooks).toBe(20);
  expect(week.gap!.from).toBe(week.from);
});

it('tells the same after hours were added up, and after their runs are gone', async () => {
  const queries = createStatisticsQueries(api.deps.db);
  for (let round = 0; round < 80 && (await queries.roll()) > 0; round += 1);
  await holds();
  await api.deps
    .db('sync_runs')
    .where('finished_at', '<', new Date(now - 12 * HOUR_MS))
    .delete();
  await holds();
});

it('adds up twice at once what counts once', async () => {
  const { db } = api.deps;
  await db('statistics_marks').update({
    rolled_until: new Date(Math.floor(now / HOUR_MS) * HOUR_MS - 8 * HOUR_MS),
  });
  const queries = createStatisticsQueries(db);
  await Promise.all([queries.roll(), queries.roll()]);
  await holds();
});

it('names what needs a person', async () => {
  const { db } = api.deps;
  expect((await read('24h')).needs_a_person).toEqual({ integrations: [], items: [], more_items: false });
  await db('items').where({ id: item.id }).update({ health: 'erroring', action: 'update_mode' });
  await db('integrations').update({
    paused_since: new Date(),
    pause_code: 'INVALID_API_KEYS',
    pause_message: 'no',
  });
  const { needs_a_person: needs } = await read('24h');
  expect(needs.items).toMatchObject([{ item_id: item.plaidItemId, status: 'erroring' }]);
  expect(needs.integrations).toMatchObject([
    { name: 'Plaid', message: expect.stringContaining('[INVALID_API_KEYS] no') as string },
  ]);
});

it("counts nothing of another organisation's", async () => {
  const { totals, items } = await read('24h', api.foreignKey);
  expect(totals).toMatchObject({ webhooks: 0, syncs: 0, freshness: null });
  expect(items.total).toBe(0);
});
