import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newReader, plaidError, readUpdate, startSimulator, type RunningSimulator } from './support/sdk.js';
import { expectTruth, followedItem, truthOf } from './support/incidents.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const ids = (rows: readonly { transaction_id: string }[]) => rows.map(({ transaction_id }) => transaction_id);

describe('incidents of transactions', () => {
  it.each(['removed_first', 'added_first'])('split a posting over two pages: %s', async (order) => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const told = await incident({ kind: 'split_posting', order });
    const pages = await read();
    expect(pages).toHaveLength(2);
    const [early, late] = order === 'removed_first' ? pages : [...pages].reverse();
    expect(ids(early?.removed ?? [])).toEqual([told['pending_transaction_id']]);
    expect(early?.added).toEqual([]);
    expect(late?.added).toMatchObject([
      { transaction_id: told['transaction_id'], pending_transaction_id: told['pending_transaction_id'] },
    ]);
    await expectTruth(simulator, itemId, reader);
    const fresh = newReader();
    await readUpdate(simulator.sdk, accessToken, fresh);
    await expectTruth(simulator, itemId, fresh);
  });

  it('split a posting also where nothing was pending', async () => {
    const { incident, read, reader, itemId } = await followedItem(simulator);
    await simulator.control('POST', `/items/${itemId}/post`, {});
    await read();
    const told = await incident({ kind: 'split_posting' });
    const pages = await read();
    expect(pages.map(({ added, removed }) => [ids(added), ids(removed)])).toEqual([
      [[told['pending_transaction_id']], []],
      [[], [told['pending_transaction_id']]],
      [[told['transaction_id']], []],
    ]);
    await expectTruth(simulator, itemId, reader);
  });

  it('add, modify and remove one id within one update, on one page or on three', async () => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const told = await incident({ kind: 'add_modify_remove', pages: 'one' });
    const id = told['transaction_id'];
    const page = await read();
    expect(page.map(({ added, modified, removed }) => [ids(added), ids(modified), ids(removed)])).toEqual([
      [[id], [id], [id]],
    ]);
    const { transaction_id: other } = await incident({ kind: 'add_modify_remove' });
    const pages = await read();
    expect(pages.map(({ added, modified, removed }) => [ids(added), ids(modified), ids(removed)])).toEqual([
      [[other], [], []],
      [[], [other], []],
      [[], [], [other]],
    ]);
    await expectTruth(simulator, itemId, reader);
    const fresh = newReader();
    await readUpdate(simulator.sdk, accessToken, fresh, 7);
    await expectTruth(simulator, itemId, fresh);
  });

  it('remove an id on one page and add it again on a later one', async () => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const told = await incident({ kind: 'remove_and_readd' });
    const before = reader.rows.get(String(told['transaction_id']));
    const pages = await read();
    expect(pages.map(({ added, removed }) => [ids(added), ids(removed)])).toEqual([
      [[], [told['transaction_id']]],
      [[told['transaction_id']], []],
    ]);
    expect(reader.rows.get(String(told['transaction_id']))).toEqual(before);
    await expectTruth(simulator, itemId, reader);
    const fresh = newReader();
    await readUpdate(simulator.sdk, accessToken, fresh);
    await expectTruth(simulator, itemId, fresh);
  });

  it('post with another amount, with no link, with a wrong link, or not at all', async () => {
    const { incident, read, reader, itemId } = await followedItem(simulator);
    const [tip, none, wrong, gone] = [
      await incident({ kind: 'post_other_amount', amount: '77.0000001' }),
      await incident({ kind: 'post_null_link' }),
      await incident({ kind: 'post_wrong_link' }),
      await incident({ kind: 'pending_vanishes' }),
    ].map((told) => told as Record<string, string>);
    await read();
    expect(reader.rows.get(tip?.['transaction_id'] ?? '')).toMatchObject({
      amount: 77.0000001,
      pending: false,
      pending_transaction_id: tip?.['pending_transaction_id'],
    });
    expect(reader.rows.get(none?.['transaction_id'] ?? '')?.pending_transaction_id).toBeNull();
    expect(reader.rows.get(wrong?.['transaction_id'] ?? '')?.pending_transaction_id).toBe(
      wrong?.['named_transaction_id'],
    );
    expect(wrong?.['named_transaction_id']).not.toBe(wrong?.['pending_transaction_id']);
    for (const told of [tip, none, wrong])
      expect(reader.rows.has(told?.['pending_transaction_id'] ?? '')).toBe(false);
    expect(reader.rows.has(gone?.['transaction_id'] ?? '')).toBe(false);
    await expectTruth(simulator, itemId, reader);
  });

  it('report identical rows as modified, and change ids', async () => {
    const { incident, read, reader, itemId } = await followedItem(simulator);
    const before = new Map(reader.rows);
    await incident({ kind: 'modified_flood', count: 40 });
    const [flood] = await read();
    expect(flood?.modified).toHaveLength(40);
    for (const row of flood?.modified ?? []) expect(row).toEqual(before.get(row.transaction_id));
    await incident({ kind: 'churn', count: 12 });
    const [churned] = await read();
    expect([churned?.removed.length, churned?.added.length]).toEqual([12, 12]);
    expect(reader.rows.size).toBe(before.size);
    await expectTruth(simulator, itemId, reader);
  });

  it('bring a long history, and one in two parts', async () => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const before = reader.rows.size;
    await incident({ kind: 'long_history', count: 2500, days: 400 });
    await read();
    expect(reader.rows.size).toBe(before + 2500);
    await incident({ kind: 'partial_history', count: 900, delay: '1m' });
    const [first] = await read();
    expect([first?.transactions_update_status, reader.rows.size]).toEqual([
      'INITIAL_UPDATE_COMPLETE',
      before + 2800,
    ]);
    const again = await simulator.control('POST', `/items/${itemId}/incidents`, { kind: 'partial_history' });
    expect(again.status).toBe(409);
    await simulator.advance('1m');
    const pages = await read();
    expect([pages.at(-1)?.transactions_update_status, reader.rows.size]).toEqual([
      'HISTORICAL_UPDATE_COMPLETE',
      before + 3400,
    ]);
    await expectTruth(simulator, itemId, reader);
    const fresh = newReader();
    await readUpdate(simulator.sdk, accessToken, fresh);
    await expectTruth(simulator, itemId, fresh);
  });

  it('bring strange rows, each as it is', async () => {
    const { incident, accessToken, itemId, reader } = await followedItem(simulator);
    const told = await incident({ kind: 'strange_rows' });
    const { data: text } = await simulator.sdk.transactionsSync(
      {
        access_token: accessToken,
        cursor: reader.cursor ?? '',
        options: { include_original_description: true },
      },
      { transformResponse: [(body: unknown) => body] },
    );
    const wire = text as unknown as string;
    for (const piece of [
      '"amount":0.1234567,',
      '"amount":123456789012345678.1234567,',
      '"amount":-99999999999999999999.99,',
      '"unofficial_currency_code":"BTC"',
      String.raw`"name":"Nul \u0000 byte"`,
      String.raw`"merchant_name":"Lone \ud800 surrogate"`,
      '"payment_channel":"telepathy"',
      '"flux_level":1.21',
    ])
      expect(wire).toContain(piece);
    const { transactions } = await truthOf(simulator, itemId);
    const strange = told['transaction_ids'] as Record<string, string>;
    const rowOf = (which: string) => transactions.find((row) => row.transaction_id === strange[which]);
    expect(rowOf('null_category')).toMatchObject({ personal_finance_category: null, merchant_name: null });
    expect(rowOf('no_category')).not.toHaveProperty('personal_finance_category');
    for (const field of ['name', 'category', 'category_id', 'transaction_type'])
      expect(rowOf('deprecated_absent')).not.toHaveProperty(field);
    const { changes } = await incident({ kind: 'strange_rows', which: ['crypto', 'long_text'] });
    expect(changes).toBe(2);
  });
});

