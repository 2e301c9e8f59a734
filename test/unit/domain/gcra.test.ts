import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paceOf, withShareOfBurst } from '../../../src/domain/gcra.js';

const MINUTE_US = 60_000_000;

describe('the pace of a limit', () => {
  it('never lets burst and pace together exceed the limit of any minute', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (limit, share) => {
          const { intervalUs, toleranceUs } = paceOf(limit, share);
          const burst = toleranceUs / intervalUs + 1;
          expect(burst + Math.floor(MINUTE_US / intervalUs)).toBeLessThanOrEqual(limit);
          // And does not waste more of it than rounding takes.
          expect(burst + MINUTE_US / intervalUs).toBeGreaterThan(limit - 2 - limit * (limit / MINUTE_US));
        },
      ),
    );
  });

  it('takes what is below two calls a minute as two', () => {
    expect(paceOf(0.01, 0.5)).toEqual({ intervalUs: MINUTE_US, toleranceUs: 0 });
  });

  it('leaves the pace and shortens the burst for a share of it', () => {
    expect(withShareOfBurst(paceOf(50, 0.5), 0.5)).toEqual({
      intervalUs: 2_400_000,
      toleranceUs: 28_800_000,
    });
  });
});
