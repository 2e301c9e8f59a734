import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  createScriptedPlaid,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { followFeed, generationsOf, storedItem, storedTransactions } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;

beforeAll(async () => {
  plaid = createScriptedPlaid('item');
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());

interface Page {
  added: [id: string, value: number][];
  modified: [id: string, value: number][];
  removed: string[];
}
/** Pages from a stored cursor to `has_more: false`. */
type Update = Page[];

// Few ids and few values: the same row comes again, on one page and across pages, often identical.
const id = fc.constantFrom(...'abcdefgh');
const entries = fc.uniqueArray(fc.tuple(id, fc.nat(2)), { maxLength: 5, selector: ([each]) => each });
const page: fc.Arbitrary<Page> = fc.record({
  added: entries,
  modified: entries,
  removed: fc.uniqueArray(id, { maxLength: 3 }),
});
const update: fc.Arbitrary<Update> = fc.array(page, { minLength: 1, maxLength: 4 });

interface Row {
  value: number;
  version: number;
  removed: boolean;
  /** Values of the earlier versions. */
  history: number[];
}

/** The plain replay: page by page, added, modified, removed; then the differences between before and after. */
const replay = (rows: Map<string, Row>, pages: Update): number => {
  const end = new Map<string, number | null>();
  for (const { added, modified, removed } of pages) {
    for (const [each, value] of [...added, ...modified]) end.set(each, value);
    for (const each of removed) end.set(each, null);
  }
  let changed = 0;
  for (const [each, value] of end) {
    const known = rows.get(each);
    if (value === null) {
      if (!known || known.removed) continue;
      known.removed = true;
    } else if (!known) {
      rows.set(each, { value, version: 1, removed: false, history: [] });
    } else {
      if (known.value === value && !known.removed) continue;
      known.history.push(known.value);
      Object.assign(known, { value, version: known.version + 1, removed: false });
    }
    changed += 1;
  }
  return changed;
};

const play = (updates: readonly Update[]): void => {
  const toRows = (all: [string, number][]) => all.map(([each, value]) => row(each, { amount: value }));
  plaid.sync = (cursor): ScriptedPage => {
    const [from, at] = cursor === null ? [0, 0] : (cursor.split('.').map(Number) as [number, number]);
    const pages = updates[from];
    const found = pages?.[at];
    if (!found) return { cursor: `${from}.0` };
    const hasMore = at + 1 < pages.length;
    return {
      added: toRows(found.added),
      modified: toRows(found.modified),
      removed: found.removed,
      cursor: hasMore ? `${from}.${at + 1}` : `${from + 1}.0`,
      hasMore,
    };
  };
};

const linkNew = async (): Promise<string> => {
  const itemId = `item-${randomUUID()}`;
  plaid.itemId = itemId;
  return (await engine.link({ itemId, accessToken: 'access-test' })).link.id;
};

describe('the merge of updates', () => {
  it('ends as a plain replay of the log would, with every version, and a feed that tells of it', async () => {
    const feed = followFeed(engine);
    await fc.assert(
      fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 4 }), async (updates) => {
        const itemId = await linkNew();
        const rows = new Map<string, Row>();
        for (const [index, each] of updates.entries()) {
          play(updates.slice(0, index + 1));
          const before = Number((await head())!.position);
          const changed = replay(rows, each);
          await engine.links.requestSync(itemId);
          expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
          expect((await storedItem(engine, itemId)).cursor).toBe(`${index + 1}.0`);
          // Only what changed moved in the feed; the reader who follows it holds the table.
          expect(Number((await head())!.position) - before).toBe(changed);
          await feed.follow(3);
          const live = [...rows].filter(([, { removed }]) => !removed).map(([key]) => key);
          const held = [...feed.rows.keys()].filter((key) => key.startsWith(itemId));
          expect(new Set(held)).toEqual(new Set(live.map((key) => `${itemId} ${key}`)));
        }
        const stored = await storedTransactions(engine, itemId);
        expect(stored.map((each) => each.reference_id)).toEqual([...rows.keys()].sort());
        for (const each of stored) {
          const expected = rows.get(each.reference_id)!;
          expect(Number(each.amount)).toBe(expected.value === 0 ? 0 : -expected.value);
          expect(each.version).toBe(expected.version);
          expect(each.removed_at !== null).toBe(expected.removed);
          expect(await versionsOf(each.id)).toEqual(expected.history);
        }
        const { dirty, synced } = await generationsOf(engine, itemId);
        expect(synced).toBe(dirty);
        expect(await stagedLeft(itemId)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same rows from one page in memory and from many staged ones', async () => {
    await fc.assert(
      fc.asyncProperty(update, async (pages) => {
        const long = pages.length > 1 ? pages : [...pages, { added: [], modified: [], removed: [] }];
        play([long]);
        const staged = await linkNew();
        await engine.settle(staged);
        const rows = new Map<string, Row>();
        replay(rows, long);
        const live = [...rows].filter(([, { removed }]) => !removed);
        play([[{ added: live.map(([key, { value }]) => [key, value]), modified: [], removed: [] }]]);
        const single = await linkNew();
        await engine.settle(single);
        const content = async (itemId: string) =>
          (await storedTransactions(engine, itemId)).map(
            ({ reference_id, amount, plaid: json, version }) => ({
              reference_id,
              amount,
              json,
              version,
            }),
          );
        expect(await content(staged)).toEqual(await content(single));
      }),
      { numRuns: 10 },
    );
  });

  it('links a posted row to the pending one that it was', async () => {
    play([]);
    const itemId = await linkNew();
    plaid.sync = (cursor) =>
      cursor === null
        ? { added: [row('pending', { pending: true, amount: 4 })], cursor: '1' }
        : cursor === '1'
          ? { removed: ['pending'], cursor: '1b', hasMore: true }
          : cursor === '1b'
            ? { added: [row('posted', { pending_transaction_id: 'pending', amount: 5 })], cursor: '2' }
            : { cursor: '2' };
    await engine.settle(itemId);
    await engine.links.requestSync(itemId);
    await engine.settle(itemId);
    const [pending, posted] = await storedTransactions(engine, itemId);
    expect(pending).toMatchObject({ reference_id: 'pending', pending: true, amount: '-4' });
    expect(pending!.removed_at).toBeInstanceOf(Date);
    expect(posted).toMatchObject({
      reference_id: 'posted',
      pending: false,
      pending_reference_id: 'pending',
      removed_at: null,
    });
  });

  it('fails and writes nothing when a staged row is missing', async () => {
    play([]);
    const itemId = await linkNew();
    plaid.sync = (cursor) =>
      cursor === null
        ? { added: [row('a'), row('b')], cursor: '1', hasMore: true }
        : { added: [row('c')], cursor: '2' };
    plaid.accounts = async () => {
      // Asked for once all pages are staged.
      await engine.db.raw(
        'delete from sync_staged_rows where position = 1 and run_id in (select run_id from sync_staged_runs where item_id = ?)',
        [itemId],
      );
      return JSON.stringify({ accounts: [] });
    };
    const before = await head();
    await expect(engine.look(itemId)).rejects.toThrow(/3 rows found 2/);
    expect(await storedTransactions(engine, itemId)).toEqual([]);
    expect((await storedItem(engine, itemId)).cursor).toBeNull();
    expect(await head()).toEqual(before);
    plaid.accounts = () => JSON.stringify({ accounts: [] });
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await storedTransactions(engine, itemId)).toHaveLength(3);
  });
});

const head = (): Promise<{ position: string } | undefined> =>
  engine
    .db('change_heads')
    .where('organization_id', engine.organizationId)
    .first<{ position: string }>('position');

const versionsOf = async (transactionId: string): Promise<number[]> => {
  const { rows } = await engine.db.raw<{ rows: { amount: number }[] }>(
    `select (plaid ->> 'amount')::integer as amount from transaction_versions where transaction_id = ? order by version`,
    [transactionId],
  );
  return rows.map(({ amount }) => amount);
};

const stagedLeft = async (itemId: string): Promise<number> => {
  const { rows } = await engine.db.raw<{ rows: [{ n: number }] }>(
    'select count(*)::integer as n from sync_staged_runs where item_id = ?',
    [itemId],
  );
  return rows[0].n;
};
