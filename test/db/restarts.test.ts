import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPlaidGateway, type PlaidGateway } from '../../src/plaid/plaid-api.js';
import type { LookSettings } from '../../src/activities/look/deps.js';
import { lookAtItem } from '../../src/activities/look/look-at-item.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  createScriptedPlaid,
  MUTATION,
  plaidFailure,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { bankIds, createSimulatorItem } from '../support/simulator.js';
import { liveIds, storedItem, storedTransactions } from '../support/stored.js';

const settings: Partial<LookSettings> = { RESTART_FIRST_WAIT: 1, RESTART_LONGEST_WAIT: 4 };
const REFUSED_CURSOR = () =>
  plaidFailure('INVALID_FIELD', {
    errorType: 'INVALID_REQUEST',
    message: 'cursor not associated with access_token',
  });

describe('mutations during pagination (invariant I4)', () => {
  let plaid: ScriptedPlaid;
  let engine: TestEngine;
  let itemId: string;
  /** Stored cursors at the moments when Plaid was asked. */
  let cursors: (string | null)[];

  beforeAll(async () => {
    engine = await createTestEngine({
      baseUrl: 'http://localhost',
      gateway: (keys) => plaid.gateway(keys),
      settings,
    });
  });
  afterAll(() => engine.close());
  beforeEach(async () => {
    plaid = createScriptedPlaid(`item-${randomUUID()}`);
    itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access-test' })).link.id;
    plaid.sync = () => ({ added: [row('known'), row('gone')], cursor: 'stored' });
    await engine.settle(itemId);
    await engine.links.requestSync(itemId);
    plaid.calls.length = 0;
    cursors = [];
  });

  const watched = (answer: (cursor: string | null) => ScriptedPage): void => {
    plaid.sync = async (cursor) => {
      cursors.push((await storedItem(engine, itemId)).cursor);
      return answer(cursor);
    };
  };
  const firstPage: ScriptedPage = { added: [row('new')], cursor: 'middle', hasMore: true };
  const mutate = (): never => {
    throw plaidFailure(MUTATION, { errorType: 'TRANSACTIONS_ERROR' });
  };
  const lookUntil = async (ended: (kind: string) => boolean, looks = 60): Promise<number> => {
    for (let count = 1; count <= looks; count++) {
      const { kind } = await engine.look(itemId);
      if (ended(kind)) return count;
      await sleep(5);
    }
    throw new Error(`not within ${looks} looks`);
  };

  it('discard the update and start it over from its first cursor', async () => {
    let mutations = 3;
    watched((cursor) => {
      if (cursor === 'stored') return firstPage;
      return mutations-- > 0 ? mutate() : { removed: ['gone'], cursor: 'end' };
    });
    expect(await engine.look(itemId)).toMatchObject({
      kind: 'idle',
      detail: expect.stringContaining('1 so far') as string,
    });
    expect(await liveIds(engine, itemId)).toEqual(['gone', 'known']);
    await lookUntil((kind) => kind === 'synced');
    expect(plaid.calls).toEqual(
      Array.from({ length: 4 }, () => ['sync:stored', 'sync:middle'])
        .flat()
        .concat('accounts'),
    );
    expect(await liveIds(engine, itemId)).toEqual(['known', 'new']);
    expect(await storedItem(engine, itemId)).toMatchObject({
      cursor: 'end',
      restarts: 0,
      resync_reason: null,
    });
    expect(await engine.db('sync_staged_rows')).toEqual([]);
    const [run] = await engine
      .db('sync_runs')
      .where('item_id', itemId)
      .orderBy('finished_at', 'desc')
      .select<{ restarts: number }[]>('restarts');
    expect(run!.restarts).toBe(3);
  });

  it('leave Plaid alone between restarts, whatever signals come', async () => {
    watched((cursor) => (cursor === 'stored' ? firstPage : mutate()));
    const held = {
      ...engine.deps,
      settings: { ...engine.deps.settings, RESTART_FIRST_WAIT: 60_000, RESTART_LONGEST_WAIT: 60_000 },
    };
    const around = { attempt: 1, signal: new AbortController().signal, heartbeat: () => undefined };
    await lookAtItem(held, { itemId, mode: 'full' }, around);
    const asked = plaid.calls.length;
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    expect(plaid.calls).toHaveLength(asked);
  });

  it('lead to a full resync only after the minimum and the window, and the cursor stays until then', async () => {
    watched((cursor) => {
      if (cursor === null) return { added: [row('known'), row('new')], cursor: 'anew' };
      return cursor === 'stored' ? firstPage : mutate();
    });
    await lookUntil((kind) => kind === 'synced');
    const restarts = plaid.calls.indexOf('sync:null') / 2;
    expect(restarts).toBeGreaterThanOrEqual(engine.deps.settings.RESTART_MINIMUM);
    expect(plaid.calls.slice(0, -1).filter((call) => call === 'sync:null')).toHaveLength(1);
    expect(new Set(cursors)).toEqual(new Set(['stored']));
    expect(await liveIds(engine, itemId)).toEqual(['known', 'new']);
    expect(await storedItem(engine, itemId)).toMatchObject({
      cursor: 'anew',
      restarts: 0,
      resync_reason: null,
    });
  });

  it('do not lead to one before the window has passed', async () => {
    engine.deps.settings = { ...engine.deps.settings, RESTART_WINDOW: 600_000 };
    watched((cursor) => (cursor === 'stored' ? firstPage : mutate()));
    await expect(lookUntil((kind) => kind !== 'idle', 20)).rejects.toThrow('not within');
    expect(plaid.calls).not.toContain('sync:null');
    expect((await storedItem(engine, itemId)).restarts).toBeGreaterThan(engine.deps.settings.RESTART_MINIMUM);
    engine.deps.settings = { ...engine.deps.settings, RESTART_WINDOW: 20 };
  });

  it('is not a reason to go round in circles when Plaid refuses even the beginning', async () => {
    watched(() => {
      throw REFUSED_CURSOR();
    });
    expect((await engine.look(itemId)).kind).toBe('superseded');
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(plaid.calls).toEqual(['sync:stored', 'sync:null']);
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: 'stored', action: 'report' });
  });
});

