import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { changesQuery } from '../../../src/api/changes/schema.js';
import { endUserList, newEndUser } from '../../../src/api/end-users/schema.js';
import { newIntegration } from '../../../src/api/integrations/schema.js';
import { newLink, whoseLinks } from '../../../src/api/links/schema.js';
import { transactionsQuery } from '../../../src/api/transactions/query.js';
import { validate } from '../../../src/api/validation.js';
import { AppError, type FieldErrors } from '../../../src/domain/errors.js';

const problems = (schemas: { query?: z.ZodType; body?: z.ZodType }, input: unknown): FieldErrors => {
  try {
    validate({ query: schemas.query, body: schemas.body }, { query: input, body: input });
  } catch (error) {
    if (error instanceof AppError) return error.description as FieldErrors;
    throw error;
  }
  return {};
};
const everywhere = (schema: z.ZodObject, value: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.keys(schema.shape).map((name) => [name, value]));
const bodies = [newIntegration(['https://sandbox.plaid.com']), newEndUser, newLink];
const queries = [endUserList, transactionsQuery, changesQuery, whoseLinks];

describe('what is said about a wrong field', () => {
  it('is the same of every field that is missing', () => {
    const missing = ['Missing data for required field.'];
    expect(problems({ body: bodies[0]! }, {})).toEqual({
      json: {
        name: missing,
        type: missing,
        resource: missing,
        base_url: missing,
        client_id: missing,
        client_secret: missing,
      },
    });
    expect(problems({ query: whoseLinks }, {})).toEqual({ query: { end_user_id_or_heron_id: missing } });
  });

  it('lists what it may be', () => {
    expect(problems({ body: bodies[0]! }, { type: 'x', resource: null, base_url: 'x' }).json).toMatchObject({
      type: ['Must be one of: plaid.'],
      resource: ['Must be one of: transaction.'],
      base_url: ['Must be one of: https://sandbox.plaid.com.'],
    });
    expect(problems({ body: newEndUser }, { end_user_id: 'a', status: 'asleep' }).json?.status?.[0]).toMatch(
      /^Must be one of: \w+(, \w+)+\.$/,
    );
    expect(problems({ query: transactionsQuery }, { order_by: 'x', include: 'x' }).query).toEqual({
      order_by: [expect.stringMatching(/^Must be one of: id_asc, id_desc(, \w+)+\.$/)],
      include: ['Must be one of: plaid.'],
    });
  });

  it('names the kind of value in plain words', () => {
    expect(
      problems({ body: newEndUser }, { end_user_id: 5, name: [], is_portfolio: 'yes', status: null }).json,
    ).toEqual({
      end_user_id: ['Must be a string.'],
      name: ['Must be a string.'],
      is_portfolio: ['Must be true or false.'],
      status: [expect.stringMatching(/^Must be one of: /)],
    });
    expect(problems({ query: endUserList }, { limit: ['1', '2'], name: [] }).query).toEqual({
      limit: ['Must be given only once.'],
      name: ['Must be given only once.'],
    });
    expect(problems({ body: newEndUser }, 'text').json).toEqual({ _schema: ['Must be an object.'] });
  });

  it('is never what zod would say', () => {
    for (const value of [null, 5, '', 'x\0', true, [], ['a', 'b'], {}, 'x'.repeat(3_000)]) {
      const said = [
        ...bodies.map((body) => problems({ body }, everywhere(body, value))),
        ...queries.map((query) => problems({ query }, everywhere(query, value))),
      ].flatMap((fields) => Object.values(fields).flatMap((byField) => Object.values(byField).flat()));
      expect(said.length).toBeGreaterThan(0);
      for (const message of said) expect(message).toMatch(/^(Must |Not available yet)/);
    }
  });
});
