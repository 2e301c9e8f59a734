import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { searchAnswer } from '../../src/api/transactions/search-query.js';
import { streamCsv } from '../../src/api/transactions/csv.js';
import {
  createTransactionSearch,
  MOST_SORTED,
  type SearchPlace,
} from '../../src/db/queries/transaction-search.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

type Found = z.output<typeof searchAnswer>;

let api: TestApi;
let acme: TestItem;
let other: TestItem;
let integrationId: string;

beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.deps;
  integrationId = await putIntegration(api.deps, api.organizationId);
  const owner = { organizationId: api.organizationId, integrationId };
  acme = await putItem(db, { ...owner, endUserId: 'acme' });
  other = await putItem(db, { ...owner, endUserId: 'other' });
  await putTransactions(db, acme, [
    ...Array.from({ length: 25 }, (_, n) => ({
      referenceId: `a-${n}`,
      // Pairs share a date, so that ids tell them apart.
      date: `2026-01-${String(1 + Math.floor(n / 2)).padStart(2, '0')}`,
      amount: `${n - 12}.5`,
      description: n % 5 === 0 ? '50% off = "cheap", really' : `Coffee ${n}`,
      pending: n === 24,
      accountId: n < 5 ? 'acc-2' : 'acc-1',
    })),
    { referenceId: 'gone', date: '2026-01-05', removedAt: '2026-02-01T00:00:00Z', merchantName: '=SUM(A1)' },
  ]);
  await db('accounts').insert({
    organization_id: api.organizationId,
    end_user_id: acme.endUserRowId,
    item_id: acme.id,
    account_id: 'acc-2',
  });
  const [, hidden] = await putTransactions(db, other, [
    { referenceId: 'undated', date: '2026-01-03', description: 'Undated' },
    { referenceId: 'hidden', date: '2026-01-03', description: 'Hidden' },
  ]);
  await db('transactions').where({ reference_id: 'undated' }).update({ date: null, amount: null });
  const first = await db('transactions').where({ reference_id: 'a-1' }).first<{ id: string }>('id');
  await db('transactions').where({ id: hidden }).update({ duplicate_of: first.id });
});
afterAll(() => api.close());

const search = async (query: string, key = api.key): Promise<Found> => {
  const { status, json } = await api.call<Found>('GET', `/api/transactions/search?${query}`, { key });
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
};
const refs = ({ transactions }: Found) => transactions.map((row) => row.reference_id);

/** All pages forth, then all of them back; both must tell the same. */
async function bothWays(query: string): Promise<string[]> {
  const forth: string[][] = [];
  let page = await search(`${query}&limit=4`);
  expect(page.prev_cursor).toBeNull();
  forth.push(refs(page));
  while (page.next_cursor !== null) {
    page = await search(`${query}&limit=4&after=${page.next_cursor}`);
    forth.push(refs(page));
  }
  const back = [forth.at(-1)!];
  while (page.prev_cursor !== null) {
    page = await search(`${query}&limit=4&before=${page.prev_cursor}`);
    back.unshift(refs(page));
  }
  expect(back.flat()).toEqual(forth.flat());
  return forth.flat();
}

describe('GET /api/transactions/search', () => {
  it('pages both ways in every order, duplicates and removed rows left out', async () => {
    const walked = await bothWays('sort=-date');
    expect(walked).toHaveLength(26);
    expect(new Set(walked).size).toBe(26);
    expect(walked.at(0)).toBe('a-24');
    expect(walked.at(-1)).toBe('undated');
    expect(await bothWays('sort=date')).toEqual([...walked].reverse());
    const sorted = await bothWays('sort=-date&end_user_id=acme');
    expect(sorted).toEqual(walked.filter((ref) => ref !== 'undated'));
    const ofAll = await bothWays('sort=-amount');
    expect(ofAll.at(-1)).toBe('undated');
    const byAmount = await bothWays('sort=-amount&end_user_id=acme');
    expect(ofAll.slice(0, -1)).toEqual(byAmount);
    expect(byAmount).toEqual(Array.from({ length: 25 }, (_, n) => `a-${24 - n}`));
    expect(await bothWays('sort=amount&end_user_id=acme')).toEqual([...byAmount].reverse());
  });

  it('narrows by each filter', async () => {
    expect(refs(await search(`item_id=${other.plaidItemId}`))).toEqual(['undated']);
    expect(refs(await search('item_id=none'))).toEqual([]);
    expect(refs(await search('account_id=acc-2'))).toHaveLength(5);
    const { id } = await api.deps.db('accounts').where({ account_id: 'acc-2' }).first<{ id: string }>('id');
    expect(refs(await search(`account_id=${toPublicId('dataSourceAccount', id)}`))).toHaveLength(5);
    expect(refs(await search(`account_id=acc-2&item_id=${other.plaidItemId}`))).toEqual([]);
    expect(refs(await search('date_from=2026-01-02&date_to=2026-01-02&sort=date'))).toEqual(['a-2', 'a-3']);
    expect(refs(await search('amount_min=10.5&amount_max=11.5&sort=date'))).toEqual(['a-22', 'a-23']);
    expect(refs(await search('text=50%25 OFF'))).toHaveLength(5);
    expect(refs(await search('text=50%25 OFF&item_id=none&end_user_id=acme'))).toEqual([]);
    expect(refs(await search(`text=50%25 OFF&item_id=${acme.plaidItemId}`))).toHaveLength(5);
    expect(refs(await search('text=REALLY  50%25'))).toHaveLength(5);
    expect(refs(await search('text=really coffee'))).toEqual([]);
    expect(refs(await search('text=sum( a1)&removed=only'))).toEqual(['gone']);
    // No wildcard, and no escape of one.
    expect(refs(await search('text=50_off'))).toEqual([]);
    expect(refs(await search('text=Coffee%5C'))).toEqual([]);
    expect(refs(await search('pending=true'))).toEqual(['a-24']);
    expect(refs(await search('removed=only'))).toEqual(['gone']);
    expect(refs(await search('removed=include'))).toHaveLength(27);
    expect(refs(await search('category=FOOD'))).toEqual([]);
  });

  it('refuses what it cannot do, and what it never gave', async () => {
    const refused = async (query: string) =>
      (await api.call('GET', `/api/transactions/search?${query}`)).status;
    expect(await refused('sort=description')).toBe(422);
    expect(await refused('after=nonsense')).toBe(422);
    const { next_cursor } = await search('limit=1');
    expect(await refused(`after=${next_cursor}&before=${next_cursor}`)).toBe(422);
    expect(await refused(`after=${next_cursor}&sort=amount&end_user_id=acme`)).toBe(422);
    expect(await refused('end_user_id=nobody')).toBe(404);
  });

  it("finds nothing of another organisation's", async () => {
    expect(refs(await search('', api.foreignKey))).toEqual([]);
    expect(refs(await search(`item_id=${acme.plaidItemId}`, api.foreignKey))).toEqual([]);
    expect(refs(await search('account_id=acc-2', api.foreignKey))).toEqual([]);
  });
});

