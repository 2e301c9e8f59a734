import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RetryLater } from '../../src/activities/look/retry-later.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { PlaidError } from '../../src/plaid/plaid-error.js';
import { createTestEngine, QUICK_SETTINGS, type TestEngine } from '../support/engine.js';
import {
  createScriptedPlaid,
  plaidFailure,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { generationsOf, liveIds, storedItem } from '../support/stored.js';

const { PROBE_INTERVAL, RECONCILE_INTERVAL } = QUICK_SETTINGS;
const RETRY_SLOW_WAIT = 60_000;
let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({
    baseUrl: 'http://localhost',
    gateway: (keys) => plaid.gateway(keys),
    settings: { RETRY_SLOW_WAIT },
  });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  itemId = (await link('access-1')).link.id;
});

const link = (accessToken: string) => engine.link({ itemId: plaid.itemId, accessToken });
const item = () => storedItem(engine, itemId);
const waitMs = async (column: 'next_sync_at' | 'hold_until' = 'next_sync_at'): Promise<number> =>
  (await item())[column]!.getTime() - Date.now();
const refusing =
  (...failure: Parameters<typeof plaidFailure>) =>
  (): never => {
    throw plaidFailure(...failure);
  };
const failWith = (...failure: Parameters<typeof plaidFailure>): void => {
  plaid.sync = refusing(...failure);
};
const answer = (id = 'row'): void => {
  plaid.sync = () => ({ added: [row(id)], cursor: randomUUID() });
};
const webhook = (webhookType: string, webhookCode: string) =>
  createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 1 }).receive({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    verdict: 'verified',
    plaidItemId: plaid.itemId,
    webhookType,
    webhookCode,
    body: Buffer.from('{}'),
    headers: {},
    jwtHash: randomBytes(32),
    forward: false,
  });

describe('an error that needs a person', () => {
  it.each([
    ['ITEM_LOGIN_REQUIRED', 'update_mode', /update mode/],
    ['INVALID_ACCESS_TOKEN', 'new_link', /link the account again/],
    ['UNAUTHORIZED_ROUTE_ACCESS', 'fix_keys', /its plan at Plaid/],
    ['MISSING_FIELDS', 'report', /request_id of the latest sync run/],
  ])('%s pauses the Item, says why and what to do, and is probed daily', async (code, action, advice) => {
    failWith(code);
    if (code === 'INVALID_ACCESS_TOKEN') plaid.itemError = refusing(code);
    const outcome = await engine.look(itemId);
    expect(outcome).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect('detail' in outcome && outcome.detail).toMatch(advice);
    expect('detail' in outcome && outcome.detail).toContain(`[${code}]`);
    expect(await item()).toMatchObject({ health: 'erroring', status_code: code, action, cursor: null });
    expect(await waitMs()).toBeGreaterThan(PROBE_INTERVAL * 0.89);
    expect(await waitMs()).toBeLessThan(PROBE_INTERVAL * 1.11);
    // The claim is consumed: nobody goes on signalling a broken Item.
    const { dirty, synced } = await generationsOf(engine, itemId);
    expect(synced).toBe(dirty);
    plaid.calls.length = 0;
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(plaid.calls).toEqual([]);
  });

  it.each(['ITEM_NOT_FOUND', 'USER_PERMISSION_REVOKED'])('%s ends the Item', async (code) => {
    failWith(code);
    plaid.itemError = refusing(code);
    expect(await engine.look(itemId)).toMatchObject({
      kind: 'stopped',
      status: 'deleted_in_plaid',
      wakeAt: null,
    });
    expect(await item()).toMatchObject({ health: 'deleted', next_sync_at: null });
    expect((await webhook('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE')).signal).toBe(false);
    plaid.calls.length = 0;
    expect(await engine.look(itemId)).toMatchObject({ kind: 'stopped' });
    expect(plaid.calls).toEqual([]);
    answer();
    plaid.itemError = () => null;
    await link('access-2');
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
  });
});

