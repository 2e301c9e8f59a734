import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUpdateFold, type PageIds } from '../../../src/domain/fold.js';

// Few ids, so that the same one comes again and again, on one page and across pages.
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const page: fc.Arbitrary<PageIds> = fc.record({
  upserts: fc.array(id, { maxLength: 8 }),
  removed: fc.array(id, { maxLength: 4 }),
});
const pages = fc.array(page, { maxLength: 12 });

/** A plain replay: a map that is told everything in order. The value is the position of the row that won. */
const replay = (all: readonly PageIds[]): { rows: Map<string, number>; gone: Set<string> } => {
  const rows = new Map<string, number>();
  const gone = new Set<string>();
  let position = 0;
  for (const { upserts, removed } of all) {
    for (const each of upserts) {
      rows.set(each, position++);
      gone.delete(each);
    }
    for (const each of removed) {
      rows.delete(each);
      gone.add(each);
    }
  }
  return { rows, gone };
};

const folded = (all: readonly PageIds[]) => {
  const fold = createUpdateFold();
  for (const each of all) fold.add(each);
  return { ...fold.result(), count: fold.upsertCount };
};

describe('the fold of an update', () => {
  it('equals a plain replay of its pages', () => {
    fc.assert(
      fc.property(pages, (all) => {
        const { rows, gone } = replay(all);
        const result = folded(all);
        expect(result.upserts).toEqual([...rows.values()].sort((a, b) => a - b));
        expect(new Set(result.kept)).toEqual(new Set(rows.keys()));
        expect(result.kept).toHaveLength(rows.size);
        expect(new Set(result.removed)).toEqual(gone);
        expect(result.removed).toHaveLength(gone.size);
        expect(result.count).toBe(all.flatMap(({ upserts }) => upserts).length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on where pages end, between whole operations', () => {
    const operation = fc.oneof(
      id.map((each): PageIds => ({ upserts: [each], removed: [] })),
      id.map((each): PageIds => ({ upserts: [], removed: [each] })),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (log) => {
        // Consecutive upserts, then consecutive removals, may share a page.
        const packed: { upserts: string[]; removed: string[] }[] = [];
        for (const { upserts, removed } of log) {
          const last = packed.at(-1);
          if (!last || (upserts.length > 0 && last.removed.length > 0))
            packed.push({ upserts: [...upserts], removed: [...removed] });
          else {
            last.upserts.push(...upserts);
            last.removed.push(...removed);
          }
        }
        expect(folded(packed)).toEqual(folded(log));
      }),
    );
  });

  it('keeps an id that is removed on one page and added again on the next', () => {
    const result = folded([
      { upserts: ['a'], removed: [] },
      { upserts: [], removed: ['a'] },
      { upserts: ['a'], removed: [] },
    ]);
    expect(result).toEqual({ upserts: [1], kept: ['a'], removed: [], count: 2 });
  });
});
