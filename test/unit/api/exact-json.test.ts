import fc from 'fast-check';
import { parse, isLosslessNumber } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { exactNumber, rawJson, stringifyExact } from '../../../src/api/json/exact-json.js';

describe('stringifyExact', () => {
  it('keeps every digit of a number', () => {
    expect(stringifyExact({ a: exactNumber('123456789012345678.1234567'), b: [exactNumber('1.10')] })).toBe(
      '{"a":123456789012345678.1234567,"b":[1.10]}',
    );
  });

  it('puts JSON in as it is, also where it looks like a replacement pattern', () => {
    expect(stringifyExact({ a: rawJson('{"x": "$& $1 \\u0000"}'), b: 1 })).toBe(
      '{"a":{"x": "$& $1 \\u0000"},"b":1}',
    );
  });

  it('shows what JSON has no number for as null', () => {
    for (const text of [null, 'NaN', 'Infinity', '-Infinity', '', '1e5', '01'])
      expect(exactNumber(text)).toBeNull();
    expect(rawJson(null)).toBeNull();
  });

  it('is JSON.stringify for everything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stringifyExact(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('keeps any number in any place, beside any text', () => {
    const digits = fc
      .tuple(fc.bigInt(), fc.stringMatching(/^\d{0,30}$/))
      .map(([whole, fraction]) => `${whole}${fraction === '' ? '' : `.${fraction}`}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), digits)), (pairs) => {
        const value = pairs.map(([text, number]) => ({ text, number: exactNumber(number) }));
        const back = parse(stringifyExact(value)) as { text: string; number: unknown }[];
        expect(
          back.map(({ text, number }) => [text, isLosslessNumber(number) ? number.value : number]),
        ).toEqual(pairs);
      }),
    );
  });
});
