import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  account,
  createScriptedPlaid,
  plaidFailure,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { liveIds } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;
let plaidItemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaidItemId = `item-${randomUUID()}`;
  plaid = createScriptedPlaid(plaidItemId);
  itemId = (await engine.link({ itemId: plaidItemId, accessToken: 'access-test' })).link.id;
});

const lists = (...ids: string[]) => {
  plaid.accounts = () => JSON.stringify({ accounts: ids.map((id) => account(id)) });
};
const webhook = (webhookType: string, webhookCode: string) =>
  createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 1 }).receive({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    verdict: 'verified',
    plaidItemId,
    webhookType,
    webhookCode,
    body: Buffer.from('{}'),
    headers: {},
    jwtHash: randomBytes(32),
    forward: false,
  });
const syncOnce = async (
  page: Omit<ScriptedPage, 'cursor'>,
  because: () => Promise<unknown>,
): Promise<void> => {
  plaid.calls.length = 0;
  plaid.sync = () => ({ ...page, cursor: randomUUID() });
  await because();
  expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
};
/** A sync that a webhook asks for. */
const sync = (page: Omit<ScriptedPage, 'cursor'>) =>
  syncOnce(page, () => webhook('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE'));
/** A sync that a user asks for. */
const refresh = (page: Omit<ScriptedPage, 'cursor'>) =>
  syncOnce(page, () => engine.links.requestSync(itemId));
const stored = async (): Promise<Record<string, { name: string | null; closed: boolean }>> => {
  const rows = await engine
    .db('accounts')
    .where('item_id', itemId)
    .select<{ account_id: string; name: string | null; closed_at: Date | null }[]>('*');
  return Object.fromEntries(
    rows.map(({ account_id, name, closed_at }) => [account_id, { name, closed: closed_at !== null }]),
  );
};
const open = (id: string) => ({ name: `Account ${id}`, closed: false });

describe('accounts', () => {
  it('are listed once, and again only when a row names an unknown one', async () => {
    lists('a');
    await sync({ added: [row('1', { account_id: 'a' })] });
    expect(plaid.calls).toContain('accounts');
    await sync({ added: [row('2', { account_id: 'a' })] });
    expect(plaid.calls).not.toContain('accounts');
    lists('a', 'b');
    await sync({ added: [row('3', { account_id: 'b' })] });
    expect(plaid.calls).toContain('accounts');
    expect(await stored()).toEqual({ a: open('a'), b: open('b') });
  });

  it('are listed when a user asks for a sync, and when a reconcile is due: no webhook tells of a new name', async () => {
    lists('a');
    await sync({ added: [row('1', { account_id: 'a' })] });
    plaid.accounts = () => JSON.stringify({ accounts: [account('a', { name: 'Renamed' })] });
    await sync({ added: [] });
    expect(await stored()).toEqual({ a: open('a') });
    await refresh({ added: [] });
    expect(await stored()).toEqual({ a: { name: 'Renamed', closed: false } });
    plaid.accounts = () => JSON.stringify({ accounts: [account('a', { name: 'Again' })] });
    await syncOnce({ added: [] }, () =>
      engine.db('items').where({ id: itemId }).update({ next_sync_at: new Date() }),
    );
    expect(await stored()).toEqual({ a: { name: 'Again', closed: false } });
  });

  it('take their balances from the page that describes them', async () => {
    lists('a');
    await sync({ added: [row('1', { account_id: 'a' })] });
    const balances = { available: 1, current: 77.25, limit: null, unofficial_currency_code: 'BTC' };
    await sync({
      modified: [row('1', { account_id: 'a', amount: 9 })],
      accounts: [account('a', { balances })],
    });
    expect(plaid.calls).not.toContain('accounts');
    const [known] = await engine
      .db('accounts')
      .where('item_id', itemId)
      .select<Record<string, unknown>[]>('*');
    expect(known).toMatchObject({ balance_current: '77.25', currency: 'BTC', closed_at: null });
  });

  it('get a place of their own while Plaid does not list them, filled by the next list', async () => {
    plaid.accounts = () => {
      throw plaidFailure('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
    };
    await sync({ added: [row('1', { account_id: 'a' })] });
    expect(await stored()).toEqual({ a: { name: null, closed: false } });
    expect(await liveIds(engine, itemId)).toEqual(['1']);
    lists('a');
    await sync({ added: [row('2', { account_id: 'a' })] });
    expect(await stored()).toEqual({ a: open('a') });
  });

  it('are closed from the beginning when rows name them and the complete list does not', async () => {
    lists('a');
    await sync({ added: [row('1', { account_id: 'a' }), row('2', { account_id: 'withdrawn' })] });
    expect(await stored()).toEqual({ a: open('a'), withdrawn: { name: null, closed: true } });
    expect(await liveIds(engine, itemId)).toEqual(['1', '2']);
  });

  it('are closed when a complete list lacks them, and open again when one has them', async () => {
    lists('a', 'b');
    await sync({ added: [row('1', { account_id: 'a' }), row('2', { account_id: 'b' })] });
    lists('a', 'c');
    await sync({ added: [row('3', { account_id: 'c' })], accounts: [account('a'), account('b')] });
    expect(await stored()).toEqual({ a: open('a'), b: { name: 'Account b', closed: true }, c: open('c') });
    expect(await liveIds(engine, itemId)).toEqual(['1', '2', '3']);
    lists('a', 'b', 'c', 'd');
    await sync({ added: [row('4', { account_id: 'd' })] });
    expect((await stored())['b']).toEqual(open('b'));
  });

  it('are not closed by a page that does not mention them', async () => {
    lists('a', 'b');
    await sync({ added: [row('1', { account_id: 'a' })] });
    await sync({ added: [row('2', { account_id: 'a' })], accounts: [account('a')] });
    expect(await stored()).toEqual({ a: open('a'), b: open('b') });
  });

  it.each(['NEW_ACCOUNTS_AVAILABLE', 'USER_ACCOUNT_REVOKED'])(
    'are listed anew after %s',
    async (webhookCode) => {
      lists('a', 'b');
      await sync({ added: [row('1', { account_id: 'a' })] });
      lists('a');
      plaid.calls.length = 0;
      await webhook('ITEM', webhookCode);
      plaid.sync = () => ({ cursor: 'next' });
      await engine.settle(itemId);
      expect(plaid.calls).toEqual(['item', expect.stringMatching(/^sync:/), 'accounts']);
      expect((await stored())['b']!.closed).toBe(true);
    },
  );
});
