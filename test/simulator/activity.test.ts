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

const readyItem = async (options: Parameters<typeof linkItem>[1] = {}) => {
  const item = await linkItem(simulator, options);
  await simulator.advance('5s');
  const reader = newReader();
  await readUpdate(simulator.sdk, item.accessToken, reader);
  return { ...item, reader };
};

interface Row {
  transaction_id: string;
  account_id: string;
  amount: number;
  pending: boolean;
  pending_transaction_id: string | null;
}

describe('/transactions/refresh', () => {
  it('posts what was pending, brings new pendings and raises one amount by 1.00', async () => {
    const { sdk } = simulator;
    const { accessToken, reader } = await readyItem();
    const before = new Map(reader.rows);
    const pendings = [...before.values()].filter(({ pending }) => pending);
    expect(pendings.length).toBeGreaterThan(0);
    await sdk.transactionsRefresh({ access_token: accessToken });
    const [page] = await readUpdate(sdk, accessToken, reader);
    expect(page?.removed.map(({ transaction_id }) => transaction_id).sort()).toEqual(
      pendings.map(({ transaction_id }) => transaction_id).sort(),
    );
    const posted = page?.added.filter(({ pending }) => !pending) ?? [];
    expect(posted.map(({ pending_transaction_id }) => pending_transaction_id).sort()).toEqual(
      pendings.map(({ transaction_id }) => transaction_id).sort(),
    );
    expect(page?.added.some(({ pending }) => pending)).toBe(true);
    const [changed] = page?.modified ?? [];
    expect(page?.modified).toHaveLength(1);
    expect((changed?.amount ?? 0) - (before.get(changed?.transaction_id ?? '')?.amount ?? 0)).toBeCloseTo(
      1,
      7,
    );
  });

  it('brings nothing for user_good, whose data is static', async () => {
    const { sdk } = simulator;
    const { accessToken, reader } = await readyItem({
      override_username: 'user_good',
      override_password: 'pass_good',
    });
    expect(reader.rows.size).toBe(45);
    await sdk.transactionsRefresh({ access_token: accessToken });
    const [page] = await readUpdate(sdk, accessToken, reader);
    expect(page).toMatchObject({ added: [], modified: [], removed: [] });
  });
});

describe('/sandbox/transactions/create', () => {
  const row = {
    date_transacted: '2026-11-20',
    date_posted: '2026-11-21',
    amount: 12.34,
    description: 'Starbucks #1',
  };

  it('adds rows to the deposit account and acts like a refresh', async () => {
    const { sdk } = simulator;
    const { accessToken, reader } = await readyItem();
    const { data } = await sdk.accountsGet({ access_token: accessToken });
    await sdk.sandboxTransactionsCreate({
      access_token: accessToken,
      transactions: [row, { ...row, amount: 1 }],
    });
    const [page] = await readUpdate(sdk, accessToken, reader);
    const created = page?.added.filter(({ date }) => date === '2026-11-21') ?? [];
    const checking = data.accounts.find(({ type }) => String(type) === 'depository')?.account_id;
    expect(
      created.slice(0, 2).map(({ amount, account_id, pending }) => [amount, account_id, pending]),
    ).toEqual([
      [12.34, checking, false],
      [1, checking, false],
    ]);
    expect(page?.removed.length).toBeGreaterThan(0);
  });

  it('holds the rules of its dates, its number and its user', async () => {
    const { sdk } = simulator;
    const { accessToken } = await readyItem();
    const create = (transactions: (typeof row)[], token = accessToken) =>
      plaidError(sdk.sandboxTransactionsCreate({ access_token: token, transactions }));
    const dates =
      'Transaction and posted dates must be within the last 14 days. The posted date cannot be before the transaction date.';
    for (const wrong of [
      { date_transacted: '2026-11-22' },
      { date_posted: '2026-11-24' },
      { date_transacted: '2026-11-08' },
      { date_transacted: 'yesterday' },
    ])
      expect(await create([{ ...row, ...wrong }])).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_FIELD', error_message: dates },
      });
    expect((await create(Array.from({ length: 11 }, () => row))).body).toMatchObject({
      error_message: 'The request contains too many transactions.',
    });
    const good = await readyItem({ override_username: 'user_good', override_password: 'pass_good' });
    expect((await create([row], good.accessToken)).body).toMatchObject({ error_code: 'INVALID_FIELD' });
  });
});

