import type { CallOptions, PlaidCredentials, PlaidGateway } from './plaid-api.js';
import { PlaidError } from './plaid-error.js';

/** `unchecked`: Plaid did not answer in time, or not on the matter. */
export type KeysVerdict =
  | { status: 'valid' }
  | { status: 'unchecked' }
  /** Messages by the field that is wrong; several when Plaid does not say which. */
  | { status: 'invalid'; fields: Partial<Record<KeyField, string>> };

export type KeyField = 'base_url' | 'client_id' | 'client_secret';

/**
 * Well-formed, and of no Item: Plaid checks the keys first, so INVALID_ACCESS_TOKEN means that the keys are good. The
 * call needs no Item and changes nothing.
 */
const nobodysToken = (baseUrl: string): string =>
  `access-${baseUrl.includes('production') ? 'production' : 'sandbox'}-00000000-0000-4000-8000-000000000000`;

/** Read beside a field of a form, too: in words, not by the names of fields. */
const PAIR_REFUSED =
  'Plaid refuses this pair of client ID and secret without saying which of them is wrong: it may be either.';

function verdictOf(error: PlaidError): KeysVerdict {
  const { errorCode, message } = error;
  switch (errorCode) {
    case 'INVALID_API_KEYS':
      return {
        status: 'invalid',
        fields: {
          client_id: `${PAIR_REFUSED} Compare the client ID with the one in the Plaid dashboard.`,
          client_secret: `${PAIR_REFUSED} The secret must be that of exactly this environment: each has its own.`,
        },
      };
    case 'UNAUTHORIZED_ENVIRONMENT':
      return {
        status: 'invalid',
        fields: {
          base_url:
            'Plaid has not enabled this environment for this client ID. Choose another environment or ask Plaid for access.',
        },
      };
    case 'INVALID_FIELD':
    case 'MISSING_FIELDS':
    case 'INVALID_HEADERS':
      // The message is the only place where Plaid names the field.
      if (/client_id/i.test(message))
        return { status: 'invalid', fields: { client_id: 'Plaid says that this is not a client ID.' } };
      if (/secret/i.test(message))
        return { status: 'invalid', fields: { client_secret: 'Plaid says that this is not a secret.' } };
      return { status: 'valid' };
    case 'NOT_FOUND':
      return { status: 'invalid', fields: { base_url: 'This is not the address of a Plaid API.' } };
    default:
      return error.errorClass === 'retry' || error.errorClass === 'rate_limited'
        ? { status: 'unchecked' }
        : { status: 'valid' };
  }
}

export type ClientVerdict =
  | { kind: 'accepted' }
  /** Of the client as a whole, as Plaid put it. */
  | { kind: 'refused'; code: string; message: string }
  /** Plaid did not answer, or not on the matter. */
  | { kind: 'unanswered' };

/** Asks Plaid whether it takes calls of this client at all. Never throws. */
export async function probeClient(
  gateway: PlaidGateway,
  credentials: PlaidCredentials,
  options: CallOptions,
): Promise<ClientVerdict> {
  try {
    await gateway(credentials).getItem(nobodysToken(credentials.baseUrl), options);
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof PlaidError)) return { kind: 'unanswered' };
    if (error.errorClass === 'client')
      return { kind: 'refused', code: error.errorCode ?? 'UNKNOWN', message: error.message };
    return error.errorCode === 'INVALID_ACCESS_TOKEN' ? { kind: 'accepted' } : { kind: 'unanswered' };
  }
}

/** Asks Plaid whether it takes these keys in this environment. Never throws. */
export async function checkKeys(
  gateway: PlaidGateway,
  credentials: PlaidCredentials,
  options: CallOptions,
): Promise<KeysVerdict> {
  try {
    await gateway(credentials).getItem(nobodysToken(credentials.baseUrl), options);
    return { status: 'valid' };
  } catch (error) {
    return error instanceof PlaidError ? verdictOf(error) : { status: 'unchecked' };
  }
}