describe('incidents of accounts', () => {
  it('add one, rename one, and take one away', async () => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const accounts = async () =>
      (await simulator.sdk.accountsGet({ access_token: accessToken })).data.accounts.map(
        ({ account_id, name }) => [account_id, name] as const,
      );
    const { account_id: added } = await incident({ kind: 'account_added', name: 'Piggy bank', rows: 4 });
    const [page] = await read();
    expect(page?.added.map(({ account_id }) => account_id)).toEqual([added, added, added, added]);
    expect(page?.accounts.map(({ name }) => name)).toEqual(['Piggy bank']);
    await incident({ kind: 'account_renamed', account_id: added, name: 'Pig' });
    expect(await accounts()).toContainEqual([added, 'Pig']);

    await incident({ kind: 'account_revoked', account_id: added });
    expect((await accounts()).map(([id]) => id)).not.toContain(added);
    await read();
    await expectTruth(simulator, itemId, reader);
    const kept = await truthOf(simulator, itemId);
    expect(kept.transactions.filter(({ account_id }) => account_id === added)).toHaveLength(4);
    expect(kept.item.revoked_accounts).toMatchObject([{ account_id: added, name: 'Pig' }]);
    const { account_id: second } = await incident({ kind: 'account_added', rows: 3 });
    await read();
    await incident({ kind: 'account_revoked', account_id: second, rows: 'removed' });
    const [removal] = await read();
    expect(removal?.removed).toHaveLength(3);
    await expectTruth(simulator, itemId, reader);
    const fresh = newReader();
    await readUpdate(simulator.sdk, accessToken, fresh);
    await expectTruth(simulator, itemId, fresh);
  });

  it.each(['modified', 'new_ids'])('change the ids of all accounts, rows %s', async (rows) => {
    const { incident, read, reader, itemId, accessToken } = await followedItem(simulator);
    const before = reader.rows.size;
    const old = (await truthOf(simulator, itemId)).item.accounts;
    const told = await incident({ kind: 'account_ids_changed', rows });
    expect(Object.keys(told['account_ids'] as object)).toEqual(old.map(({ account_id }) => account_id));
    await read();
    expect(reader.rows.size).toBe(before);
    await expectTruth(simulator, itemId, reader);
    const { data } = await simulator.sdk.accountsGet({ access_token: accessToken });
    const now = data.accounts.map(({ account_id }) => account_id);
    expect(now).toEqual(Object.values(told['account_ids'] as Record<string, string>));
    for (const row of reader.rows.values()) expect(now).toContain(row.account_id);
  });
});

