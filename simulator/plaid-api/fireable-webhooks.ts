import type { SandboxItemFireWebhookRequest } from 'plaid';
import type { Item } from '../model/item.js';
import type { Wire } from '../model/wire.js';
import { webhookBodies, type WebhookBody } from '../webhooks/bodies.js';
import { PlaidApiError } from './plaid-error.js';

type Code = Wire<SandboxItemFireWebhookRequest['webhook_code']>;
type Type = Wire<NonNullable<SandboxItemFireWebhookRequest['webhook_type']>>;

export const WEBHOOK_TYPES: readonly Type[] = [
  'AUTH',
  'HOLDINGS',
  'INVESTMENTS_TRANSACTIONS',
  'ITEM',
  'LIABILITIES',
  'TRANSACTIONS',
  'ASSETS',
];

// The first type is the one that is meant when the request names none.
const TYPES_OF_CODE: Record<Code, readonly [Type, ...Type[]]> = {
  DEFAULT_UPDATE: ['TRANSACTIONS', 'HOLDINGS', 'INVESTMENTS_TRANSACTIONS', 'LIABILITIES'],
  NEW_ACCOUNTS_AVAILABLE: ['ITEM'],
  SMS_MICRODEPOSITS_VERIFICATION: ['AUTH'],
  AUTHORIZATION_GRANTED: ['ITEM'],
  USER_PERMISSION_REVOKED: ['ITEM'],
  USER_ACCOUNT_REVOKED: ['ITEM'],
  PENDING_DISCONNECT: ['ITEM'],
  RECURRING_TRANSACTIONS_UPDATE: ['TRANSACTIONS'],
  LOGIN_REPAIRED: ['ITEM'],
  SYNC_UPDATES_AVAILABLE: ['TRANSACTIONS'],
  PRODUCT_READY: ['ASSETS'],
  ERROR: ['ITEM', 'ASSETS'],
};

export const WEBHOOK_CODES = Object.keys(TYPES_OF_CODE);

const bodyOf = (item: Item, code: Code, type: Type, now: number): WebhookBody => {
  switch (code) {
    case 'SYNC_UPDATES_AVAILABLE':
      return webhookBodies.syncUpdatesAvailable(item);
    case 'RECURRING_TRANSACTIONS_UPDATE':
      return webhookBodies.recurringUpdate(item);
    case 'NEW_ACCOUNTS_AVAILABLE':
      return webhookBodies.newAccountsAvailable(item);
    case 'USER_PERMISSION_REVOKED':
      return webhookBodies.userPermissionRevoked(item);
    case 'USER_ACCOUNT_REVOKED':
      return webhookBodies.userAccountRevoked(item);
    case 'PENDING_DISCONNECT':
      return webhookBodies.pendingDisconnect(item, now);
    case 'LOGIN_REPAIRED':
      return webhookBodies.loginRepaired(item);
    case 'DEFAULT_UPDATE':
      if (type === 'TRANSACTIONS') return webhookBodies.defaultUpdate(item, 0);
      break;
    case 'ERROR':
      if (type === 'ITEM') return webhookBodies.itemError(item);
      break;
    default:
  }
  // Webhooks of products that are not simulated carry only what all webhooks have.
  return { webhook_type: type, webhook_code: code, item_id: item.itemId, environment: 'sandbox' };
};

/**
 * The webhook that /sandbox/item/fire_webhook asks for. It changes nothing of the Item.
 * @throws PlaidApiError INVALID_FIELD for a code that does not exist under that type
 */
export const fireableWebhook = (
  item: Item,
  code: string,
  type: string | undefined,
  now: number,
): WebhookBody => {
  const types = TYPES_OF_CODE[code as Code];
  const chosen = type === undefined ? types[0] : types.find((known) => known === type);
  if (chosen === undefined)
    throw new PlaidApiError('INVALID_FIELD', `webhook_code ${code} is not a webhook of type ${type}`);
  return bodyOf(item, code as Code, chosen, now);
};
