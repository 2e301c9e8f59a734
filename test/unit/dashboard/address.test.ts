import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../../../dashboard/src/parts/address.js';
import {
  amountParam,
  dayParam,
  flagParam,
  isPlausibleDay,
  manyOfParam,
  textParam,
  wholeParam,
} from '../../../dashboard/src/parts/search-params.js';

/** What the addresses of the dashboard keep: ids are anybody's, and many look like numbers. */
const STATUSES = ['active', 'syncing', 'erroring'] as const;

describe('the address of a page', () => {
  it.each(['1234567890123456789', '1.10', '12e3', '0012', 'true', 'null', '-0', '[1]', '{"a":1}', ' a  b '])(
    'keeps %s as the text that it is, written by hand or by a page',
    (id) => {
      expect(textParam(parseSearch(`?end_user=${encodeURIComponent(id)}`), 'end_user')).toBe(id);
      expect(textParam(parseSearch(stringifySearch({ end_user: id })), 'end_user')).toBe(id);
    },
  );

  it('gives back any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.json(),
      fc.json().map((json) => JSON.stringify(json)),
    );
    fc.assert(
      fc.property(text, text, (q, text_) => {
        expect(parseSearch(stringifySearch({ q, text: text_, none: undefined }))).toEqual({ q, text: text_ });
      }),
    );
  });

  it('reads the links that were written before', () => {
    const old = parseSearch(
      '?status=%5B%22erroring%22%2C%22active%22%5D&page=2&attention=true&min=%2212.50%22&end_user=%22123%22&text=%22%5C%22123%5C%22%22',
    );
    expect(manyOfParam(old, 'status', STATUSES)).toEqual(['active', 'erroring']);
    expect(wholeParam(old, 'page')).toBe(2);
    expect(flagParam(old, 'attention')).toBe(true);
    expect(amountParam(old, 'min')).toBe('12.50');
    expect(textParam(old, 'end_user')).toBe('123');
    expect(textParam(old, 'text')).toBe('"123"');
  });

  it('holds a list by repeating its name, and never drops a filter that is there twice', () => {
    const address = stringifySearch({ status: ['active', 'syncing'], attention: false, page: 3 });
    expect(address).toBe('?status=active&status=syncing&attention=false&page=3');
    expect(manyOfParam(parseSearch(address), 'status', STATUSES)).toEqual(['active', 'syncing']);
    expect(manyOfParam(parseSearch('?status=syncing'), 'status', STATUSES)).toEqual(['syncing']);
    expect(textParam(parseSearch('?end_user=a&end_user=b'), 'end_user')).toBe('a');
    expect(manyOfParam(parseSearch('?status=[broken'), 'status', STATUSES)).toBeUndefined();
    expect(stringifySearch({})).toBe('');
  });

  it('takes only days that there are, and while a year is typed waits for one that is meant', () => {
    for (const day of ['2026-02-28', '2024-02-29', '1999-12-31'])
      expect([dayParam({ from: day }, 'from'), isPlausibleDay(day)]).toEqual([day, true]);
    for (const day of ['2026-02-31', '2026-13-01', '2026-00-10', '2025-02-29', '2026-2-1', 'yesterday'])
      expect([dayParam({ from: day }, 'from'), isPlausibleDay(day)]).toEqual([undefined, false]);
    for (const day of ['0002-05-01', '0020-05-01', '0202-05-01']) expect(isPlausibleDay(day)).toBe(false);
  });
});
