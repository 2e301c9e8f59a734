import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RetryLater } from '../../src/activities/look/retry-later.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { liveIds, storedItem } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  answer('before');
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access' })).link.id;
  await engine.settle(itemId);
  await engine.links.requestSync(itemId);
  plaid.calls.length = 0;
});

const item = () => storedItem(engine, itemId);
const refusing =
  (...failure: Parameters<typeof plaidFailure>) =>
  (): never => {
    throw plaidFailure(...failure);
  };
const answer = (id: string): void => {
  plaid.sync = () => ({ added: [row(id)], cursor: randomUUID() });
};
const lookThrows = () => engine.look(itemId).catch((error: unknown) => error);

describe('a sync that says the Item is gone', () => {
  it.each(['ITEM_NOT_FOUND', 'USER_PERMISSION_REVOKED', 'INVALID_ACCESS_TOKEN'])(
    'is a passing failure, with %s, if /item/get knows the Item',
    async (code) => {
      plaid.sync = refusing(code);
      expect(await lookThrows()).toBeInstanceOf(RetryLater);
      expect(plaid.calls.map((call) => call.split(':')[0])).toEqual(['sync', 'item']);
      expect(await item()).toMatchObject({
        health: 'active',
        status_code: code,
        action: 'wait',
        failures: 1,
      });
      await engine.db('items').where({ id: itemId }).update({ hold_until: null });
      answer('after');
      expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
      expect(await liveIds(engine, itemId)).toEqual(['after', 'before']);
    },
  );

  it('counts as what /item/get tells of, if that is something else', async () => {
    plaid.sync = refusing('ITEM_NOT_FOUND');
    plaid.itemError = () => ({
      error_type: 'ITEM_ERROR',
      error_code: 'ITEM_LOGIN_REQUIRED',
      error_message: 'log in',
    });
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(await item()).toMatchObject({ status_code: 'ITEM_LOGIN_REQUIRED', action: 'update_mode' });
  });

  it('settles nothing while /item/get is out of order', async () => {
    plaid.sync = refusing('ITEM_NOT_FOUND');
    plaid.itemError = refusing('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
    expect(await lookThrows()).toBeInstanceOf(RetryLater);
    expect(await item()).toMatchObject({ health: 'active', status_code: 'INTERNAL_SERVER_ERROR' });
  });
});
