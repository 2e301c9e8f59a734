import { isLosslessNumber, parse } from 'lossless-json';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { dataSourcesAnswer } from '../../src/api/data-sources/schema.js';
import type {
  enrichedTransactionsAnswer,
  transactionAnswer,
  transactionsAnswer,
} from '../../src/api/transactions/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi, type TestAnswer } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

type Flat = z.output<typeof transactionsAnswer>;
type Nested = z.output<typeof enrichedTransactionsAnswer>;
type One = z.output<typeof transactionAnswer>;
type DataSources = z.output<typeof dataSourcesAnswer>;

const EXACT = '123456789012345678.1234567';

let api: TestApi;
let item: TestItem;
let ids: string[];

beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.deps;
  const integrationId = await putIntegration(api.deps, api.organizationId);
  item = await putItem(db, { organizationId: api.organizationId, integrationId, endUserId: 'acme' });
  const other = await putItem(db, {
    organizationId: api.organizationId,
    integrationId,
    endUserId: 'jane',
  });
  await db('end_users').where({ id: item.endUserRowId }).update({ name: 'Acme Ltd' });
  ids = await putTransactions(db, item, [
    {
      referenceId: 'a',
      amount: EXACT,
      date: '2026-01-10',
      plaid: `{"transaction_id":"a","amount":-${EXACT},"personal_finance_category":{"primary":"INCOME","detailed":"INCOME_WAGES"}}`,
    },
    {
      referenceId: 'b',
      amount: '-4.10',
      date: '2026-01-11',
      occurredAt: '2026-01-11T23:30:00Z',
      description: 'Blue 100% Bottle',
      merchantName: 'Blue Bottle',
    },
    {
      referenceId: 'c',
      amount: '-20',
      date: '2026-01-12',
      pending: true,
      removedAt: '2026-01-13T00:00:00Z',
    },
    { referenceId: 'd', amount: '-21.00', date: '2026-01-13', pendingReferenceId: 'c' },
    {
      referenceId: 'e',
      amount: '0',
      accountId: 'acc-9',
      date: '2026-01-14',
      plaid: '{"transaction_id":"e","name":"x�"}',
      plaidBytes: Buffer.from('{"transaction_id":"e","name":"x\\u0000"}'),
    },
  ]);
  await putTransactions(db, other, [{ referenceId: 'z', amount: '7', date: '2026-02-01' }]);
});

afterAll(() => api?.close());

const flat = (query = ''): Promise<TestAnswer<Flat>> => api.call<Flat>('GET', `/api/transactions${query}`);
const references = async (query: string): Promise<string[]> =>
  (await flat(query)).json.transactions.map((row) => row.reference_id);

