import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createRateBucketQueries } from '../../src/db/queries/rate-buckets.js';
import { createSweepQueries } from '../../src/db/queries/sweep.js';
import { budgetedGateway } from '../../src/plaid/budgeted-gateway.js';
import type { PlaidGateway } from '../../src/plaid/plaid-api.js';
import { createRateBudget, type RateObserver } from '../../src/plaid/rate-budget.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { generationsOf, liveIds, storedItem } from '../support/stored.js';
import { idsOf } from '../support/owned-rows.js';

/** Sandbox: 50 calls a minute of /transactions/sync per Item, 1,000 per client, 500 from the null cursor. */
const BASE_URL = 'http://plaid.test';
const seen: string[] = [];
const observer: RateObserver = {
  denied: ({ scope, priority, endpoint }) => seen.push(`denied ${scope} ${priority} ${endpoint}`),
  waited: ({ endpoint }) => seen.push(`waited ${endpoint}`),
  limited: ({ scope, endpoint }) => seen.push(`limited ${scope} ${endpoint}`),
};
let engine: TestEngine;
let budgeted: PlaidGateway;
const scripts = new Map<string, ScriptedPlaid>();

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: BASE_URL, gateway: (keys) => budgeted(keys) });
  const store = createRateBucketQueries(engine.db);
  const budget = createRateBudget({
    store,
    scale: 1,
    windowMs: 60_000,
    observer,
    logger: engine.deps.logger,
  });
  budgeted = budgetedGateway((keys) => byToken(keys), budget);
});
afterAll(() => engine.close());
beforeEach(async () => {
  seen.length = 0;
  scripts.clear();
  await engine.db('rate_buckets').delete();
  await engine.db('integrations').update({ paused_since: null, pause_code: null });
});

/** One script per access token, behind one gateway: Items that share a client. */
const byToken: PlaidGateway = (keys) => {
  const of = (token: string) => scripts.get(token)!.gateway(keys);
  return {
    getItem: (token, options) => of(token).getItem(token, options),
    syncPage: (token, cursor, options) => of(token).syncPage(token, cursor, options),
    getAccounts: (token, options) => of(token).getAccounts(token, options),
    updateWebhook: (token, url, options) => of(token).updateWebhook(token, url, options),
    removeItem: (token, options) => of(token).removeItem(token, options),
    getWebhookVerificationKey: () => Promise.reject(new Error('not asked for in this test')),
  };
};

interface Linked {
  id: string;
  plaid: ScriptedPlaid;
}

async function linked(): Promise<Linked> {
  const plaid = createScriptedPlaid(`item-${randomUUID()}`);
  const accessToken = `access-${plaid.itemId}`;
  scripts.set(accessToken, plaid);
  const { link } = await engine.link({ itemId: plaid.itemId, accessToken });
  return { id: link.id, plaid };
}

async function synced(): Promise<Linked> {
  const item = await linked();
  item.plaid.sync = () => ({ added: [row(randomUUID())], cursor: 'a' });
  expect((await engine.look(item.id)).kind).toBe('synced');
  item.plaid.calls.length = 0;
  return item;
}

const webhook = ({ plaid }: Linked) =>
  createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 1 }).receive({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    verdict: 'verified',
    plaidItemId: plaid.itemId,
    webhookType: 'TRANSACTIONS',
    webhookCode: 'SYNC_UPDATES_AVAILABLE',
    body: Buffer.from('{}'),
    headers: {},
    jwtHash: randomBytes(32),
    forward: false,
  });
const due = ({ id }: Linked) =>
  engine
    .db('items')
    .where({ id })
    .update({ next_sync_at: engine.db.raw('now()') });
/** The calls that the budget of these buckets would allow in the time to come are used up. */
const exhaust = (pattern: string, ms: number) =>
  engine.db.raw(
    `update rate_buckets set due_at = now() + :ms * interval '1 millisecond' where key like :pattern`,
    { pattern, ms },
  );
const runsOf = ({ id }: Linked) =>
  engine.db('sync_runs').where({ item_id: id }).orderBy('started_at').pluck<string[]>('outcome');
const exhaustItem = (ms: number) => exhaust('item % /transactions/sync', ms);