it('stops in time, says how far it has come, and loses nothing on the way', async () => {
  const hasty = createTransactionSearch(api.deps.db, { budgetMs: 0, firstChunk: 3 });
  for (const backwards of [false, true]) {
    const seen: string[] = [];
    let from: SearchPlace | null = null;
    let pages = 0;
    do {
      const page = await hasty.find(api.organizationId, {
        search: { removed: 'only' },
        order: { by: 'date', descending: true },
        from,
        backwards,
        limit: 10,
      });
      if (page === 'too_many') throw new Error('not by date');
      seen.push(...page.rows.map(({ id }) => id));
      expect(page.more).toBe(page.stoppedAt !== null);
      from = page.stoppedAt;
      pages += 1;
    } while (from !== null);
    expect(seen).toHaveLength(1);
    expect(pages).toBeGreaterThan(5);
  }
});

describe('GET /api/transactions/search.csv', () => {
  it('holds all rows that are searched for, and nothing that a spreadsheet would run', async () => {
    const { status, text, headers } = await api.call(
      'GET',
      '/api/transactions/search.csv?removed=include&sort=date',
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(28);
    expect(lines[0]).toBe(
      'heron_id,reference_id,end_user_id,item_id,account_id,date,amount,currency,description,merchant_name,pending,removed_at',
    );
    expect(text).toContain(
      `,a-0,acme,${acme.plaidItemId},acc-2,2026-01-01,-12.5,USD,"50% off = ""cheap"", really",,false,`,
    );
    expect(text).toContain(",'=SUM(A1),false,2026-02-01T00:00:00.000Z");
  });

  it('says where it ends', async () => {
    const stream = await streamCsv({
      queries: api.deps.transactionSearch,
      organizationId: api.organizationId,
      search: { removed: 'exclude' },
      order: { by: 'date', descending: true },
      signal: new AbortController().signal,
      mostRows: 10,
    });
    const lines = (await stream.toArray()).join('').trimEnd().split('\r\n');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('Only the first 10 rows: narrow the filters for the others.');
  });

  it('is refused like the search', async () => {
    expect((await api.call('GET', '/api/transactions/search.csv?sort=description')).status).toBe(422);
    expect((await api.call('GET', '/api/transactions/search.csv', { key: null })).status).toBe(401);
  });
});

describe('by amount, with more rows than can be sorted', () => {
  beforeAll(async () => {
    const large = await putItem(api.deps.db, {
      organizationId: api.organizationId,
      integrationId,
      endUserId: 'large',
    });
    await api.deps.db.raw(
      `insert into transactions (organization_id, end_user_id, item_id, reference_id, amount, date, plaid)
       select :organizationId, :endUserRowId, :id, 'l-' || n, n, '2020-01-01', '{}' from generate_series(1, :rows::integer) n`,
      { ...large, rows: MOST_SORTED + 1 },
    );
  });

  it.each(['search', 'search.csv'])('%s is refused with a code of its own', async (path) => {
    for (const filter of ['', '&end_user_id=large', '&date_to=2020-01-01']) {
      const { status, json } = await api.call<{ error: string }>(
        'GET',
        `/api/transactions/${path}?sort=amount${filter}`,
      );
      expect([status, json.error]).toEqual([422, 'transaction.too_many_to_sort']);
    }
  });

  it('what is narrow enough is sorted all the same', async () => {
    expect(refs(await search('sort=-amount&date_from=2020-01-02'))).toHaveLength(25);
    expect(refs(await search('sort=-amount&end_user_id=acme&limit=1'))).toEqual(['a-24']);
  });
});

it('a CSV makes text of every cell that a spreadsheet would run, ids among them', async () => {
  const odd = await putItem(api.deps.db, {
    organizationId: api.organizationId,
    integrationId,
    endUserId: '@odd',
  });
  await api.deps.db('items').where({ id: odd.id }).update({ plaid_item_id: '+item' });
  await putTransactions(api.deps.db, odd, [
    { referenceId: '=1+1', accountId: '-acc', description: '\n=1+1', merchantName: '\t=1+1' },
  ]);
  const { text } = await api.call('GET', '/api/transactions/search.csv?end_user_id=%40odd');
  const [, row = ''] = text.split('\r\n');
  expect(row.replace(/^txn_\w+/, '')).toBe(
    `,'=1+1,'@odd,'+item,'-acc,2026-01-15,1.50,USD,"'\n=1+1",'\t=1+1,false,`,
  );
});
