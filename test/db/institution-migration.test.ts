import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import { createLinkPresenter } from '../../src/api/links/present.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { bankIds, createSimulatorItem, steerSimulator } from '../support/simulator.js';
import { liveIds } from '../support/stored.js';

/** Nobody listens there: the test itself carries the bank's webhooks to the inbox. */
const NOWHERE = 'http://127.0.0.1:9/plaid';
const present = createLinkPresenter('https://ardea.example');

let simulator: Simulator;
let engine: TestEngine;

beforeAll(async () => {
  simulator = await createSimulator({ seed: 'migration' });
  engine = await createTestEngine({ baseUrl: simulator.url });
});
afterAll(async () => {
  await engine.close();
  await simulator.close();
});

interface Webhook {
  id: number;
  webhook_type: string;
  webhook_code: string;
  body: string;
}
const toldSince = async (plaidItemId: string, id: number): Promise<Webhook[]> => {
  const path = `/webhooks?item_id=${plaidItemId}&after=${id}`;
  return ((await steerSimulator(simulator.url, 'GET', path)) as { webhooks: Webhook[] }).webhooks;
};

/** Unchecked, so that the first look asks for the institution. */
const link = async (plaidItemId: string, accessToken: string, endUserId: string): Promise<string> => {
  const { organizationId, integrationId } = engine;
  const outcome = await engine.links.link({
    ...{ organizationId, integrationId, plaidItemId, accessToken, endUserId, plaidItem: null },
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  await engine.settle(outcome.link.id);
  return outcome.link.id;
};

const linked = async (endUserId: string) => {
  const item = await createSimulatorItem(simulator.url, {
    ...{ institution_id: 'ins_3', ready: true, webhook: NOWHERE },
  });
  const id = await link(item.itemId, item.accessToken, endUserId);
  let last = 0;
  const row = () => engine.links.find(engine.organizationId, engine.integrationId, item.itemId);
  return {
    ...item,
    id,
    show: async () => present((await row())!),
    incident: (given: Record<string, unknown>) =>
      steerSimulator(simulator.url, 'POST', `/items/${item.itemId}/incidents`, given),
    truth: () => bankIds(simulator.url, item.itemId),
    /** Takes in what the bank has told since the last time, and syncs. */
    async hear() {
      for (const { id: number, webhook_type, webhook_code, body } of await toldSince(item.itemId, last)) {
        last = number;
        await createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 1 }).receive({
          organizationId: engine.organizationId,
          integrationId: engine.integrationId,
          verdict: 'verified',
          plaidItemId: item.itemId,
          webhookType: webhook_type,
          webhookCode: webhook_code,
          body: Buffer.from(body),
          headers: {},
          jwtHash: randomBytes(32),
          forward: false,
        });
      }
      await engine.settle(id);
    },
  };
};
const sorted = async (itemId: string): Promise<string[]> => (await liveIds(engine, itemId)).sort();

it.each(['works', 'breaks'])(
  'an Item whose institution migrates shows the new one and loses nothing; its login %s',
  async (login) => {
    const item = await linked(`migrates-${login}`);
    expect((await item.show()).institution).toEqual({ institution_id: 'ins_3', name: 'Chase' });
    const before = await sorted(item.id);
    expect(before.length).toBeGreaterThan(20);

    await item.incident({ kind: 'institution_migrated', institution_id: 'ins_56', login });
    await item.hear();
    const migrated = await item.show();
    expect(migrated).toMatchObject({
      institution: { institution_id: 'ins_56', name: 'Chase' },
      attention: [{ code: 'PENDING_DISCONNECT', reason: 'INSTITUTION_MIGRATION' }],
      ...(login === 'breaks'
        ? { status: 'erroring', action: 'update_mode' }
        : { status: 'active', action: null }),
    });
    expect(await sorted(item.id)).toEqual(before);

    await item.incident({ kind: 'refresh' });
    if (login === 'breaks') await item.incident({ kind: 'repair' });
    await item.hear();
    expect(await item.show()).toMatchObject({
      ...{ status: 'active', institution: { institution_id: 'ins_56' } },
      ...(login === 'breaks' ? { attention: [] } : {}),
    });
    expect(await sorted(item.id)).toEqual(await item.truth());

    // Who links the same accounts anew does so at the new institution, and has them once all the same.
    const { item: anew } = (await steerSimulator(simulator.url, 'POST', `/items/${item.itemId}/relink`, {
      ready: true,
    })) as { item: { item_id: string; access_token: string } };
    await link(anew.item_id, anew.access_token, `migrates-${login}`);
    expect(await item.show()).toMatchObject({ superseded_by_item_id: anew.item_id });
  },
);
