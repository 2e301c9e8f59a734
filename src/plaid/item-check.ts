import type { CallOptions, PlaidCredentials, PlaidGateway } from './plaid-api.js';
import { PlaidError } from './plaid-error.js';

export interface CheckedItem {
  institutionId: string | null;
  institutionName: string | null;
  webhookUrl: string | null;
  /** When the end user's consent ends; null where it does not. */
  consentExpiresAt: Date | null;
}

export type ItemVerdict =
  /** Token, environment and item_id belong together; the Item may still be in error. */
  | { kind: 'fits'; item: CheckedItem }
  /** Plaid did not answer in time, or not on the matter: to be checked by the first sync. */
  | { kind: 'unchecked' }
  | { kind: 'mismatch'; field: 'item_id' | 'access_token'; message: string }
  /** The integration's keys are refused, so nothing can be said about the token. */
  | { kind: 'keys_rejected'; code: string; message: string };

/**
 * Plaid has one code for tokens that are malformed ("expected format: access-<environment>-<identifier>"), of another kind
 * ('wrong type. expected "access", got "public"'), of another environment, and unknown: only its message tells.
 */
function refusedToken(message: string): string {
  if (/invalid format|expected format|wrong type/i.test(message))
    return 'This is not an access_token. Send it exactly as /item/public_token/exchange returned it.';
  if (/environment/i.test(message))
    return 'This access_token is of another Plaid environment than the integration.';
  return "Plaid does not know this access_token under the integration's keys.";
}

/** consent_expiration_time of /item/get; null also for what is no time. */
export function consentOf(item: { consent_expiration_time?: string | null }): Date | null {
  const at = Date.parse(item.consent_expiration_time ?? '');
  return Number.isFinite(at) ? new Date(at) : null;
}

function verdictOf(error: PlaidError): ItemVerdict {
  switch (error.errorCode) {
    case 'INVALID_ACCESS_TOKEN':
      return {
        kind: 'mismatch',
        field: 'access_token',
        message: refusedToken(error.message),
      };
    case 'ITEM_NOT_FOUND':
      return {
        kind: 'mismatch',
        field: 'access_token',
        message: 'The Item of this access_token has been removed at Plaid. Link it anew.',
      };
    case 'INVALID_API_KEYS':
    case 'UNAUTHORIZED_ENVIRONMENT':
      return { kind: 'keys_rejected', code: error.errorCode, message: error.message };
    default:
      if (error.errorClass === 'bug' && /access_token/i.test(error.message))
        return {
          kind: 'mismatch',
          field: 'access_token',
          message: 'Plaid says that this is not an access_token.',
        };
      return { kind: 'unchecked' };
  }
}

/** Asks Plaid for the Item, to learn whether token, environment and item_id belong together. Never throws. */
export async function checkItem(
  gateway: PlaidGateway,
  credentials: PlaidCredentials,
  link: { itemId: string; accessToken: string },
  options: CallOptions,
): Promise<ItemVerdict> {
  try {
    const item = await gateway(credentials).getItem(link.accessToken, options);
    if (item.item_id !== link.itemId)
      return {
        kind: 'mismatch',
        field: 'item_id',
        message: 'The access_token belongs to another Item than this item_id.',
      };
    return {
      kind: 'fits',
      item: {
        institutionId: item.institution_id ?? null,
        institutionName: item.institution_name ?? null,
        webhookUrl: item.webhook || null,
        consentExpiresAt: consentOf(item),
      },
    };
  } catch (error) {
    return error instanceof PlaidError ? verdictOf(error) : { kind: 'unchecked' };
  }
}
