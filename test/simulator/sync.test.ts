import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  linkItem,
  newReader,
  plaidError,
  readUpdate,
  startSimulator,
  type RunningSimulator,
} from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

/** An Item with its whole history there. */
const readyItem = async (options: Parameters<typeof linkItem>[1] = {}) => {
  const item = await linkItem(simulator, options);
  await simulator.advance('5s');
  return item;
};

describe('/transactions/sync', () => {
  it('goes from NOT_READY over the initial 108 rows to the whole history', async () => {
    const { sdk, advance } = simulator;
    const { accessToken } = await linkItem(simulator, { transactions: { days_requested: 90 } });
    const first = await sdk.transactionsSync({ access_token: accessToken });
    expect(first.data).toMatchObject({
      added: [],
      modified: [],
      removed: [],
      accounts: [],
      next_cursor: '',
      has_more: false,
      transactions_update_status: 'NOT_READY',
    });
    await advance('2s');
    const reader = newReader();
    const [initial] = await readUpdate(sdk, accessToken, reader);
    expect(initial?.transactions_update_status).toBe('INITIAL_UPDATE_COMPLETE');
    expect(initial?.added).toHaveLength(108);
    expect(initial?.accounts).toHaveLength(2);
    await advance('3s');
    const [historical] = await readUpdate(sdk, accessToken, reader);
    expect(historical?.transactions_update_status).toBe('HISTORICAL_UPDATE_COMPLETE');
    expect(historical?.added.length).toBeGreaterThan(200);
    const dates = [...reader.rows.values()].map(({ date }) => date).sort();
    expect([dates[0], dates.at(-1)]).toEqual(['2026-08-26', '2026-11-23']);
  });

  it('starts the pull itself when Transactions was not asked for in Link', async () => {
    const { sdk, advance } = simulator;
    const created = await sdk.sandboxPublicTokenCreate({
      institution_id: 'ins_109508',
      initial_products: ['auth' as never],
    });
    const { data } = await sdk.itemPublicTokenExchange({ public_token: created.data.public_token });
    await advance('1d');
    const call = { access_token: data.access_token, options: { days_requested: 40 } };
    expect((await sdk.transactionsSync(call)).data.transactions_update_status).toBe('NOT_READY');
    await advance('5s');
    const after = await sdk.transactionsSync({
      access_token: data.access_token,
      options: { days_requested: 700 },
    });
    expect(after.data.transactions_update_status).toBe('HISTORICAL_UPDATE_COMPLETE');
    // days_requested counts on the call that adds Transactions and on no other.
    expect(after.data.added.map(({ date }) => date).sort()[0]).toBe('2026-10-20');
  });

  it('serves pages of `count` updates and only the accounts on them', async () => {
    const { sdk } = simulator;
    const { accessToken } = await readyItem();
    const reader = newReader();
    const pages = await readUpdate(sdk, accessToken, reader, 50);
    expect(pages.slice(0, -1).every(({ added }) => added.length === 50)).toBe(true);
    const one = await sdk.transactionsSync({ access_token: accessToken, count: 1 });
    expect(one.data.accounts.map(({ account_id }) => account_id)).toEqual([one.data.added[0]?.account_id]);
    const unchanged = await sdk.transactionsSync({ access_token: accessToken, cursor: reader.cursor ?? '' });
    expect(unchanged.data).toMatchObject({
      added: [],
      modified: [],
      removed: [],
      accounts: [],
      has_more: false,
    });
    expect((await sdk.transactionsSync({ access_token: accessToken })).data.added).toHaveLength(100);
  });

  it('answers a mutation in the middle of a chain, and takes its first cursor again', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await readyItem();
    const first = await sdk.transactionsSync({ access_token: accessToken, count: 20 });
    await control('POST', `/items/${itemId}/transactions`, { amount: 5 });
    const failed = await plaidError(
      sdk.transactionsSync({ access_token: accessToken, cursor: first.data.next_cursor }),
    );
    expect(failed).toMatchObject({
      status: 400,
      body: {
        error_type: 'TRANSACTIONS_ERROR',
        error_code: 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION',
        error_message:
          'Underlying transaction data changed since last page was fetched. Please restart pagination from last update.',
      },
    });
    const reader = newReader();
    await readUpdate(sdk, accessToken, reader, 20);
    const stored = reader.cursor;
    await control('POST', `/items/${itemId}/transactions`, { amount: 6 });
    const next = await sdk.transactionsSync({ access_token: accessToken, cursor: stored ?? '' });
    expect(next.data.added.map(({ amount }) => amount)).toEqual([6]);
  });

  it('refuses the cursor of another Item or of another account filter', async () => {
    const { sdk } = simulator;
    const one = await readyItem();
    const other = await readyItem();
    const { data } = await sdk.transactionsSync({ access_token: one.accessToken });
    const expected = {
      status: 400,
      body: {
        error_type: 'INVALID_REQUEST',
        error_code: 'INVALID_FIELD',
        error_message: 'cursor not associated with access_token',
      },
    };
    const foreign = { access_token: other.accessToken, cursor: data.next_cursor };
    expect(await plaidError(sdk.transactionsSync(foreign))).toMatchObject(expected);
    const filtered = {
      access_token: one.accessToken,
      cursor: data.next_cursor,
      options: { account_id: data.accounts[0]?.account_id ?? '' },
    };
    expect(await plaidError(sdk.transactionsSync(filtered))).toMatchObject(expected);
    expect(await plaidError(sdk.transactionsSync({ ...foreign, cursor: 'garbage' }))).toMatchObject(expected);
  });

  it('keeps a stream of its own for each account', async () => {
    const { sdk } = simulator;
    const { accessToken } = await readyItem();
    const { data } = await sdk.accountsGet({ access_token: accessToken });
    const counts = await Promise.all(
      data.accounts.map(async ({ account_id }) => {
        const page = await sdk.transactionsSync({
          access_token: accessToken,
          count: 500,
          options: { account_id },
        });
        expect(page.data.added.every((row) => row.account_id === account_id)).toBe(true);
        return page.data.added.length;
      }),
    );
    const reader = newReader();
    await readUpdate(sdk, accessToken, reader);
    expect(counts.reduce((sum, count) => sum + count)).toBe(reader.rows.size);
    const unknown = sdk.transactionsSync({ access_token: accessToken, options: { account_id: 'nobody' } });
    expect((await plaidError(unknown)).body).toMatchObject({ error_code: 'INVALID_ACCOUNT_ID' });
  });

  it('gives "now" a cursor and no updates', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await readyItem();
    const now = await sdk.transactionsSync({ access_token: accessToken, cursor: 'now' });
    expect(now.data).toMatchObject({ added: [], modified: [], removed: [], has_more: false });
    await control('POST', `/items/${itemId}/transactions`, { amount: 7 });
    const next = await sdk.transactionsSync({ access_token: accessToken, cursor: now.data.next_cursor });
    expect(next.data.added).toHaveLength(1);
  });

  it('shows original_description only to those who ask', async () => {
    const { sdk } = simulator;
    const { accessToken } = await readyItem();
    const plain = await sdk.transactionsSync({ access_token: accessToken, count: 1 });
    expect(plain.data.added[0]).not.toHaveProperty('original_description');
    const asked = await sdk.transactionsSync({
      access_token: accessToken,
      count: 1,
      options: { include_original_description: true },
    });
    expect(asked.data.added[0]?.original_description).toEqual(expect.any(String));
  });

  it('sends an amount beyond double precision digit by digit', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await readyItem();
    const amount = '123456789012345678.1234567';
    await control('POST', `/items/${itemId}/transactions`, { amount, name: 'Very large' });
    const { data } = await sdk.transactionsSync(
      { access_token: accessToken, count: 500 },
      { transformResponse: [(text: unknown) => text] },
    );
    expect(data as unknown as string).toContain(`"amount":${amount},`);
    expect((await control('GET', `/items/${itemId}`)).text).toContain(`"amount":${amount},`);
  });

  it('gives two Items of one user no id in common, and one seed the same data', async () => {
    const { sdk } = simulator;
    const [one, other] = [await readyItem(), await readyItem()];
    const [a, b] = [newReader(), newReader()];
    await readUpdate(sdk, one.accessToken, a);
    await readUpdate(sdk, other.accessToken, b);
    expect([...a.rows.keys()].filter((id) => b.rows.has(id))).toEqual([]);

    const [first, second] = [await startSimulator(), await startSimulator()];
    const readers = await Promise.all(
      [first, second].map(async (running) => {
        const { accessToken } = await linkItem(running);
        await running.advance('5s');
        const reader = newReader();
        await readUpdate(running.sdk, accessToken, reader);
        return [...reader.rows.values()];
      }),
    );
    await Promise.all([first.close(), second.close()]);
    expect(readers[0]).toEqual(readers[1]);
  });
});
