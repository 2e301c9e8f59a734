import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { storedItem } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access-1' })).link.id;
  const many = Array.from({ length: 60 }, (_, nth) => row(`row-${nth}`));
  plaid.sync = () => ({ added: many, cursor: 'stored' });
  await engine.settle(itemId);
  await engine.links.requestSync(itemId);
  await engine
    .db('items')
    .where('id', itemId)
    .update({ failures: 3, restarts: 2, restarting_since: new Date(Date.now() - 60_000) });
});

const look = async (kind: string): Promise<void> => {
  expect(await engine.look(itemId)).toMatchObject({ kind });
};

// Left over, failures keep the sweep from a dirty Item, and restarts bring the next full resync forward.
it.each<[string, () => Promise<void>]>([
  [
    'an update',
    () => {
      plaid.sync = () => ({ cursor: 'next' });
      return look('synced');
    },
  ],
  [
    'an answer that a person must act upon',
    () => {
      plaid.sync = () => {
        throw plaidFailure('ITEM_LOGIN_REQUIRED');
      };
      return look('paused');
    },
  ],
  [
    'an answer that the history is not ready',
    async () => {
      await engine.db('items').where('id', itemId).update({ cursor: null, history: 'pending' });
      plaid.sync = () => ({ cursor: '', status: 'NOT_READY' });
      return look('not_ready');
    },
  ],
  [
    'a cursor that Plaid refuses',
    () => {
      plaid.sync = () => {
        throw plaidFailure('INVALID_FIELD', {
          errorType: 'INVALID_REQUEST',
          message: 'cursor not associated with access_token',
        });
      };
      return look('superseded');
    },
  ],
  [
    'a full resync that is to be confirmed',
    async () => {
      await engine.db('items').where('id', itemId).update({ resync_reason: 'a test' });
      plaid.sync = () => ({ added: [row('row-0')], cursor: 'anew' });
      await look('idle');
      expect((await storedItem(engine, itemId)).resync_missing).toHaveLength(59);
    },
  ],
  [
    'a new link',
    async () => {
      await engine.link({ itemId: plaid.itemId, accessToken: 'access-1' });
    },
  ],
])('%s ends what went wrong in a row', async (_, end) => {
  await end();
  expect(await storedItem(engine, itemId)).toMatchObject({
    failures: 0,
    restarts: 0,
    restarting_since: null,
  });
});
