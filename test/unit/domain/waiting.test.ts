import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffMs,
  jittered,
  needsConfirmation,
  restartsExhausted,
  spread,
} from '../../../src/domain/waiting.js';

describe('waiting', () => {
  it('doubles up to the longest wait, for ever', () => {
    expect([0, 1, 2, 3, 4].map((count) => backoffMs(count, 100, 1_000))).toEqual([100, 200, 400, 800, 1_000]);
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 60_000 }), (count, first) => {
        const wait = backoffMs(count, first, 300_000);
        expect(wait).toBeGreaterThanOrEqual(first);
        expect(wait).toBeLessThanOrEqual(300_000);
        expect(backoffMs(count + 1, first, 300_000)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });

  it('spreads Items over the interval, each always to the same place', () => {
    fc.assert(
      fc.property(fc.uuid(), (key) => {
        expect(spread(key)).toBe(spread(key));
        const wait = jittered(10_000, key);
        expect(wait).toBeGreaterThanOrEqual(9_000);
        expect(wait).toBeLessThanOrEqual(11_000);
      }),
    );
    const tenths = new Set(Array.from({ length: 1_000 }, (_, i) => Math.floor(spread(`item-${i}`) * 10)));
    expect(tenths.size).toBe(10);
  });

  it('gives up restarting only after both the number and the time (invariant I4)', () => {
    const rules = { minimum: 8, windowMs: 600_000 };
    expect(restartsExhausted(8, 0, 600_000, rules)).toBe(true);
    expect(restartsExhausted(7, 0, 10_000_000, rules)).toBe(false);
    expect(restartsExhausted(1_000, 0, 599_999, rules)).toBe(false);
  });

  it('asks for a confirmation above 50 rows and above 20 % (invariant I4)', () => {
    expect(needsConfirmation(50, 10)).toBe(false);
    expect(needsConfirmation(51, 10)).toBe(true);
    expect(needsConfirmation(200, 1_000)).toBe(false);
    expect(needsConfirmation(201, 1_000)).toBe(true);
    expect(needsConfirmation(0, 0)).toBe(false);
  });
});