describe('a passing error', () => {
  it('is thrown with its delay, which doubles, and holds the Item until then', async () => {
    failWith('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
    const delays: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const failure: unknown = await engine.look(itemId).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RetryLater);
      delays.push((failure as RetryLater).delayMs);
      expect(await item()).toMatchObject({
        health: 'pending',
        status_code: 'INTERNAL_SERVER_ERROR',
        failures: attempt + 1,
      });
      expect(await waitMs('hold_until')).toBeLessThanOrEqual(delays.at(-1)!);
      await sleep(delays.at(-1)! + 2);
    }
    expect(delays).toEqual([5, 10, 20, 40, 50, 50]);
    answer();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    expect(await item()).toMatchObject({ failures: 0, status_code: null, action: null, hold_until: null });
  });

  it('leaves Plaid alone while the Item is held, and a quick look waits in the workflow', async () => {
    failWith('INTERNAL_SERVER_ERROR', { httpStatus: 500, retryAfterMs: 30_000 });
    const outcome = await engine.look(itemId, 'quick');
    expect(outcome).toMatchObject({ kind: 'idle', status: 'pending' });
    expect('wakeAt' in outcome && outcome.wakeAt! - Date.now()).toBeGreaterThan(29_000);
    plaid.calls.length = 0;
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    expect(plaid.calls).toEqual([]);
  });

  it.each([
    ['the configured window', undefined, QUICK_SETTINGS.RATE_LIMIT_WAIT],
    ['Retry-After', 1_234, 1_234],
  ])('429 waits for %s', async (_, retryAfterMs, expected) => {
    failWith('TRANSACTIONS_SYNC_LIMIT', { httpStatus: 429, ...(retryAfterMs ? { retryAfterMs } : {}) });
    await expect(engine.look(itemId)).rejects.toMatchObject({ delayMs: expected });
  });

  it('with a long delay does not keep the workflow from hearing of a new token', async () => {
    failWith('INTERNAL_SERVER_ERROR', { httpStatus: 500, retryAfterMs: 3_600_000 });
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    answer();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    await link('access-2');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
  });

  it('of the institution leaves the Item healthy, waits long, and listens to webhooks', async () => {
    answer();
    await engine.settle(itemId);
    failWith('INSTITUTION_DOWN');
    for (const expected of [RETRY_SLOW_WAIT, 2 * RETRY_SLOW_WAIT]) {
      await engine.links.requestSync(itemId);
      expect(await engine.look(itemId)).toMatchObject({ kind: 'idle', status: 'active' });
      expect(await waitMs()).toBeGreaterThan(expected - 2_000);
      expect(await waitMs()).toBeLessThanOrEqual(expected);
    }
    expect(await item()).toMatchObject({ health: 'active', status_code: 'INSTITUTION_DOWN', action: 'wait' });
    answer('second');
    await webhook('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toEqual(['row', 'second']);
  });

  it('without an answer hands a quick look over and counts nothing', async () => {
    plaid.sync = () => {
      throw new PlaidError({
        errorType: null,
        errorCode: null,
        message: 'no answer',
        httpStatus: null,
        requestId: null,
        retryAfterMs: null,
      });
    };
    expect(await engine.look(itemId, 'quick')).toMatchObject({ kind: 'handover' });
    expect(await item()).toMatchObject({ failures: 0 });
    await expect(engine.look(itemId)).rejects.toBeInstanceOf(RetryLater);
    expect(await item()).toMatchObject({ failures: 1, status_code: 'PLAID_UNREACHABLE' });
  });

  it('that is no page of Plaid is tried again, and stores nothing', async () => {
    plaid.sync = () => '{"added":[';
    await expect(engine.look(itemId)).rejects.toThrow(/could not be read/);
    expect(await item()).toMatchObject({ cursor: null, health: 'pending' });
  });
});

describe('while Plaid prepares the history', () => {
  it('asks again with backoff, and after the window at the reconcile interval', async () => {
    plaid.sync = () => ({ cursor: '', status: 'NOT_READY' });
    const waits: number[] = [];
    for (let look = 0; look < 5; look++) {
      const before = Date.now();
      expect(await engine.look(itemId)).toMatchObject({ kind: 'not_ready', status: 'pending' });
      waits.push((await item()).next_sync_at!.getTime() - before);
      await sleep(Math.max((await waitMs()) + 5, 0));
    }
    [20, 40, 80, 100, 100].forEach((expected, index) =>
      expect(waits[index]).toBeGreaterThanOrEqual(expected),
    );
    expect(waits.every((wait) => wait < 2_000)).toBe(true);
    expect(await item()).toMatchObject({ cursor: null, not_ready_waits: 5, history: 'pending' });
    await engine
      .db('items')
      .where('id', itemId)
      .update({ not_ready_since: new Date(Date.now() - 3_600_000) });
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'not_ready' });
    expect(await waitMs()).toBeGreaterThan(RECONCILE_INTERVAL * 0.89);
  });

  it('goes on asking until the history is complete, without a webhook', async () => {
    let page = 0;
    plaid.sync = () => {
      page += 1;
      const status = page < 3 ? 'INITIAL_UPDATE_COMPLETE' : 'HISTORICAL_UPDATE_COMPLETE';
      return { added: [row(`row-${page}`)], cursor: `c${page}`, status };
    };
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
    expect(await item()).toMatchObject({ history: 'initial' });
    expect(await waitMs()).toBeLessThan(1_000);
    await sleep(40);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    await sleep(100);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    expect(await item()).toMatchObject({ history: 'complete', not_ready_waits: 0 });
    expect(await waitMs()).toBeGreaterThan(RECONCILE_INTERVAL * 0.89);
  });
});

