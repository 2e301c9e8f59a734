import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createSweepQueries } from '../../src/db/queries/sweep.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { bankIds, createSimulatorItem } from '../support/simulator.js';
import { followFeed, generationsOf, liveIds } from '../support/stored.js';
import { idsOf } from '../support/owned-rows.js';

const ITEMS = 8;
const WEBHOOKS = 25;
const STALE_MS = 150;
let simulator: RunningSimulator;
let engine: TestEngine;

beforeAll(async () => {
  simulator = await startSimulator();
  engine = await createTestEngine({ baseUrl: simulator.url });
});
afterAll(async () => {
  await engine.close();
  await simulator.close();
});

/** What Temporal does with signals, without Temporal: at most one look at an Item at a time, signals are coalesced. */
const createSignalled = (look: (itemId: string) => Promise<void>, dropped: () => boolean) => {
  const wanted = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const run = async (itemId: string): Promise<void> => {
    while (wanted.delete(itemId)) await look(itemId);
    running.delete(itemId);
  };
  return {
    signal(itemId: string) {
      if (dropped()) return;
      wanted.add(itemId);
      if (!running.has(itemId)) running.set(itemId, run(itemId));
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
};

describe('generations (invariant I11)', () => {
  it.each([
    ['10 % of the signals dropped', 0.1],
    ['every signal dropped but those of the sweep', 1],
  ])('leave no Item behind Plaid, with %s', async (_, dropRate) => {
    const inbox = createInboxQueries({ db: engine.db, signalStaleAfterMs: STALE_MS, maxRejected: 1 });
    const sweeps = createSweepQueries({ db: engine.db, signalStaleAfterMs: STALE_MS });
    const feed = followFeed(engine);
    let looks = 0;
    const signalled = createSignalled(
      async (itemId) => {
        looks += 1;
        await engine.settle(itemId);
      },
      () => Math.random() < dropRate,
    );
    const reliable = createSignalled(
      (itemId) => engine.settle(itemId).then(() => undefined),
      () => false,
    );

    const items: { plaidItemId: string; id: string }[] = [];
    for (let index = 0; index < ITEMS; index++) {
      const item = await createSimulatorItem(simulator.url, { transactions: 5, ready: true });
      const plaidItemId = item.itemId;
      const { link } = await engine.link(item);
      signalled.signal(link.id);
      items.push({ plaidItemId, id: link.id });
    }

    // Intake, looks and the sweep at once.
    let receiving = true;
    const sweeping = (async () => {
      while (receiving) {
        await sleep(STALE_MS / 2);
        for (const id of await idsOf(sweeps.takeOwed(100))) reliable.signal(id);
      }
    })();
    await Promise.all(
      items.map(async ({ plaidItemId, id }) => {
        for (let count = 0; count < WEBHOOKS; count++) {
          await simulator.control('POST', `/items/${plaidItemId}/transactions`, {
            amount: '1',
            silent: true,
          });
          const { signal } = await inbox.receive({
            organizationId: engine.organizationId,
            integrationId: engine.integrationId,
            verdict: 'verified',
            plaidItemId,
            webhookType: 'TRANSACTIONS',
            webhookCode: 'SYNC_UPDATES_AVAILABLE',
            body: Buffer.from('{}'),
            headers: {},
            jwtHash: randomBytes(32),
            forward: false,
          });
          if (signal) signalled.signal(id);
          await sleep(Math.random() * 20);
        }
      }),
    );
    receiving = false;
    await sweeping;

    // Quiescence: a signal becomes stale, a sweep or two find what is left.
    for (let round = 0; round < 6; round++) {
      await Promise.all([signalled.idle(), reliable.idle()]);
      const behind = await Promise.all(items.map(({ id }) => generationsOf(engine, id)));
      if (behind.every(({ dirty, synced }) => dirty === synced)) break;
      await sleep(STALE_MS * 4);
      for (const id of await idsOf(sweeps.takeOwed(100))) reliable.signal(id);
    }
    await Promise.all([signalled.idle(), reliable.idle()]);
    await feed.follow();
    for (const { id, plaidItemId } of items) {
      const { dirty, synced } = await generationsOf(engine, id);
      expect(synced).toBe(dirty);
      const truth = await bankIds(simulator.url, plaidItemId);
      expect(truth).toHaveLength(5 + WEBHOOKS);
      expect(await liveIds(engine, id)).toEqual(truth);
      expect([...feed.rows.values()].filter(({ itemId }) => itemId === id)).toHaveLength(truth.length);
    }
    // Coalesced: far fewer looks than webhooks.
    expect(looks).toBeLessThan(ITEMS * WEBHOOKS);
  });
});
