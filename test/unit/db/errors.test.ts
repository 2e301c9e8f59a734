import { describe, expect, it } from 'vitest';
import { databaseFailure } from '../../../src/db/errors.js';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

describe('databaseFailure', () => {
  it.each(['57P01', '57P03', '53300', '08006', '25006', '40P01', 'ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'])(
    'takes %s as passing',
    (code) => {
      expect(databaseFailure(coded(code))).toBe('unavailable');
    },
  );

  it('knows failures without a code', () => {
    expect(databaseFailure(new Error('Connection terminated unexpectedly'))).toBe('unavailable');
    expect(databaseFailure(Object.assign(new Error('x'), { name: 'KnexTimeoutError' }))).toBe('unavailable');
    expect(databaseFailure(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(
      'unavailable',
    );
  });

  it('tells the caller’s mistakes from bugs', () => {
    expect(databaseFailure(coded('2201B'))).toBe('invalid_regex');
    expect(databaseFailure(coded('22021'))).toBe('invalid_text');
    expect(databaseFailure(coded('57014'))).toBe('too_slow');
    for (const bug of [coded('23505'), coded('42P01'), new TypeError('x'), 'x', null])
      expect(databaseFailure(bug)).toBeNull();
  });
});
