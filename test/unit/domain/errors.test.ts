import { describe, expect, it } from 'vitest';
import { AppError, ERRORS, invalidField, type ErrorCode } from '../../../src/domain/errors.js';

describe('the error catalogue', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('%s has an HTTP error status and a way out', (code) => {
    const { status, wayOut } = ERRORS[code];
    expect(code).toMatch(/^[a-z_]+\.[a-z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(wayOut).toMatch(/^[A-Z].*\.$/);
  });

  it('gives an error its status and, unless told otherwise, its way out as description', () => {
    const error = new AppError('auth.missing');
    expect([error.status, error.description]).toEqual([401, ERRORS['auth.missing'].wayOut]);
  });

  it('names a field', () => {
    expect(invalidField('item_id', 'No.').description).toEqual({ json: { item_id: ['No.'] } });
  });
});
