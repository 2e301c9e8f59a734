import { afterAll, beforeAll, expect, it } from 'vitest';
import { createItemReads } from '../../src/db/queries/item-reads.js';
import {
  createTransactionSearch,
  MOST_SORTED,
  type SearchPage,
  type TransactionSearch,
} from '../../src/db/queries/transaction-search.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { rowsRead } from '../support/plans.js';

const ITEMS = 200;
const ROWS = 80_000;
let engine: TestEngine;
let one: { id: string; end_user_id: string };

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://plaid.test' });
  const { db } = engine;
  await engine.link({ itemId: 'first', accessToken: 'access-first' });
  await db.raw(
    `insert into end_users (organization_id, end_user_id) select organization_id, 'user-' || n from end_users, generate_series(1, ?::integer) n`,
    [ITEMS],
  );
  await db.raw(
    `insert into items (id, organization_id, integration_id, end_user_id, plaid_item_id, access_token_ciphertext, access_token_key_id)
     select gen_random_uuid(), e.organization_id, i.integration_id, e.id, 'item-' || e.end_user_id, 'sealed', 'test'
       from items i, end_users e where e.end_user_id like 'user-%' and i.plaid_item_id = 'first'`,
  );
  // A day holds some hundred rows, an end user some hundred, and half of all rows are tombstones.
  await db.raw(
    `insert into transactions (organization_id, end_user_id, item_id, reference_id, amount, date, description, pending, removed_at, plaid)
     select i.organization_id, i.end_user_id, i.id, 'r-' || n, n % 997, date '2026-11-20' - (n * 7919 % 400), 'Coffee ' || n, false,
            case when n % 2 = 0 then now() end, '{}'
       from generate_series(1, ?::integer) n
       join (select *, row_number() over (order by id) as nr from items where plaid_item_id <> 'first') i on i.nr = 1 + n % ?::integer`,
    [ROWS, ITEMS],
  );
  await db.raw('vacuum analyze transactions, items');
  one = await db('items').where({ plaid_item_id: 'item-user-7' }).first<typeof one>('id', 'end_user_id');
});
afterAll(() => engine.close());

const read = (search: Partial<TransactionSearch>, page: Partial<SearchPage> = {}, budgetMs = 60_000) =>
  rowsRead(engine.db, ['transactions'], (db) =>
    createTransactionSearch(db, { budgetMs }).find(engine.organizationId, {
      search: { removed: 'exclude', ...search },
      order: { by: 'date', descending: true },
      from: null,
      backwards: false,
      limit: 100,
      ...page,
    }),
  );

it('a page reads about as many rows as it shows, wherever it is and whichever way it goes', async () => {
  const id = '00000000-0000-0000-0000-000000000000';
  const from = { value: '2026-03-03', id, inclusive: false };
  for (const page of [
    {},
    { from },
    { from, backwards: true },
    { order: { by: 'date', descending: false } as const },
  ])
    expect(await read({}, page), JSON.stringify(page)).toBeLessThan(1_000);
});

it('a range of dates is not read as a whole for its first page', async () => {
  const year = { dateFrom: '2025-11-01', dateTo: '2026-11-19' };
  expect(await read({ ...year, removed: 'only' })).toBeLessThan(1_500);
  expect(await read({ dateFrom: '2026-10-01', dateTo: '2026-11-19' })).toBeLessThan(1_500);
  // By amount all of it would have to be sorted: so many rows are looked at, then the search is refused.
  expect(await read(year, { order: { by: 'amount', descending: true } })).toBeLessThan(MOST_SORTED + 5_000);
});

it('what an end user, an Item or a day has is found without the rows of the others', async () => {
  for (const search of [
    { endUserRowId: one.end_user_id },
    { itemIds: [one.id] },
    { dateFrom: '2026-03-03', dateTo: '2026-03-03' },
  ])
    for (const by of ['date', 'amount'] as const)
      expect(await read(search, { order: { by, descending: true } }), JSON.stringify(search)).toBeLessThan(
        1_000,
      );
});

it('a search for what is not there reads a part of the rows and then answers', async () => {
  expect(await read({ text: 'nowhere' }, {}, 0)).toBeLessThan(1_000);
});

it('a page of Items asks for what a row shows of its own rows only', async () => {
  const { db, organizationId } = engine;
  const count = await rowsRead(db, ['plaid_webhooks', 'relinks', 'integrations'], (on) =>
    createItemReads(on).list(organizationId, {}, { before: null, limit: 10 }),
  );
  expect(count).toBeLessThan(500);
});
