import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createSimulatorItem, steerSimulator } from '../support/simulator.js';
import { followFeed } from '../support/stored.js';

let simulator: Simulator;
let engine: TestEngine;

beforeAll(async () => {
  simulator = await createSimulator({ seed: 'relinks' });
  engine = await createTestEngine({ baseUrl: simulator.url });
});
afterAll(async () => {
  await engine.close();
  await simulator.close();
});

const link = async (plaidItemId: string, accessToken: string): Promise<string> => {
  const { organizationId, integrationId } = engine;
  const outcome = await engine.links.link({
    ...{ organizationId, integrationId, plaidItemId, accessToken, endUserId: 'relinked', plaidItem: null },
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  expect(await engine.settle(outcome.link.id)).toMatchObject({ kind: 'synced' });
  return outcome.link.id;
};

/** What default reads show, and whose row it is. */
const visible = async (): Promise<{ key: string; itemId: string }[]> => {
  const { rows } = await engine.db.raw<{ rows: { key: string; itemId: string }[] }>(
    `select item_id || ' ' || reference_id as key, item_id as "itemId"
       from transactions where removed_at is null and duplicate_of is null`,
  );
  return rows;
};

describe('a login of the simulator that is linked again', () => {
  it('is shown once, while its bank goes on and its history comes', async () => {
    const old = await createSimulatorItem(simulator.url, {
      username: 'user_transactions_dynamic',
      long_amounts: true,
      ready: true,
    });
    const oldId = await link(old.itemId, old.accessToken);
    const feed = followFeed(engine);
    const before = await visible();
    expect(before.length).toBeGreaterThan(100);
    // What the old Item misses: pendings post, amounts change.
    await steerSimulator(simulator.url, 'POST', `/items/${old.itemId}/refresh`);
    const { item } = (await steerSimulator(simulator.url, 'POST', `/items/${old.itemId}/relink`, {
      ready: true,
      old: 'break',
    })) as { item: { item_id: string; access_token: string } };
    const newId = await link(item.item_id, item.access_token);

    const truth = (await steerSimulator(simulator.url, 'GET', `/items/${item.item_id}`)) as {
      transactions: unknown[];
    };
    const after = await visible();
    // The new Item holds the whole history: its rows, and none of the old one's.
    expect(after.filter((row) => row.itemId === oldId)).toEqual([]);
    expect(after).toHaveLength(truth.transactions.length);
    await feed.follow();
    expect([...feed.rows.keys()].sort()).toEqual(after.map((row) => row.key).sort());
    expect(await engine.look(oldId)).toMatchObject({ kind: 'paused', status: 'sync_disabled' });

    await steerSimulator(simulator.url, 'POST', `/items/${item.item_id}/refresh`);
    await engine.links.requestSync(newId);
    expect(await engine.settle(newId)).toMatchObject({ kind: 'synced' });
    await feed.follow();
    expect([...feed.rows.keys()].sort()).toEqual((await visible()).map((row) => row.key).sort());
    expect((await visible()).every((row) => row.itemId === newId)).toBe(true);
  });
});
