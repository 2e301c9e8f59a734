import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../simulator/model/cursor.js';
import type { Snapshot } from '../../simulator/model/transaction.js';
import { createUpdateLog, type Change, type ReadPosition } from '../../simulator/model/update-log.js';

const snapshot = (transactionId: string, accountId: string, amount: string): Snapshot => ({
  transactionId,
  accountId,
  amount,
  pending: false,
  date: '2026-11-23',
  originalDescription: null,
  wire: '{}',
});

/** Few ids and many touches, so that rows come, change, go and come again. */
const touches = fc.array(
  fc.record({ id: fc.integer({ min: 0, max: 6 }), gone: fc.boolean(), amount: fc.nat({ max: 999 }) }),
  { maxLength: 60 },
);

type Touch = { id: number; gone: boolean; amount: number };

const accountOf = (id: number): string => `account-${id % 2}`;

/** Turns touches into a log that is possible: what is not there cannot be removed or modified. */
const changesOf = (given: readonly Touch[], present: Set<number>): Change[] =>
  given.flatMap(({ id, gone, amount }): Change[] => {
    const there = present.has(id);
    if (gone && !there) return [];
    if (gone) {
      present.delete(id);
      return [{ op: 'removed', transactionId: `t${id}`, accountId: accountOf(id) }];
    }
    present.add(id);
    return [
      { op: there ? 'modified' : 'added', snapshot: snapshot(`t${id}`, accountOf(id), String(amount)) },
    ];
  });

type Rows = Map<string, string>;

/** Applies pages from a position to the end, and checks that each row comes under the right name. */
const readOn = (
  log: ReturnType<typeof createUpdateLog>,
  from: ReadPosition,
  held: Rows,
  count: number,
  { verbatim = false }: { verbatim?: boolean } = {},
): Rows => {
  const rows = new Map(held);
  const touched = new Set<string>();
  const once = (id: string) => {
    if (!verbatim) expect(touched.has(id)).toBe(false);
    touched.add(id);
  };
  let position = from;
  for (;;) {
    const page = log.page(position, count);
    expect(page.added.length + page.modified.length + page.removed.length).toBeLessThanOrEqual(count);
    for (const row of page.added) {
      once(row.transactionId);
      expect(rows.has(row.transactionId)).toBe(false);
      rows.set(row.transactionId, row.amount);
    }
    for (const row of page.modified) {
      once(row.transactionId);
      expect(rows.has(row.transactionId)).toBe(true);
      rows.set(row.transactionId, row.amount);
    }
    for (const { transaction_id: id } of page.removed) {
      once(id);
      expect(rows.delete(id)).toBe(true);
    }
    if (!page.hasMore) return rows;
    position = { ...position, at: page.next };
  }
};

const truth = (log: ReturnType<typeof createUpdateLog>, accountId: string | null): Rows =>
  new Map(
    log
      .rows()
      .filter((row) => accountId === null || row.accountId === accountId)
      .map((row) => [row.transactionId, row.amount]),
  );

const sorted = (rows: Rows) => [...rows].sort();

/** Marks changes as told verbatim; a removal then ends its page, else a page could not say what came first. */
const told = (changes: Change[], marks: readonly boolean[]): Change[] =>
  changes.map((change, index) =>
    marks[index % marks.length] === true
      ? { ...change, verbatim: true, endsPage: change.op === 'removed' || index % 3 === 0 }
      : change,
  );

describe('update log', () => {
  it('gives every reader the rows as they are also where changes are told verbatim and pages end early', () => {
    fc.assert(
      fc.property(
        touches,
        touches,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (before, after, marks, count) => {
          const log = createUpdateLog();
          const present = new Set<number>();
          log.append(told(changesOf(before, present), marks));
          const start: ReadPosition = { at: 0, base: 0, since: 0, accountId: null };
          const held = readOn(log, start, new Map(), count, { verbatim: true });
          expect(sorted(held)).toEqual(sorted(truth(log, null)));
          const stored = { ...start, at: log.head, base: log.head };
          log.append(told(changesOf(after, present), marks));
          const read = readOn(log, stored, held, count, { verbatim: true });
          expect(sorted(read)).toEqual(sorted(truth(log, null)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives every reader the rows as they are, from any position, in pages of any size', () => {
    fc.assert(
      fc.property(
        touches,
        touches,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(null, 'account-1'),
        (before, after, count, accountId) => {
          const log = createUpdateLog();
          const present = new Set<number>();
          log.append(changesOf(before, present));
          const start: ReadPosition = { at: 0, base: 0, since: 0, accountId };
          const held = readOn(log, start, new Map(), count);
          expect(sorted(held)).toEqual(sorted(truth(log, accountId)));
          const stored = { ...start, at: log.head, base: log.head };
          log.append(changesOf(after, present));
          expect(sorted(readOn(log, stored, held, count))).toEqual(sorted(truth(log, accountId)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('continues a chain from the middle when nothing has changed', () => {
    fc.assert(
      fc.property(
        touches,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (given, first, second) => {
          const log = createUpdateLog();
          log.append(changesOf(given, new Set()));
          const start: ReadPosition = { at: 0, base: 0, since: 0, accountId: null };
          const page = log.page(start, first);
          const held: Rows = new Map(page.added.map((row) => [row.transactionId, row.amount]));
          const rest = { ...start, at: page.next };
          expect(sorted(readOn(log, rest, held, second))).toEqual(sorted(truth(log, null)));
        },
      ),
    );
  });

  it('shows a row that was touched several times once, where it was touched last', () => {
    const log = createUpdateLog();
    const added = (id: string, amount: string): Change => ({
      op: 'added',
      snapshot: snapshot(id, 'a', amount),
    });
    log.append([added('x', '1'), added('y', '2')]);
    log.append([{ op: 'modified', snapshot: snapshot('x', 'a', '3') }]);
    const { added: rows, modified } = log.page({ at: 0, base: 0, since: 0, accountId: null }, 10);
    expect(rows.map(({ transactionId, amount }) => [transactionId, amount])).toEqual([
      ['y', '2'],
      ['x', '3'],
    ]);
    expect(modified).toEqual([]);
  });

  it('tells a reader who began with "now" of old rows that change as added, then as modified', () => {
    const log = createUpdateLog();
    log.append([{ op: 'added', snapshot: snapshot('x', 'a', '1') }]);
    const now: ReadPosition = { at: 1, base: 1, since: 1, accountId: null };
    log.append([{ op: 'modified', snapshot: snapshot('x', 'a', '2') }]);
    expect(log.page(now, 10).added.map(({ amount }) => amount)).toEqual(['2']);
    log.append([{ op: 'modified', snapshot: snapshot('x', 'a', '3') }]);
    expect(log.page({ ...now, at: 2, base: 2 }, 10).modified.map(({ amount }) => amount)).toEqual(['3']);
  });
});

describe('cursor', () => {
  it('survives its text form and stays within 256 characters', () => {
    const cursor = {
      itemId: 'X'.repeat(37),
      accountId: 'Y'.repeat(37),
      at: 99_999_999,
      base: 88_888_888,
      since: 7_777_777,
      head: 99_999_999,
      page: 99_999,
      born: 99_999_999,
    };
    const text = encodeCursor(cursor);
    expect(text.length).toBeLessThanOrEqual(256);
    expect(decodeCursor(text)).toEqual(cursor);
    expect(decodeCursor('bm90IG91cnM=')).toBeNull();
  });
});