describe('a look that the rate budget denies', () => {
  it('ends without failure, keeps what it owes, and comes at its turn', async () => {
    const item = await synced();
    await webhook(item);
    await exhaustItem(90_000);
    const outcome = await engine.look(item.id, 'quick');
    expect(outcome).toMatchObject({ kind: 'idle', status: 'active' });
    expect(outcome).toHaveProperty('detail', expect.stringMatching(/waiting for its turn.*the Item/));
    const wakeAt = 'wakeAt' in outcome ? outcome.wakeAt! : 0;
    expect(wakeAt - Date.now()).toBeGreaterThan(20_000);
    expect(await storedItem(engine, item.id)).toMatchObject({
      health: 'active',
      status_code: null,
      action: null,
      failures: 0,
      hold_until: null,
    });
    const { dirty, synced: done } = await generationsOf(engine, item.id);
    expect(done).toBeLessThan(dirty);
    expect(item.plaid.calls).toEqual([]);
    expect(await runsOf(item)).toEqual(['synced']);
    expect(seen).toEqual(['denied item fresh /transactions/sync']);
  });

  it('asks for no second turn, however often it is woken', async () => {
    const item = await synced();
    await webhook(item);
    await exhaustItem(90_000);
    const first = await engine.look(item.id);
    await webhook(item);
    expect(await engine.look(item.id)).toEqual({ ...first, detail: null });
    expect(seen).toHaveLength(1);
    expect(item.plaid.calls).toEqual([]);
  });

  it('comes at once when the Item is linked again: a new token has a budget of its own', async () => {
    const { id, plaid } = await synced();
    await webhook({ id, plaid });
    await exhaustItem(90_000);
    await engine.look(id);
    scripts.set('another', plaid);
    await engine.link({ itemId: plaid.itemId, accessToken: 'another' });
    expect(await engine.look(id)).toMatchObject({ kind: 'synced' });
  });

  it('is left alone by the sweep until its turn, unless a signal got lost', async () => {
    const sweeps = createSweepQueries({ db: engine.db, signalStaleAfterMs: 0 });
    const item = await synced();
    await webhook(item);
    await exhaustItem(90_000);
    await engine.look(item.id);
    expect(await idsOf(sweeps.takeOwed(500))).not.toContain(item.id);
    await webhook(item);
    expect(await idsOf(sweeps.takeOwed(500))).toContain(item.id);
    await engine.look(item.id);
    await engine
      .db('items')
      .where({ id: item.id })
      .update({ budget_until: engine.db.raw('now()') });
    expect(await idsOf(sweeps.takeOwed(500))).toContain(item.id);
  });

  it('lets a webhook in although bulk work waits for its turn', async () => {
    const item = await synced();
    await due(item);
    // Within the burst that is kept for fresh work.
    await exhaust('client % /transactions/sync', 14_000 * 0.8);
    const waiting = await engine.look(item.id);
    expect(waiting).toMatchObject({ kind: 'idle', detail: expect.stringContaining('client_id') as string });
    expect(seen).toEqual(['denied client bulk /transactions/sync']);
    item.plaid.sync = () => ({ added: [row('fresh')], cursor: 'b' });
    await webhook(item);
    expect(await engine.look(item.id)).toMatchObject({ kind: 'synced', again: false });
    expect(await liveIds(engine, item.id)).toContain('fresh');
  });

  it('does not do the work of a probe either', async () => {
    const item = await synced();
    await engine.db('items').where({ id: item.id }).update({ token_checked_at: null });
    await webhook(item);
    item.plaid.sync = () => ({ cursor: 'b' });
    await engine.look(item.id);
    expect(item.plaid.calls).toEqual(['item', 'sync:a']);
    await engine.db('items').where({ id: item.id }).update({ token_checked_at: null });
    await webhook(item);
    await exhaust('item % /item/get', 300_000);
    expect(await engine.look(item.id)).toMatchObject({ kind: 'idle', status: 'active' });
    expect(item.plaid.calls).toHaveLength(2);
  });
});

describe('an update of many pages', () => {
  const pages = (item: Linked, atPage: (page: number) => Promise<unknown> | undefined, last = 4): void => {
    let page = 0;
    item.plaid.sync = async () => {
      page += 1;
      await atPage(page);
      return { added: [row(`row-${page}`)], cursor: `cursor-${page}`, hasMore: page < last };
    };
  };

  it('waits in place where the wait is short', async () => {
    const item = await linked();
    // The third page finds the burst used up and waits for half a second.
    pages(item, (page) => (page === 2 ? exhaustItem(28_800 * 2 + 500) : undefined));
    expect(await engine.look(item.id)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, item.id)).toEqual(['row-1', 'row-2', 'row-3', 'row-4']);
    expect(seen).toContain('waited /transactions/sync');
    expect(seen.filter((each) => each.startsWith('denied'))).toEqual([]);
  });

  it('gives up where it is long: nothing is stored, nothing counts as a failure', async () => {
    const item = await linked();
    pages(item, (page) => (page === 2 ? exhaustItem(3_600_000) : undefined));
    expect(await engine.look(item.id)).toMatchObject({ kind: 'idle', status: 'pending' });
    expect(await liveIds(engine, item.id)).toEqual([]);
    expect(await storedItem(engine, item.id)).toMatchObject({ failures: 0, status_code: null, cursor: null });
    expect(await runsOf(item)).toEqual(['rate_limited']);
    expect(await engine.db('sync_staged_runs').where({ item_id: item.id })).toEqual([]);
  });
});

