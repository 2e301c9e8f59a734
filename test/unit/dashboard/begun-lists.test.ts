import { expect, it } from 'vitest';
import { mergeBegun, nextToLoad, type BegunList } from '../../../dashboard/src/pages/items/begun-lists.js';

type Entry = { at: string; id: string };
const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const list = (name: string, minutes: number[], hasMore: boolean): BegunList<Entry> => ({
  entries: minutes.map((minute) => ({ at: at(minute), id: `${name}${minute}` })),
  hasMore,
});
const idsOf = (lists: BegunList<Entry>[]): string[] => mergeBegun(lists).map(({ id }) => id);

it('merges down to where each list is known', () => {
  expect(idsOf([list('a', [50, 10], true), list('b', [49, 48, 47], true)])).toEqual([
    'a50',
    'b49',
    'b48',
    'b47',
  ]);
  expect(idsOf([list('a', [50, 10], false), list('b', [49, 5], false)])).toEqual(['a50', 'b49', 'a10', 'b5']);
});

it('shows all of a list that stands alone', () => {
  expect(idsOf([list('b', [9, 8], true)])).toEqual(['b9', 'b8']);
});

it('loads what is in the way of more: each page adds to what is shown', () => {
  const sparse = list('a', [50, 10], true);
  const dense = list('b', [49, 48, 47], true);
  for (const lists of [
    [sparse, dense],
    [dense, sparse],
  ]) {
    expect(nextToLoad<Entry, BegunList<Entry>>(lists)).toBe(dense);
    const loaded = list('b', [49, 48, 47, 30, 20], true);
    expect(idsOf([sparse, loaded]).length).toBeGreaterThan(idsOf(lists).length);
  }
  const whole = { ...dense, hasMore: false };
  expect(nextToLoad<Entry, BegunList<Entry>>([sparse, whole])).toBe(sparse);
  expect(nextToLoad<Entry, BegunList<Entry>>([whole])).toBeUndefined();
});
