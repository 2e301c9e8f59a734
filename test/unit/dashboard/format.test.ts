import { expect, it } from 'vitest';
import { formatBalance, formatDay, formatMoney } from '../../../dashboard/src/parts/format.js';

it.each([
  [-12.5, 'USD', '-$12.50'],
  [12.5, 'EUR', '+€12.50'],
  // Digit for digit, more than a number holds.
  ['-1234567890123456.7891234', 'USD', '-$1,234,567,890,123,456.7891234'],
  [100, 'JPY', '+¥100'],
  [0, 'USD', '$0.00'],
  // What Plaid calls an unofficial currency is written out.
  [1.5, 'BTC-X', '+1.50 BTC-X'],
  [1.5, null, '+1.50'],
])('writes %s %s as %s', (amount, currency, text) => {
  expect(formatMoney(amount, currency)).toBe(text);
  // From the format that was kept, too.
  expect(formatMoney(amount, currency)).toBe(text);
});

it('writes a balance without the sign of a direction', () => {
  expect(formatBalance(12.5, 'USD')).toBe('$12.50');
  expect(formatBalance(-12.5, 'USD')).toBe('-$12.50');
});

it('never shifts a day of the bank', () => {
  expect(formatDay('2026-03-01')).toBe('Mar 1, 2026');
});