describe('GET /api/transactions', () => {
  it('lists the flat shape over all end users, without what was removed', async () => {
    const { status, json } = await flat();
    expect(status).toBe(200);
    expect(json._meta).toEqual({ page: 1, pages: 1, per_page: 1000, next_url: null, prev_url: null });
    expect(json._summary).toEqual({ transactions: 5, returned_transactions: 5 });
    expect(json.transactions.find((row) => row.reference_id === 'b')).toMatchObject({
      heron_id: toPublicId('transaction', ids[1]!),
      end_user_id: 'acme',
      end_user_name: 'Acme Ltd',
      account_number: '0000',
      amount: -4.1,
      timestamp: '2026-01-11T23:30:00.000Z',
      merchant_name: 'Blue Bottle',
      item_id: item.plaidItemId,
      pending: false,
      removed_at: null,
      categories: [],
    });
  });

  it('pages, with links that keep the query', async () => {
    const first = await flat('?limit=2&order_by=timestamp_desc&end_user_id=acme');
    expect(first.json.transactions.map((row) => row.reference_id)).toEqual(['e', 'd']);
    expect(first.json._meta.next_url).toBe(
      '/api/transactions?limit=2&order_by=timestamp_desc&end_user_id=acme&page=2',
    );
    const second = await api.call<Flat>('GET', first.json._meta.next_url!);
    expect(second.json.transactions.map((row) => row.reference_id)).toEqual(['b', 'a']);
    expect(second.json._meta.next_url).toBeNull();
    expect(second.json._meta.prev_url).toContain('page=1');
  });

  it.each([
    ['?min_amount=0&max_amount=10', ['e', 'z']],
    [`?min_amount=${EXACT}`, ['a']],
    ['?min_amount=123456789012345678.1234568', []],
    ['?description_keyword=100%25', ['b']],
    ['?description_keyword=BLUE', ['b']],
    ['?description_regex=^Blue.*e$', ['b']],
    ['?merchant_name=blue%20bottle', ['b']],
    ['?timestamp_date_min=2026-01-11&timestamp_date_max=2026-01-13', ['b', 'd']],
    ['?from_date=2026-01-13&to_date=2026-01-14', ['d', 'e']],
    ['?created_date_min=2020-01-01&created_date_max=2020-01-02', []],
    ['?last_updated_min=2099-01-01T00:00:00Z', []],
    ['?last_updated_min=2020-01-01&account_ids=acc-9', ['e']],
    ['?account_ids[]=acc-9&account_ids[]=acc-7', ['e']],
    ['?account_ids=acc-1,acc-9&end_user_id=jane', ['z']],
    ['?reference_id=d', ['d']],
    ['?pending=true&include_removed=true', ['c']],
    // Well-formed, of no row.
    ['?heron_id=txn_1111111111111111111111', []],
    ['?order_by=abs_amount_desc&end_user_id=acme', ['a', 'd', 'b', 'e']],
    ['?order_by=amount_asc&end_user_id=acme', ['d', 'b', 'e', 'a']],
  ])('filters %s', async (query, expected) => {
    const found = await references(query);
    expect(query.includes('order_by') ? found : found.sort()).toEqual(expected);
  });

  it('finds a row by its heron_id and by its Item', async () => {
    expect(await references(`?heron_id=${toPublicId('transaction', ids[3]!)}`)).toEqual(['d']);
    expect((await references(`?item_id=${item.plaidItemId}`)).length).toBe(4);
  });

  it('takes a last_updated that it gave as the lower bound of the next read', async () => {
    const [row] = (await flat('?reference_id=z')).json.transactions;
    expect(await references(`?last_updated_min=${row!.last_updated}`)).toEqual(['z']);
  });

  it('shows removed rows when asked, with what they became', async () => {
    const { json } = await flat('?include_removed=true&reference_id=c');
    expect(json.transactions[0]).toMatchObject({
      removed_at: '2026-01-13T00:00:00.000Z',
      posted_reference_id: 'd',
    });
  });

  it.each([
    ['?category_heron_id=ctg_x', 'category_heron_id'],
    ['?confidence_min=0.5', 'confidence_min'],
    ['?heron_id=q', 'heron_id'],
    ['?heron_id=', 'heron_id'],
    // Of another kind.
    ['?heron_id=eus_1111111111111111111111', 'heron_id'],
    ['?limit=10001', 'limit'],
    ['?page=0', 'page'],
    ['?order_by=confidence_desc', 'order_by'],
    ['?last_updated_min=yesterday', 'last_updated_min'],
    // Well-formed, and too much for PostgreSQL.
    ['?last_updated_min=2026-01-01T00:00:00%2B16:00', 'last_updated_min'],
    ['?created_date_min=0000-01-01', 'created_date_min'],
    ['?min_amount=1e9', 'min_amount'],
    ['?description_regex=(', 'description_regex'],
    ['?description_keyword=%00', 'description_keyword'],
    ['?ordering=amount', 'ordering'],
    ['?limit=1&limit=2', 'limit'],
  ])('refuses %s by name', async (query, field) => {
    const { status, json } = await api.call('GET', `/api/transactions${query}`);
    expect(status).toBe(422);
    expect(Object.keys(json.description.query)).toEqual([field]);
  });

  it('is empty for another organisation, whose end users are unknown here', async () => {
    const foreign = await api.call<Flat>('GET', '/api/transactions', { key: api.foreignKey });
    expect(foreign.json.transactions).toEqual([]);
    const { status } = await api.call('GET', '/api/transactions?end_user_id=acme', {
      key: api.foreignKey,
    });
    expect(status).toBe(404);
    const byReference = await api.call<Flat>('GET', '/api/transactions?reference_id=a', {
      key: api.foreignKey,
    });
    expect(byReference.json.transactions).toEqual([]);
    const byItem = await api.call<Flat>('GET', `/api/transactions?item_id=${item.plaidItemId}`, {
      key: api.foreignKey,
    });
    expect(byItem.json.transactions).toEqual([]);
  });

  it('needs a key', async () => {
    expect((await api.call('GET', '/api/transactions', { key: null })).status).toBe(401);
  });
});

