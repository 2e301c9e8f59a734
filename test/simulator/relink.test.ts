import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transaction } from 'plaid';
import { newReader, plaidError, readUpdate, startSimulator, type RunningSimulator } from './support/sdk.js';
import { expectTruth, truthOf, type ControlItem } from './support/incidents.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const created = async (options: object): Promise<ControlItem> =>
  (await simulator.control<{ item: ControlItem }>('POST', '/items', { ready: true, ...options })).body.item;

const relinked = async (itemId: string, options: object = {}): Promise<ControlItem> => {
  const { status, text, body } = await simulator.control<{ item: ControlItem }>(
    'POST',
    `/items/${itemId}/relink`,
    options,
  );
  expect([status, text]).toEqual([200, text]);
  return body.item;
};

const likeness = ({ date, amount, name, pending }: Transaction) => `${date} ${amount} ${name} ${pending}`;

const read = async (accessToken: string) => {
  const reader = newReader();
  await readUpdate(simulator.sdk, accessToken, reader);
  return reader;
};

describe('a relink', () => {
  it('is a new Item with new ids, the same accounts to look at and the same transactions', async () => {
    const old = await created({ institution_id: 'ins_56' });
    const copy = await relinked(old.item_id);
    expect(copy.item_id).not.toBe(old.item_id);
    expect(copy.relinked_from).toBe(old.item_id);
    expect((await simulator.sdk.transactionsSync({ access_token: copy.access_token })).data).toMatchObject({
      transactions_update_status: 'NOT_READY',
    });
    await simulator.advance('5s');
    const [before, after] = [await read(old.access_token), await read(copy.access_token)];
    expect([...after.rows.values()].map(likeness).sort()).toEqual(
      [...before.rows.values()].map(likeness).sort(),
    );
    expect([...after.rows.keys()].filter((id) => before.rows.has(id))).toEqual([]);
    await expectTruth(simulator, copy.item_id, after);
    const looks = ({ accounts }: ControlItem) =>
      accounts.map(({ name, mask, persistent_account_id }) => [name, mask, persistent_account_id]);
    expect(looks(copy)).toEqual(looks(old));
    expect(copy.accounts[0]?.persistent_account_id).toEqual(expect.any(String));
    const oldIds = old.accounts.map(({ account_id }) => account_id);
    expect(copy.accounts.filter(({ account_id }) => oldIds.includes(account_id))).toEqual([]);
    // Both go on living, each by itself.
    await simulator.control('POST', `/items/${copy.item_id}/refresh`);
    expect((await truthOf(simulator, old.item_id)).transactions).toHaveLength(before.rows.size);
  });

  it('has a history and transactions of its own choice, and ends the old Item if told so', async () => {
    const old = await created({ days_requested: 200 });
    const short = await relinked(old.item_id, { days_requested: 40, ready: true });
    const rows = (await truthOf(simulator, short.item_id)).transactions;
    expect(rows.map(({ date }) => date).sort()[0]).toBe('2026-10-15');
    const few = await relinked(old.item_id, { transactions: 25, ready: true, old: 'break' });
    expect((await truthOf(simulator, few.item_id)).transactions).toHaveLength(25);
    expect((await truthOf(simulator, old.item_id)).item.error).toMatchObject({ code: 'ITEM_LOGIN_REQUIRED' });
    await relinked(old.item_id, { old: 'remove' });
    expect((await truthOf(simulator, old.item_id)).item.removed_at).not.toBeNull();
    const call = simulator.sdk.itemGet({ access_token: old.access_token });
    expect((await plaidError(call)).body).toMatchObject({ error_code: 'ITEM_NOT_FOUND' });
    const again = await relinked(old.item_id, { ready: true });
    expect((await truthOf(simulator, again.item_id)).transactions.length).toBeGreaterThan(300);
  });
});
