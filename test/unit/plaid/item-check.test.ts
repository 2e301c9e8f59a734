import { describe, expect, it } from 'vitest';
import { checkItem } from '../../../src/plaid/item-check.js';
import { createScriptedPlaid, plaidFailure } from '../../support/scripted-plaid.js';

const credentials = { baseUrl: 'https://sandbox.plaid.com', clientId: 'client', secret: 'secret' };

describe('INVALID_ACCESS_TOKEN', () => {
  it.each([
    [
      'provided access token is in an invalid format. expected format: access-<environment>-<identifier>',
      /^This is not an access_token/,
    ],
    ['provided token is the wrong type. expected "access", got "public"', /^This is not an access_token/],
    [
      'provided access token is for the wrong Plaid environment. expected "sandbox", got "production"',
      /another Plaid environment/,
    ],
    ['could not find matching access token', /^Plaid does not know this access_token/],
  ])('is explained by what Plaid says: %s', async (said, message) => {
    const plaid = createScriptedPlaid('item');
    plaid.itemError = () => {
      throw plaidFailure('INVALID_ACCESS_TOKEN', { message: said });
    };
    const verdict = await checkItem(
      plaid.gateway,
      credentials,
      { itemId: 'item', accessToken: 'token' },
      { timeoutMs: 1_000 },
    );
    expect(verdict).toEqual({
      kind: 'mismatch',
      field: 'access_token',
      message: expect.stringMatching(message) as string,
    });
  });
});
