import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkItem, startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  createScriptedPlaid,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { liveIds, storedTransactions } from '../support/stored.js';

let simulator: RunningSimulator;
let real: TestEngine;
let plaid: ScriptedPlaid;
let engine: TestEngine;

beforeAll(async () => {
  simulator = await startSimulator();
  real = await createTestEngine({ baseUrl: simulator.url });
  plaid = createScriptedPlaid('item');
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(async () => {
  await engine.close();
  await real.close();
  await simulator.close();
});

const linkNew = async (): Promise<string> => {
  const itemId = `item-${randomUUID()}`;
  plaid.itemId = itemId;
  return (await engine.link({ itemId, accessToken: 'access-test' })).link.id;
};

describe('money (invariant I9)', () => {
  it.each(['123456789012345678.1234567', '0.1', '-0.0000001', '1234567.50', '99999999999999999999999999'])(
    'of %s is the same from the bytes of Plaid to PostgreSQL',
    async (amount) => {
      const { accessToken, itemId } = await linkItem(simulator);
      await simulator.sdk.transactionsSync({ access_token: accessToken });
      await simulator.advance('1h');
      await simulator.control('POST', `/items/${itemId}/transactions`, {
        amount,
        name: 'Exact',
        silent: true,
      });
      const { link } = await real.link({ itemId, accessToken });
      await real.settle(link.id);
      const stored = (await storedTransactions(real, link.id)).find((each) => each.description === 'Exact');
      expect(stored?.amount).toBe(amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
      expect(stored?.plaid).toContain(`"amount": ${amount}`);
      expect(stored?.bytes).toBeNull();
    },
  );

  it('of balances is the same, from a page and from the list of accounts', async () => {
    const balances =
      '{"available":-0.10,"current":123456789012345678.1234567,"limit":5000000000000000000.01}';
    const itemId = await linkNew();
    plaid.accounts = () => `{"accounts":[{"account_id":"account","balances":${balances}}]}`;
    plaid.sync = () => ({ added: [row('a')], cursor: '1' });
    await engine.settle(itemId);
    const [stored] = await engine
      .db('accounts')
      .where('item_id', itemId)
      .select<Record<string, string>[]>('balance_available', 'balance_current', 'balance_limit');
    expect(stored).toEqual({
      balance_available: '-0.10',
      balance_current: '123456789012345678.1234567',
      balance_limit: '5000000000000000000.01',
    });
  });
});

interface Strange {
  what: string;
  /** Fields of the row, as JSON text. */
  fields: string;
  expected: Record<string, unknown>;
  /** jsonb cannot hold it: the row's own text is kept. */
  keeps?: boolean;
}

const STRANGE: Strange[] = [
  { what: 'a NUL', fields: '"name":"a\\u0000b"', expected: { description: 'a\ufffdb' }, keeps: true },
  { what: 'a lone surrogate', fields: '"name":"\\ud800"', expected: { description: '\ufffd' }, keeps: true },
  { what: 'a pair of surrogates', fields: '"name":"\\ud83d\\ude00"', expected: { description: '😀' } },
  {
    what: 'doubled keys',
    fields: '"name":"first","name":"\\u0000"',
    expected: { description: '\ufffd' },
    keeps: true,
  },
  { what: 'a huge amount', fields: '"amount":1e999999', expected: { amount: null }, keeps: true },
  { what: 'a tiny amount', fields: '"amount":1e-999999', expected: { amount: null }, keeps: true },
  {
    what: 'an amount beyond doubles',
    fields: '"amount":1e400',
    expected: { amount: `-1${'0'.repeat(400)}` },
  },
  { what: 'no amount', fields: '"amount":null', expected: { amount: null } },
  { what: 'an amount as text', fields: '"amount":"12.50"', expected: { amount: null } },
  { what: 'an amount that is an object', fields: '"amount":{"value":1}', expected: { amount: null } },
  { what: 'a date that is none', fields: '"date":"2026-02-31"', expected: { date: null } },
  { what: 'a date without meaning', fields: '"date":"soon"', expected: { date: null } },
  { what: 'a date as a number', fields: '"date":20261101', expected: { date: null } },
  { what: 'the year 0', fields: '"date":"0000-01-01"', expected: { date: null } },
  { what: 'a leap day', fields: '"date":"2028-02-29"', expected: { date: '2028-02-29' } },
  { what: 'no leap day', fields: '"authorized_date":"2027-02-29"', expected: { authorized_date: null } },
  {
    what: 'a time that is none',
    fields: '"datetime":"2026-11-01T25:00:00Z"',
    expected: { occurred_at: null },
  },
  { what: 'a time of no date', fields: '"datetime":"2026-02-30T10:00:00Z"', expected: { occurred_at: null } },
  {
    what: 'a time',
    fields: '"datetime":"2026-11-01T10:00:00.5+01:00"',
    expected: { occurred_at: new Date('2026-11-01T09:00:00.500Z') },
  },
  { what: 'no account', fields: '"account_id":null', expected: { account_id: null } },
  { what: 'a pending that is no boolean', fields: '"pending":"yes"', expected: { pending: false } },
  {
    what: 'nothing but an id',
    fields: '',
    expected: { amount: null, date: null, pending: null, description: null },
  },
  { what: 'a name that is an object', fields: '"name":{"x":[1]}', expected: { description: '{"x": [1]}' } },
];

const strangeRow = (id: string, { fields }: Strange): string =>
  `{"transaction_id":"${id}"${fields === '' ? '' : `,${fields}`}}`;

describe('a strange row', () => {
  it.each([
    ['in a single page', false],
    ['in a staged update', true],
  ])('never blocks an Item, %s', async (_, staged) => {
    const itemId = await linkNew();
    const rows = STRANGE.map((each, index) => strangeRow(`s${index}`, each));
    plaid.sync = (cursor): ScriptedPage =>
      staged && cursor === null
        ? { added: [row('first'), ...rows.slice(0, 9)], cursor: 'more', hasMore: true }
        : staged
          ? { modified: [...rows.slice(9), row('last')], cursor: '1' }
          : { added: [row('first'), ...rows, row('last')], cursor: '1' };
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    const stored = new Map(
      (await storedTransactions(engine, itemId)).map((each) => [each.reference_id, each]),
    );
    expect(stored.size).toBe(STRANGE.length + 2);
    STRANGE.forEach((each, index) => {
      const found = stored.get(`s${index}`)!;
      expect(found, each.what).toMatchObject(each.expected);
      if (each.keeps)
        expect(JSON.parse(found.bytes!), each.what).toEqual(JSON.parse(strangeRow(`s${index}`, each)));
      else expect(found.bytes, each.what).toBeNull();
    });
    expect(stored.get('first')!.amount).toBe('-1.5');

    // The same again is no change; a change beyond jsonb's reach is one.
    const versions = async () => (await storedTransactions(engine, itemId)).map(({ version }) => version);
    await engine.links.requestSync(itemId);
    plaid.sync = () => ({ modified: rows, cursor: '2' });
    await engine.settle(itemId);
    expect(new Set(await versions())).toEqual(new Set([1]));
    await engine.links.requestSync(itemId);
    plaid.sync = () => ({ modified: ['{"transaction_id":"s0","name":"a\\ud801b"}'], cursor: '3' });
    await engine.settle(itemId);
    expect((await versions()).filter((version) => version === 2)).toHaveLength(1);
  });

  it.each([
    ['in a single page', false],
    ['in a staged update', true],
  ])('is found again by an id that jsonb cannot hold, %s', async (_, staged) => {
    const itemId = await linkNew();
    const pages = (page: ScriptedPage): ScriptedPage =>
      staged ? { ...page, cursor: 'more', hasMore: true } : page;
    const rows = ['{"transaction_id":"x\\u0000","account_id":"\\ud800"}', '{"transaction_id":"x\\udfff"}'];
    plaid.accounts = () => '{"accounts":[{"account_id":"\\udc00"}]}';
    plaid.sync = (cursor) => (cursor === 'more' ? { cursor: '1' } : pages({ added: rows, cursor: '1' }));
    await engine.settle(itemId);
    expect(await liveIds(engine, itemId)).toEqual(['x\ufffd']);
    await engine.links.requestSync(itemId);
    plaid.sync = (cursor) =>
      cursor === 'more' ? { cursor: '2' } : pages({ removed: ['x\ud800'], cursor: '2' });
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toEqual([]);
  });
});

describe('strange accounts', () => {
  it.each([
    ['a list that is null', '{"accounts":null}'],
    ['one without an id', '{"accounts":[{"name":"x"},{"account_id":"b","balances":null}]}'],
    [
      'balances beyond reason',
      '{"accounts":[{"account_id":"b","balances":{"current":1e999999,"limit":"x"}}]}',
    ],
  ])('never block an Item: %s', async (_, accounts) => {
    const itemId = await linkNew();
    const body = (cursor: string, hasMore: boolean) =>
      `{"added":[{"transaction_id":"${cursor}","account_id":"b"}],"modified":[],"removed":[],"next_cursor":"${cursor}",` +
      `"has_more":${hasMore},${accounts.slice(1)}`;
    plaid.accounts = () => '{"accounts":[{"account_id":"b"}]}';
    plaid.sync = (cursor) => body(cursor === null ? '1' : '2', cursor === null);
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toEqual(['1', '2']);
  });
});