describe('GET /api/end_users/{id}/transactions', () => {
  it('lists the nested shape of one end user and knows whether there is more', async () => {
    const { status, json } = await api.call<Nested>('GET', '/api/end_users/acme/transactions?per_page=3');
    expect(status).toBe(200);
    expect(json._meta).toEqual({
      num_results: 3,
      page: 1,
      per_page: 3,
      next_url: '/api/end_users/acme/transactions?per_page=3&page=2',
      prev_url: null,
    });
    expect(json.transactions_enriched[0]).toHaveProperty('annotation.annotator.context', 'undetermined');
    const second = await api.call<Nested>('GET', json._meta.next_url!);
    expect(second.json._meta).toMatchObject({ num_results: 1, next_url: null });
  });

  it('takes the heron id too, and answers 404 to others', async () => {
    const heronId = toPublicId('endUser', item.endUserRowId);
    const path = `/api/end_users/${heronId}/transactions`;
    expect((await api.call<Nested>('GET', path)).json.transactions_enriched.length).toBe(4);
    expect((await api.call('GET', path, { key: api.foreignKey })).status).toBe(404);
    expect((await api.call('GET', '/api/end_users/nobody/transactions')).status).toBe(404);
    expect((await api.call('GET', path, { key: null })).status).toBe(401);
  });
});

describe('GET /api/transactions/{id}', () => {
  it('finds it by reference_id and by heron id, removed ones too', async () => {
    const byReference = await api.call<One>('GET', '/api/transactions/b');
    expect(byReference.json.transaction_enriched.heron_id).toBe(toPublicId('transaction', ids[1]!));
    const byId = await api.call<One>('GET', `/api/transactions/${toPublicId('transaction', ids[2]!)}`);
    expect(byId.json.transaction_enriched).toMatchObject({ reference_id: 'c', posted_reference_id: 'd' });
  });

  it('answers 404 to unknown and foreign ones', async () => {
    const foreign = { key: api.foreignKey };
    for (const [path, request] of [
      ['/api/transactions/nope', {}],
      ['/api/transactions/b', foreign],
      [`/api/transactions/${toPublicId('transaction', ids[1]!)}`, foreign],
    ] as const) {
      const { status, json } = await api.call('GET', path, request);
      expect([status, json.error]).toEqual([404, 'transaction.not_found']);
    }
  });
});

describe('exact money (I9)', () => {
  it.each([
    '/api/transactions?reference_id=a&include=plaid',
    '/api/end_users/acme/transactions?reference_id=a&include=plaid',
    '/api/transactions/a?include=plaid',
    '/api/transactions/changes?include=plaid',
  ])('leaves %s digit for digit, in the row and in the object of Plaid', async (path) => {
    const { text } = await api.call('GET', path);
    expect(text).toContain(`"amount":${EXACT}`);
    expect(text).toMatch(new RegExp(`"amount":\\s*-${EXACT.replace('.', '\\.')}`));
    const found: string[] = [];
    parse(text, (key, value) => {
      if (key === 'amount' && isLosslessNumber(value)) found.push(value.value);
      return value;
    });
    expect(found).toContain(EXACT);
  });

  it('leaves balances digit for digit', async () => {
    const { text } = await api.call('GET', '/api/end_users/acme/data_sources');
    expect(text).toContain(`"balance_current":${EXACT}`);
    expect(text).toContain(`"closing_amount":${EXACT}`);
  });

  it("sends Plaid's own bytes where jsonb could not hold them", async () => {
    const { text } = await api.call('GET', '/api/transactions/e?include=plaid');
    expect(text).toContain('"plaid":{"transaction_id":"e","name":"x\\u0000"}');
  });

  it('leaves the object of Plaid out unless asked for', async () => {
    expect((await api.call('GET', '/api/transactions/a')).text).not.toContain('"plaid"');
  });
});

describe('GET /api/end_users/{id}/data_sources', () => {
  it('lists Items with accounts, balances and the extent of their transactions', async () => {
    const { status, json } = await api.call<DataSources>('GET', '/api/end_users/acme/data_sources');
    expect(status).toBe(200);
    expect(json).toHaveLength(1);
    expect(json[0]).toMatchObject({
      heron_id: toPublicId('dataSource', item.id),
      type: 'integration_link',
      status: 'active',
      metadata: { integration_item_id: item.plaidItemId, sub_type: 'transaction' },
    });
    expect(json[0]!.data_source_accounts[0]).toMatchObject({
      account_id: 'acc-1',
      number: '0000',
      institution_name: 'First Platypus Bank',
      min_date: '2026-01-10',
      max_date: '2026-01-13',
      num_transactions: 3,
    });
  });

  it('answers 404 to another organisation, 401 without a key', async () => {
    const path = '/api/end_users/acme/data_sources';
    expect((await api.call('GET', path, { key: api.foreignKey })).status).toBe(404);
    expect((await api.call('GET', path, { key: null })).status).toBe(401);
  });
});
