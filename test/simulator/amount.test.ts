import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, decimalOfNumber, isDecimal, isInflow } from '../../simulator/model/amount.js';

describe('exact amounts', () => {
  it('adds without losing a digit', () => {
    expect(addDecimals('123456789012345678.1234567', '1.00')).toBe('123456789012345679.1234567');
    expect(addDecimals('-0.5', '1.00')).toBe('0.50');
    expect(addDecimals('-1.25', '1.00')).toBe('-0.25');
    expect(addDecimals('7', '1')).toBe('8');
  });

  it('agrees with whole-number arithmetic at any scale', () => {
    const scaled = (n: bigint, scale: number): string => {
      const digits = (n < 0n ? -n : n).toString().padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      return n < 0n ? `-${text}` : text;
    };
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.nat({ max: 7 }),
        (a, b, scale) => {
          expect(addDecimals(scaled(a, scale), scaled(b, scale))).toBe(scaled(a + b, scale));
        },
      ),
    );
  });

  it('takes only what is a JSON number literal without exponent', () => {
    for (const good of ['0', '-1', '12.3400', '123456789012345678.1234567'])
      expect(isDecimal(good)).toBe(true);
    for (const bad of ['', '01', '1e5', '.5', '1.', '+1', ' 1', 'NaN']) expect(isDecimal(bad)).toBe(false);
    expect(isDecimal(decimalOfNumber(1e21))).toBe(true);
    expect(decimalOfNumber(1e-7)).toBe('0.0000001');
  });

  it('knows money in from money out', () => {
    expect([isInflow('-0.01'), isInflow('-0.00'), isInflow('5')]).toEqual([true, false, false]);
  });
});