describe('a paused Item', () => {
  const LOGIN = { error_type: 'ITEM_ERROR', error_code: 'ITEM_LOGIN_REQUIRED', error_message: 'log in' };

  beforeEach(async () => {
    failWith('ITEM_LOGIN_REQUIRED');
    plaid.itemError = () => LOGIN;
    await engine.look(itemId);
    plaid.calls.length = 0;
    answer();
  });

  it.each([
    ['LOGIN_REPAIRED', () => webhook('ITEM', 'LOGIN_REPAIRED')],
    ['any other webhook', () => webhook('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE')],
    ['a refresh', () => engine.links.requestSync(itemId)],
    [
      'the daily probe',
      () =>
        engine
          .db('items')
          .where('id', itemId)
          .update({ next_sync_at: new Date(0) }),
    ],
  ])('is revived by %s once /item/get says that it is healthy', async (_, act) => {
    await act();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(plaid.calls).toEqual(['item']);
    plaid.itemError = () => null;
    await act();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced', status: 'active', detail: null });
    expect(await item()).toMatchObject({ health: 'active', status_code: null, action: null });
    expect(await liveIds(engine, itemId)).toEqual(['row']);
  });

  it.each(['access-1', 'access-2'])('is revived by a link with %s at once', async (token) => {
    let used: string | null = null;
    plaid.sync = (_, accessToken) => {
      used = accessToken;
      return { added: [row('row')], cursor: '1' };
    };
    await link(token);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
    expect(used).toBe(token);
  });

  it('still says what a person must do while Plaid cannot be asked', async () => {
    const before = await item();
    plaid.itemError = () => {
      throw plaidFailure('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
    };
    await webhook('ITEM', 'LOGIN_REPAIRED');
    expect(await engine.look(itemId, 'quick')).toMatchObject({ status: 'erroring' });
    const { health, status_code, status_message, action } = before;
    expect(await item()).toMatchObject({
      health,
      status_code,
      status_message,
      action,
      failures: 1,
    });
  });

  it('is shown as healthy when only the institution is in the way after that', async () => {
    plaid.itemError = () => null;
    failWith('INSTITUTION_DOWN');
    await webhook('ITEM', 'LOGIN_REPAIRED');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle', status: 'pending' });
    expect(await item()).toMatchObject({ health: 'pending', status_code: 'INSTITUTION_DOWN' });
  });
});

describe('/item/get, not the webhook,', () => {
  it('decides: an ERROR that comes late does not pause a healthy Item', async () => {
    answer();
    await engine.settle(itemId);
    await webhook('ITEM', 'ERROR');
    await webhook('ITEM', 'USER_PERMISSION_REVOKED');
    answer('second');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
    expect(plaid.calls).toContain('item');
  });

  it('finds out that a token belongs to another Item', async () => {
    await engine.db('items').where('id', itemId).update({ token_checked_at: null });
    const own = plaid.itemId;
    plaid.itemId = 'another';
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(plaid.calls).toEqual(['item']);
    expect(await item()).toMatchObject({ status_code: 'ACCESS_TOKEN_OF_ANOTHER_ITEM', action: 'new_link' });
    plaid.itemId = own;
    answer();
    await link('access-2');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
  });
});

describe('a webhook that comes while Plaid is asked', () => {
  it.each<[string, () => Promise<ScriptedPage>]>([
    ['is synced', () => Promise.resolve({ added: [row('row')], cursor: '1' })],
    ['is not ready', () => Promise.resolve({ cursor: '', status: 'NOT_READY' })],
    ['needs a person', () => Promise.reject(plaidFailure('ITEM_LOGIN_REQUIRED'))],
  ])('is not consumed by a look that finds that the Item %s (invariant I11)', async (_, end) => {
    plaid.sync = async () => {
      await webhook('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE');
      return end();
    };
    await engine.look(itemId);
    const { dirty, synced } = await generationsOf(engine, itemId);
    expect(dirty - synced).toBe(1);
    answer('after');
    await engine.look(itemId);
    expect(await liveIds(engine, itemId)).toContain('after');
    expect(await generationsOf(engine, itemId)).toMatchObject({ dirty, synced: dirty });
  });
});

describe('what the user wants', () => {
  it('is obeyed: paused, resumed, disabled', async () => {
    await engine.links.setDesiredState(itemId, 'paused');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'sync_disabled' });
    await engine.links.setDesiredState(itemId, 'active');
    answer();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
    await engine.links.setDesiredState(itemId, 'disabled');
    plaid.calls.length = 0;
    expect(await engine.look(itemId)).toMatchObject({ kind: 'stopped', status: 'sync_disabled' });
    expect(plaid.calls).toEqual([]);
  });

  it('ends with the integration', async () => {
    await engine.db('integrations').where('id', engine.integrationId).update({ deleted_at: new Date() });
    expect(await engine.look(itemId)).toMatchObject({ kind: 'stopped', status: 'sync_disabled' });
    await engine.db('integrations').where('id', engine.integrationId).update({ deleted_at: null });
  });

  it('of an Item that does not exist is nothing', async () => {
    expect(await engine.look(randomUUID())).toMatchObject({ kind: 'stopped' });
  });
});

it('a quick look hands over what is longer than a page, having stored nothing', async () => {
  plaid.sync = () => ({ added: [row('a')], cursor: 'more', hasMore: true });
  expect(await engine.look(itemId, 'quick')).toEqual({ kind: 'handover', priority: 'fresh' });
  expect(await liveIds(engine, itemId)).toEqual([]);
  expect(await engine.db('sync_staged_runs')).toEqual([]);
  plaid.sync = () => ({ added: [row('a')], cursor: 'end' });
  expect(await engine.look(itemId, 'quick')).toMatchObject({ kind: 'synced' });
});
