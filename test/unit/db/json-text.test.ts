import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentForJsonb, pageForJsonb, textForJsonb } from '../../../src/db/json-text.js';

const page = (added: string[], modified: string[] = []): string =>
  `{"added":[${added.join(',')}],"modified":[${modified.join(',')}],"removed":[],"accounts":[]}`;

interface Parsed {
  added: Record<string, unknown>[];
  modified: Record<string, unknown>[];
}
const parsed = (text: string): Parsed => JSON.parse(text) as Parsed;

describe('a page that jsonb is to take', () => {
  it('stays as Plaid sent it, byte for byte, when nothing in it is strange', () => {
    const body = page(['{ "amount": 123456789012345678.1234567, "name":"caf\\u00e9 \\"x\\"" }']);
    expect(pageForJsonb(body)).toEqual({ text: body, originals: null });
  });

  it('keeps every digit of numbers when it has to be written anew', () => {
    const { text } = pageForJsonb(
      page(['{"a":123456789012345678.1234567,"b":0.10,"c":-0,"d":1E+2,"e":"\\u0000"}']),
    );
    expect(text).toContain('"a":123456789012345678.1234567,"b":0.10,"c":-0,"d":1E+2');
  });

  it.each([
    ['an escaped NUL', '"a\\u0000b"', 'a\ufffdb'],
    ['a lone high surrogate', '"a\\ud800b"', 'a\ufffdb'],
    ['a lone low surrogate', '"\\uDC00"', '\ufffd'],
    ['two high surrogates and a pair', '"\\ud83d\\ud83d\\ude00"', '\ufffd😀'],
    ['a huge exponent', '1e99999', null],
    ['a tiny one', '-1.5E-99999', null],
    ['a nested one', '{"x":["\\u0000"]}', { x: ['\ufffd'] }],
  ])('replaces %s and keeps the row beside it', (_, strange, clean) => {
    const plain = '{"transaction_id":"plain"}';
    const row = `{"transaction_id":"t","v":${strange}}`;
    const { text, originals } = pageForJsonb(page([plain, row], [row]));
    expect(parsed(text).added[1]!['v']).toEqual(clean);
    expect(parsed(text).modified[0]!['v']).toEqual(clean);
    expect(parsed(text).added[0]).toEqual({ transaction_id: 'plain' });
    const kept = JSON.parse(originals!) as Record<string, string>;
    expect(Object.keys(kept)).toEqual(['1', '2']);
    expect(JSON.parse(kept['1']!)).toEqual(JSON.parse(row));
  });

  it('takes a backslash for what it is', () => {
    const body = page(['{"v":"\\\\u0000"}']);
    const { text, originals } = pageForJsonb(body);
    expect(parsed(text).added).toEqual([{ v: '\\u0000' }]);
    expect(originals).toBeNull();
  });

  it('takes the last of two equal keys, as jsonb does', () => {
    const { text } = pageForJsonb(page(['{"v":1,"v":2,"w":"\\u0000"}']));
    expect(parsed(text).added).toEqual([{ v: 2, w: '\ufffd' }]);
  });

  it('mends keys and accounts, too', () => {
    const { text } = pageForJsonb(
      '{"added":[],"modified":[],"accounts":[{"a\\u0000":"\\ud800"}],"removed":[]}',
    );
    expect(JSON.parse(text)).toMatchObject({ accounts: [{ 'a\ufffd': '\ufffd' }] });
  });

  it('never lets anything through that jsonb refuses, and changes nothing else', () => {
    const string = fc.string({ unit: 'binary', maxLength: 12 });
    const strange = fc.constantFrom('\u0000', '\ud800', '\udfff', 'a\ud83d\ude00b', '\\u0000', '"');
    const text = fc.oneof(
      string,
      strange,
      fc.tuple(strange, string).map(([a, b]) => a + b),
    );
    const rows = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), text), { maxLength: 4 });
    fc.assert(
      fc.property(rows, rows, (added, modified) => {
        const body = page(
          added.map((row) => JSON.stringify(row)),
          modified.map((row) => JSON.stringify(row)),
        );
        const result = pageForJsonb(body);
        const clean = (all: Record<string, string>[]) =>
          all.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, textForJsonb(v)])));
        expect(parsed(result.text)).toMatchObject({ added: clean(added), modified: clean(modified) });
        const all = [...added, ...modified];
        const kept = JSON.parse(result.originals ?? '{}') as Record<string, string>;
        all.forEach((row, position) => {
          const altered = Object.values(row).some((value) => textForJsonb(value) !== value);
          expect(position in kept).toBe(altered);
          if (altered) expect(JSON.parse(kept[position]!)).toEqual(row);
        });
        expect(textForJsonb(result.text)).toBe(result.text);
      }),
    );
  });
});

describe('a document that jsonb is to take', () => {
  it('is mended in the same way', () => {
    expect(documentForJsonb('{"a": 1.10}')).toBe('{"a": 1.10}');
    expect(documentForJsonb('{"a":1.10,"b":"\\u0000","c":1e5000}')).toBe('{"a":1.10,"b":"\ufffd","c":null}');
  });
});