describe('incidents of the Item', () => {
  it('break it with every error of Plaid, and repair it', async () => {
    const { incident, accessToken, itemId } = await followedItem(simulator);
    const { body } = await simulator.control<{
      kinds: { kind: string; params: { error_code?: { values?: string[] } } }[];
    }>('GET', '/faults/kinds');
    const codes = body.kinds.find(({ kind }) => kind === 'break')?.params.error_code?.values ?? [];
    expect(codes.length).toBeGreaterThan(40);
    // What is revoked stays so: test/simulator/items.
    for (const error_code of codes.filter((code) => code !== 'USER_PERMISSION_REVOKED')) {
      await incident({ kind: 'break', error_code });
      const failed = await plaidError(simulator.sdk.transactionsSync({ access_token: accessToken }));
      expect(failed.body).toMatchObject({ error_code });
      expect((await truthOf(simulator, itemId)).item.error).toMatchObject({ code: error_code });
      await incident({ kind: 'repair' });
    }
    expect((await simulator.control('POST', `/items/${itemId}/incidents`, { kind: 'repair' })).status).toBe(
      409,
    );
    expect((await truthOf(simulator, itemId)).item.error).toBeNull();
  });

  it('move it to another institution, with its login or without', async () => {
    const { incident, read, reader, accessToken, itemId } = await followedItem(simulator);
    const institution = async () => {
      const { data } = await simulator.sdk.itemGet({ access_token: accessToken });
      return [data.item.institution_id, data.item.institution_name, data.item.error?.error_code ?? null];
    };
    const told = await incident({ kind: 'institution_migrated', institution_id: 'ins_3', login: 'works' });
    expect(told).toMatchObject({ institution_id: 'ins_3', before: 'ins_109508' });
    expect(await institution()).toEqual(['ins_3', 'Chase', null]);
    // To the other one of the same name.
    await incident({ kind: 'institution_migrated' });
    expect(await institution()).toEqual(['ins_56', 'Chase', 'ITEM_LOGIN_REQUIRED']);
    await incident({ kind: 'repair' });
    await incident({ kind: 'refresh' });
    await read();
    await expectTruth(simulator, itemId, reader);
    for (const institution_id of ['ins_56', 'ins_0']) {
      const given = { kind: 'institution_migrated', institution_id };
      expect((await simulator.control('POST', `/items/${itemId}/incidents`, given)).status).toBe(400);
    }
  });

  it('are counted with the faults, and name what is wrong', async () => {
    const { incident, itemId } = await followedItem(simulator);
    const countOf = async () =>
      (await simulator.control<{ fired_by_kind: Record<string, number> }>('GET', '/faults')).body
        .fired_by_kind['churn'] ?? 0;
    const before = await countOf();
    await incident({ kind: 'churn' });
    expect(await countOf()).toBe(before + 1);
    const refused = async (given: object) => {
      const { status, body } = await simulator.control<{ error: { message: string } }>(
        'POST',
        `/items/${itemId}/incidents`,
        given,
      );
      return [status, body.error.message];
    };
    expect(await refused({ kind: 'earthquake' })).toEqual([400, expect.stringContaining('earthquake')]);
    expect(await refused({ kind: 'churn', counts: 1 })).toEqual([400, expect.stringContaining('counts')]);
    expect(await refused({ kind: 'split_posting', transaction_id: 'x' })).toEqual([
      400,
      expect.stringContaining('transaction_id'),
    ]);
    expect(await refused({ kind: 'post_other_amount', amount: 'much' })).toEqual([
      400,
      expect.stringContaining('amount'),
    ]);
    expect(await refused({ kind: 'strange_rows', which: ['boring'] })).toEqual([
      400,
      expect.stringContaining('boring'),
    ]);
    expect(await refused({ kind: 'notice', webhook_code: 'SYNC_UPDATES_AVAILABLE' })).toEqual([
      409,
      expect.stringContaining('webhook'),
    ]);
  });
});
