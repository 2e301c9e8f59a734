import { expect, it } from 'vitest';
import { compareRows } from '../../../dashboard/src/parts/steady';

/** Rows of a letter and what it says: `a1` is row a. */
const compare = (shown: string[], latest: string[]) => {
  const { gone, beyond, ...rest } = compareRows(shown, latest, (row) => row[0]!);
  return { ...rest, gone: [...gone].join(''), beyond: [...beyond].join('') };
};
const nothing = { fresh: 0, gone: '', beyond: '', tail: [] };

it('changes what is shown in place, and has what is new wait', () => {
  expect(compare(['b1', 'c1'], ['a1', 'b2', 'c1'])).toEqual({ ...nothing, rows: ['b2', 'c1'], fresh: 1 });
});

it('knows what has left the list, and leaves it where it stands', () => {
  expect(compare(['a1', 'b1', 'c1'], ['x1', 'a2', 'c2'])).toEqual({
    ...nothing,
    rows: ['a2', 'b1', 'c2'],
    fresh: 1,
    gone: 'b',
  });
});

it('tells what was pushed out of what is read from what has left the list', () => {
  expect(compare(['a1', 'b1', 'c1'], ['x1', 'a1', 'b1'])).toEqual({
    ...nothing,
    rows: ['a1', 'b1', 'c1'],
    fresh: 1,
    beyond: 'c',
  });
  expect(compare(['a1', 'b1'], ['x1', 'y1'])).toEqual({
    ...nothing,
    rows: ['a1', 'b1'],
    fresh: 2,
    beyond: 'ab',
  });
});

it('lets more rows follow below, while what is new above still waits', () => {
  expect(compare(['b1', 'c1'], ['a1', 'b1', 'c1', 'd1', 'e1'])).toEqual({
    ...nothing,
    rows: ['b1', 'c1'],
    fresh: 1,
    tail: ['d1', 'e1'],
  });
});
