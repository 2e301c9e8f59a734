import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layOutJson } from '../../../dashboard/src/parts/json-layout.js';

it('lays JSON out as JSON.stringify does, whatever its space was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const json = JSON.stringify(value, null, space);
      expect(layOutJson(json)).toBe(JSON.stringify(value, null, 2));
    }),
  );
});

it('leaves every token as it is: digits, escapes, and keys that are there twice', () => {
  expect(layOutJson('{"a":1.50,"a":12345678901234567890,"b":["\\u00e9\\"{,",1e3,[ ],{}],"c" : -0.0}')).toBe(
    [
      '{',
      '  "a": 1.50,',
      '  "a": 12345678901234567890,',
      '  "b": [',
      '    "\\u00e9\\"{,",',
      '    1e3,',
      '    [],',
      '    {}',
      '  ],',
      '  "c": -0.0',
      '}',
    ].join('\n'),
  );
});

it('is not for what is no JSON', () => {
  expect(layOutJson('{"cut": "o')).toBeUndefined();
});
