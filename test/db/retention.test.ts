import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInboxQueries, type InboxQueries } from '../../src/db/queries/inbox.js';
import { createRetentionQueries, type RetentionLimits } from '../../src/db/queries/retention.js';
import { createSyncRunQueries } from '../../src/db/queries/sync-runs.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, type ScriptedPlaid } from '../support/scripted-plaid.js';

const DAY = 86_400_000;
const KEEP_ALL: RetentionLimits = {
  syncRuns: { most: 1_000, forMs: 900 * DAY },
  consumed: { most: 1_000, forMs: 90 * DAY },
  unmatched: { forMs: 90 * DAY },
  rejected: { forMs: 90 * DAY },
};
let plaid: ScriptedPlaid;
let engine: TestEngine;
let inbox: InboxQueries;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
  inbox = createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 100 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  await engine.db('plaid_webhooks').del();
  await engine.db('sync_runs').del();
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access' })).link.id;
  await engine.settle(itemId);
});

const retention = (
  over: Partial<RetentionLimits>,
  options: { now?: () => number; rowsAtOnce?: number } = {},
) => createRetentionQueries(engine.db, { limits: { ...KEEP_ALL, ...over }, itemsAtOnce: 2, ...options });

/** One walk through all Items. */
const walk = async (over: Partial<RetentionLimits>, options?: Parameters<typeof retention>[1]) => {
  const queries = retention(over, options);
  let pruned = 0;
  let after: string | null = null;
  do {
    const step = await queries.pruneItems(after);
    pruned += step.pruned;
    after = step.next;
  } while (after !== null);
  return pruned;
};

const webhook = (plaidItemId: string, forward = false) =>
  inbox.receive({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    verdict: 'verified',
    plaidItemId,
    webhookType: 'TRANSACTIONS',
    webhookCode: 'SYNC_UPDATES_AVAILABLE',
    body: Buffer.from('{}'),
    headers: {},
    jwtHash: randomBytes(32),
    forward,
  });
const consumedWebhooks = async (count: number): Promise<string[]> => {
  const ids = [];
  for (let each = 0; each < count; each++) {
    ids.push((await webhook(plaid.itemId)).webhookId);
    await engine.settle(itemId);
  }
  return ids;
};
const kept = async (): Promise<string[]> =>
  (await engine.db('plaid_webhooks').orderBy('id').select<{ id: string }[]>('id')).map((row) => row.id);
const later = (ms: number) => () => Date.now() + ms;

describe('webhooks', () => {
  it('are kept up to the cap of their Item once they are consumed, the newest', async () => {
    const ids = await consumedWebhooks(5);
    expect(await walk({})).toBe(0);
    expect(await walk({ consumed: { most: 3, forMs: 90 * DAY } })).toBe(2);
    expect(await kept()).toEqual(ids.slice(2));
  });

  it('go when they are old, but for the last one of an Item', async () => {
    const ids = await consumedWebhooks(3);
    expect(await walk({}, { now: later(89 * DAY) })).toBe(0);
    expect(await walk({}, { now: later(91 * DAY) })).toBe(2);
    expect(await kept()).toEqual(ids.slice(2));
  });

  it('stay whatever their age while a look or a forward has still to deal with them', async () => {
    await consumedWebhooks(1);
    await webhook(plaid.itemId, true);
    await engine.settle(itemId);
    await webhook(plaid.itemId);
    await webhook(plaid.itemId);
    const all = await kept();
    // Of four, two are not looked at yet and one is still to be forwarded.
    const limits = { consumed: { most: 1, forMs: DAY } };
    expect(await walk(limits, { now: later(2 * DAY) })).toBe(1);
    expect(await kept()).toEqual(all.slice(1));
  });

  it('of an Item that is never looked at again go too', async () => {
    await engine.db('items').where({ id: itemId }).update({ health: 'deleted' });
    for (let each = 0; each < 4; each++) await webhook(plaid.itemId);
    expect(await walk({ consumed: { most: 2, forMs: DAY } })).toBe(2);
  });

  it('of unknown Items, and with a bad signature, go by age', async () => {
    await webhook('stranger');
    await webhook('to be forwarded', true);
    await inbox.recordRejected({
      organizationId: engine.organizationId,
      integrationId: engine.integrationId,
      reason: 'signature_invalid',
      body: Buffer.from('{}'),
      headers: {},
    });
    const limits = { unmatched: { forMs: 2 * DAY }, rejected: { forMs: DAY } };
    expect(await retention(limits).pruneUnattached()).toBe(0);
    expect(await retention(limits, { now: later(1.5 * DAY) }).pruneUnattached()).toBe(1);
    expect(await retention(limits, { now: later(3 * DAY) }).pruneUnattached()).toBe(1);
    expect(await kept()).toHaveLength(1);
  });
});

describe('sync runs', () => {
  const record = async (count: number): Promise<void> => {
    for (let each = 0; each < count; each++)
      await createSyncRunQueries(engine.db).record({
        organizationId: engine.organizationId,
        itemId,
        kind: 'update',
        outcome: 'failed',
        startedAt: new Date(Date.now() + each),
        pages: 0,
        restarts: 0,
        errorCode: 'INSTITUTION_DOWN',
        errorMessage: 'down',
        requestId: null,
      });
  };
  const count = async (): Promise<number> => (await engine.db('sync_runs').where({ item_id: itemId })).length;

  it('are kept up to the cap of their Item, however hard it fails', async () => {
    await record(30);
    expect(await walk({ syncRuns: { most: 10, forMs: 90 * DAY } })).toBe(21);
    expect(await count()).toBe(10);
  });

  it('go when they are old, but for the last one', async () => {
    await record(4);
    expect(await walk({ syncRuns: { most: 10, forMs: 90 * DAY } }, { now: later(91 * DAY) })).toBe(4);
    expect(await count()).toBe(1);
  });

  it('go a few at a time', async () => {
    await record(30);
    expect(await walk({ syncRuns: { most: 10, forMs: 90 * DAY } }, { rowsAtOnce: 5 })).toBe(5);
  });
});
