import { describe, expect, it } from 'vitest';
import { checkKeys } from '../../../src/plaid/keys-check.js';
import { createScriptedPlaid, plaidFailure } from '../../support/scripted-plaid.js';

const credentials = { baseUrl: 'https://sandbox.plaid.com', clientId: 'client', secret: 'secret' };

describe('a pair of keys that Plaid refuses', () => {
  it('is said to be one, for Plaid does not tell which of the two is wrong', async () => {
    const plaid = createScriptedPlaid('item');
    plaid.itemError = () => {
      throw plaidFailure('INVALID_API_KEYS', { message: 'invalid client_id or secret provided' });
    };
    const verdict = await checkKeys(plaid.gateway, credentials, { timeoutMs: 1_000 });
    expect(verdict).toEqual({
      status: 'invalid',
      fields: {
        client_id: expect.stringMatching(/pair.*either.*client ID.*Plaid dashboard/) as string,
        client_secret: expect.stringMatching(/pair.*either.*exactly this environment/) as string,
      },
    });
  });
});