describe('against the simulator', () => {
  let simulator: RunningSimulator;
  let engine: TestEngine;
  let own: PlaidGateway & { close(): void };
  /** Called before each page that continues a chain. */
  let betweenPages: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    simulator = await startSimulator();
    own = createPlaidGateway();
    const gateway: PlaidGateway = (keys) => {
      const api = own(keys);
      let chained = false;
      return {
        ...api,
        async syncPage(token, cursor, options) {
          if (chained) await betweenPages();
          const page = await api.syncPage(token, cursor, options);
          chained = page.hasMore;
          return page;
        },
      };
    };
    engine = await createTestEngine({ baseUrl: simulator.url, gateway, settings });
  });
  afterAll(async () => {
    own.close();
    await engine.close();
    await simulator.close();
  });

  const newItem = (transactions: number) => createSimulatorItem(simulator.url, { transactions, ready: true });
  const truth = (plaidItemId: string) => bankIds(simulator.url, plaidItemId);
  const settle = async (itemId: string): Promise<void> => {
    for (let looks = 0; looks < 60; looks++) {
      const outcome = await engine.look(itemId);
      if (outcome.kind === 'synced' && !outcome.again) return;
      await sleep(5);
    }
    throw new Error('not settled');
  };

  it('a first sync whose data changes while it is read ends with every row', async () => {
    const item = await newItem(1_200);
    let spent = 0;
    betweenPages = async () => {
      if (spent++ < 3)
        await simulator.control('POST', `/items/${item.itemId}/transactions`, { amount: '1', silent: true });
    };
    const { link } = await engine.link(item);
    await settle(link.id);
    betweenPages = () => Promise.resolve();
    expect(await liveIds(engine, link.id)).toEqual(await truth(item.itemId));
    expect(await truth(item.itemId)).toHaveLength(1_203);
  });

  it("another Item's cursor leads to a full resync that also removes what is gone", async () => {
    const [item, other] = [await newItem(30), await newItem(10)];
    const { link } = await engine.link(item);
    const { link: otherLink } = await engine.link(other);
    await settle(link.id);
    await settle(otherLink.id);
    const foreign = (await storedItem(engine, otherLink.id)).cursor;
    await engine.db('items').where('id', link.id).update({ cursor: foreign });
    const [newest] = await engine
      .db('transactions')
      .where('item_id', link.id)
      .orderBy('date', 'desc')
      .select<{ reference_id: string }[]>('reference_id');
    await simulator.control('DELETE', `/items/${item.itemId}/transactions/${newest!.reference_id}`, {
      silent: true,
    });
    await simulator.control('POST', `/items/${item.itemId}/transactions`, { amount: '2', silent: true });
    await engine.links.requestSync(link.id);
    await settle(link.id);
    expect(await liveIds(engine, link.id)).toEqual(await truth(item.itemId));
    const stored = await storedTransactions(engine, link.id);
    expect(stored.find((each) => each.reference_id === newest!.reference_id)!.removed_at).toBeInstanceOf(
      Date,
    );
    expect(stored.every((each) => each.version === 1)).toBe(true);
    expect((await storedItem(engine, link.id)).cursor).not.toBe(foreign);
  });
});