describe('custom users', () => {
  it('have what their configuration says; future postings stay pending until their date', async () => {
    const { sdk, advance } = simulator;
    const password = JSON.stringify({
      override_accounts: [
        {
          type: 'depository',
          subtype: 'savings',
          starting_balance: 1234.5,
          currency: 'EUR',
          meta: { name: 'Nest egg', mask: '9876' },
          transactions: [
            {
              date_transacted: '2026-11-20',
              date_posted: '2026-11-21',
              amount: -100.01,
              description: 'Refund',
              currency: 'EUR',
            },
            {
              date_transacted: '2026-11-23',
              date_posted: '2026-11-25',
              amount: 20,
              description: 'Hotel',
              currency: 'EUR',
            },
            {
              date_transacted: '2026-09-01',
              date_posted: '2026-09-02',
              amount: 3,
              description: 'Old',
              currency: 'EUR',
            },
          ],
        },
      ],
    });
    const { accessToken, reader } = await readyItem({
      override_username: 'user_custom',
      override_password: password,
    });
    const { data } = await sdk.accountsGet({ access_token: accessToken });
    expect(data.accounts).toMatchObject([
      {
        name: 'Nest egg',
        mask: '9876',
        subtype: 'savings',
        balances: { current: 1234.5, iso_currency_code: 'EUR' },
      },
    ]);
    expect([...reader.rows.values()].map(({ amount, pending }) => [amount, pending])).toEqual([
      [-100.01, false],
      [20, true],
      [3, false],
    ]);
    await advance('2d');
    const [page] = await readUpdate(sdk, accessToken, reader);
    expect(page?.removed).toHaveLength(1);
    expect(page?.added).toMatchObject([{ amount: 20, pending: false, date: '2026-11-25' }]);
  });

  it('name what is wrong in a configuration', async () => {
    const create = (override_password: string) =>
      plaidError(linkItem(simulator, { override_username: 'user_custom', override_password }));
    expect((await create('{')).body).toMatchObject({ error_code: 'INVALID_FIELD' });
    const wrong = { override_accounts: [{ transactions: [{ date_transacted: '2026-02-30' }] }] };
    expect((await create(JSON.stringify(wrong))).body['error_message']).toContain('transactions[0]');
  });
});

describe('the control API', () => {
  it('spends, posts with another amount, modifies and removes', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId, reader } = await readyItem();
    const path = `/items/${itemId}/transactions`;
    const spent = await control<{ transactions: Row[] }>('POST', path, {
      amount: '25.5',
      name: 'Dinner',
      pending: true,
    });
    const id = spent.body.transactions[0]?.transaction_id ?? '';
    await readUpdate(sdk, accessToken, reader);
    expect(reader.rows.get(id)).toMatchObject({ amount: 25.5, name: 'Dinner', pending: true });

    const posted = await control<{ transactions: Row[] }>('POST', `/items/${itemId}/post`, {
      transaction_ids: [id],
      amount: '30',
    });
    const postedId = posted.body.transactions[0]?.transaction_id ?? '';
    await readUpdate(sdk, accessToken, reader);
    expect(reader.rows.has(id)).toBe(false);
    expect(reader.rows.get(postedId)).toMatchObject({
      amount: 30,
      pending: false,
      pending_transaction_id: id,
    });

    await control('PATCH', `${path}/${postedId}`, { amount: '31', fields: { merchant_name: 'Luigi' } });
    await readUpdate(sdk, accessToken, reader);
    expect(reader.rows.get(postedId)).toMatchObject({ amount: 31, merchant_name: 'Luigi' });

    await control('DELETE', `${path}/${postedId}`);
    await readUpdate(sdk, accessToken, reader);
    expect(reader.rows.has(postedId)).toBe(false);
    const log = await control<{ log: { op: string }[] }>(
      'GET',
      `/items/${itemId}/log?transaction_id=${postedId}`,
    );
    expect(log.body.log.map(({ op }) => op)).toEqual(['added', 'modified', 'removed']);
  });

  it('names what is wrong with a request', async () => {
    const { control } = simulator;
    const { itemId } = await readyItem();
    const attempt = async (method: string, path: string, body?: object) => {
      const { status, body: answer } = await control<{ error: { message: string } }>(method, path, body);
      return [status, answer.error.message];
    };
    const path = `/items/${itemId}/transactions`;
    expect(await attempt('POST', path, { amount: '1e5' })).toEqual([400, expect.stringContaining('amount')]);
    expect(await attempt('POST', path, { amonut: 1 })).toEqual([400, expect.stringContaining('amonut')]);
    expect(await attempt('POST', path, { date: 'soon' })).toEqual([400, expect.stringContaining('date')]);
    expect(await attempt('POST', path, { account_id: 'x' })).toEqual([
      400,
      expect.stringContaining('account_id'),
    ]);
    expect(await attempt('POST', path, { fields: { amount: 1 } })).toEqual([
      400,
      expect.stringContaining('fields.amount'),
    ]);
    expect(await attempt('PATCH', `${path}/none`, {})).toEqual([404, expect.stringContaining('none')]);
    expect(await attempt('GET', '/items/none')).toEqual([404, expect.stringContaining('none')]);
    expect(await attempt('POST', '/clock/advance', { by: 'a week' })).toEqual([
      400,
      expect.stringContaining('by'),
    ]);
    expect(await attempt('GET', '/nothing')).toEqual([404, expect.any(String)]);
  });
});
