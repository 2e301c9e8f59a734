import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from '../../../src/api/changes/cursor.js';
import { AppError } from '../../../src/domain/errors.js';

const organization = randomUUID();

describe('feed cursor', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (incarnation, position) => {
        fc.pre(incarnation < 1e9);
        const cursor = formatCursor(organization, { incarnation, position });
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(parseCursor(organization, cursor)).toEqual({ incarnation, position });
      }),
    );
  });

  it('is refused by any other organisation, and whatever is not one', () => {
    const cursor = formatCursor(organization, { incarnation: 1, position: 5n });
    expect(() => parseCursor(randomUUID(), cursor)).toThrow(AppError);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseCursor(organization, text)).toThrow(AppError);
      }),
    );
  });
});