describe('a 429 in spite of the budget', () => {
  const refuse = (item: Linked, message: string, retryAfterMs?: number): void => {
    item.plaid.sync = () => {
      throw plaidFailure('TRANSACTIONS_SYNC_LIMIT', {
        errorType: 'RATE_LIMIT_EXCEEDED',
        httpStatus: 429,
        message,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    };
  };

  it('keeps all Items of the client from asking, and no other client', async () => {
    const [one, other] = [await synced(), await synced()];
    refuse(one, 'rate limit exceeded', 120_000);
    await webhook(one);
    const limited = await engine.look(one.id);
    expect('wakeAt' in limited && limited.wakeAt! - Date.now()).toBeGreaterThan(110_000);
    await webhook(other);
    expect(await engine.look(other.id)).toMatchObject({ kind: 'idle', status: 'active' });
    expect(other.plaid.calls).toEqual([]);
    expect(seen).toEqual(['limited client /transactions/sync', 'denied client fresh /transactions/sync']);
    const stranger = budgeted({ baseUrl: BASE_URL, clientId: 'another', secret: 's' });
    const [token] = scripts.keys();
    await expect(stranger.getItem(token!, { timeoutMs: 1_000 })).resolves.toBeDefined();
    // A second integration with the same client_id shares it, whatever its secret.
    const sibling = budgeted({ baseUrl: BASE_URL, clientId: await clientId(), secret: 'other' });
    await expect(sibling.syncPage(token!, 'a', { timeoutMs: 1_000 })).rejects.toMatchObject({
      name: 'RateBudgetDenied',
      blocked: true,
      scope: 'client',
    });
  });

  const clientId = async (): Promise<string> =>
    (await engine.db('integrations').first<{ client_id: string }>('client_id')).client_id;

  it('that names the Item keeps only that Item from asking, for a minute where Plaid does not say', async () => {
    const [one, other] = [await synced(), await synced()];
    refuse(one, 'rate limit exceeded for attempts to access this item. please try again later');
    await webhook(one);
    const limited = await engine.look(one.id, 'quick');
    const waitMs = 'wakeAt' in limited ? limited.wakeAt! - Date.now() : 0;
    expect(waitMs).toBeGreaterThan(55_000);
    expect(waitMs).toBeLessThan(61_000);
    await webhook(other);
    expect(await engine.look(other.id)).toMatchObject({ kind: 'synced' });
    expect(seen).toEqual(['limited item /transactions/sync']);
  });

  it('is not what CREDITS_EXHAUSTED means', async () => {
    const item = await synced();
    item.plaid.sync = () => {
      throw plaidFailure('CREDITS_EXHAUSTED', { errorType: 'RATE_LIMIT_EXCEEDED', httpStatus: 429 });
    };
    await webhook(item);
    await engine.look(item.id);
    expect(seen).toEqual([]);
    expect(await createRateBucketQueries(engine.db).countBlocked()).toBe(0);
  });

  it('is forgiven by success', async () => {
    const item = await synced();
    refuse(item, 'rate limit exceeded', 1_000);
    await webhook(item);
    await engine.look(item.id, 'quick');
    await engine.db('rate_buckets').update({ blocked_until: engine.db.raw('clock_timestamp()') });
    await engine.db('items').where({ id: item.id }).update({ hold_until: null });
    item.plaid.sync = () => ({ cursor: 'c' });
    await engine.look(item.id);
    expect(await engine.db('rate_buckets').where('strikes', '>', 0)).toEqual([]);
  });
});

describe('a resync of a whole fleet', () => {
  it('spreads over the minutes, and lets a webhook through at once', async () => {
    const fleet: Linked[] = [];
    for (let n = 0; n < 60; n++) fleet.push(await synced());
    await engine.db('rate_buckets').delete();
    await engine.db('items').update({ resync_reason: 'test', next_sync_at: engine.db.raw('now()') });
    // 500 requests from the null cursor a minute: a burst of 100, of which bulk work may use half.
    const outcomes = await Promise.all(fleet.map(({ id }) => engine.look(id)));
    const denied = outcomes.flatMap((each) => (each.kind === 'idle' ? [each.wakeAt ?? 0] : []));
    expect(denied.length).toBeGreaterThan(0);
    expect(new Set(denied).size).toBe(denied.length);
    // 50 more have waited for their turns by the time the last one's comes.
    const webhooked = await linked();
    expect(await engine.look(webhooked.id)).toMatchObject({ kind: 'synced' });
    expect(seen.every((each) => each === 'denied client bulk /transactions/sync')).toBe(true);
  });
});
