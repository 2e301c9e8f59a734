import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPublicId, ID_PREFIXES, toPublicId, type IdKind } from '../../../src/domain/ids.js';

const kind = fc.constantFrom(...(Object.keys(ID_PREFIXES) as IdKind[]));
const uuid = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) =>
  value
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
);

describe('public ids', () => {
  it('are a bijection of UUIDs, per kind', () => {
    fc.assert(
      fc.property(kind, kind, uuid, (one, other, row) => {
        const id = toPublicId(one, row);
        expect(id).toMatch(/^[a-z]{3}_[1-9A-HJ-NP-Za-km-z]{22}$/);
        expect(fromPublicId(one, id)).toBe(row);
        if (other !== one) expect(fromPublicId(other, id)).toBeNull();
      }),
    );
    expect(fromPublicId('user', toPublicId('user', 'ffffffff-ffff-ffff-ffff-ffffffffffff'))).toBe(
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    );
  });

  it('are never read from anything else', () => {
    const id = toPublicId('transaction', '01234567-89ab-cdef-0123-456789abcdef');
    for (const broken of [
      '',
      'txn_',
      id.slice(0, -1),
      `${id}1`,
      `${id.slice(0, -1)}0`,
      `${id.slice(0, -1)}l`,
      ` ${id}`,
      `txn_${'z'.repeat(22)}`,
    ])
      expect(fromPublicId('transaction', broken)).toBeNull();
    fc.assert(
      fc.property(fc.string(), (text) => {
        const row = fromPublicId('transaction', `txn_${text}`);
        if (row !== null) expect(toPublicId('transaction', row)).toBe(`txn_${text}`);
      }),
    );
  });

  it('refuse what is no UUID: that is a bug', () => {
    expect(() => toPublicId('user', 'x')).toThrow(TypeError);
    expect(() => toPublicId('user', '01234567-89AB-cdef-0123-456789abcdef')).toThrow(TypeError);
  });
});
