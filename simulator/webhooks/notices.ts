import type { Item } from '../model/item.js';
import { webhookBodies, type WebhookBody } from './bodies.js';

/** Webhooks that can be sent about an Item at any time, true or not, by code. */
export const NOTICES: Readonly<Record<string, (item: Item, now: number) => WebhookBody>> = {
  SYNC_UPDATES_AVAILABLE: (item) => webhookBodies.syncUpdatesAvailable(item),
  INITIAL_UPDATE: (item) => webhookBodies.initialUpdate(item, 0),
  HISTORICAL_UPDATE: (item) => webhookBodies.historicalUpdate(item, 0),
  DEFAULT_UPDATE: (item) => webhookBodies.defaultUpdate(item, 0),
  TRANSACTIONS_REMOVED: (item) => webhookBodies.transactionsRemoved(item, []),
  RECURRING_TRANSACTIONS_UPDATE: (item) => webhookBodies.recurringUpdate(item),
  ERROR: (item) => webhookBodies.itemError(item),
  LOGIN_REPAIRED: (item) => webhookBodies.loginRepaired(item),
  PENDING_EXPIRATION: (item, now) => webhookBodies.pendingExpiration(item, now),
  PENDING_DISCONNECT: (item, now) => webhookBodies.pendingDisconnect(item, now),
  NEW_ACCOUNTS_AVAILABLE: (item) => webhookBodies.newAccountsAvailable(item),
  USER_PERMISSION_REVOKED: (item) => webhookBodies.userPermissionRevoked(item),
  USER_ACCOUNT_REVOKED: (item) => webhookBodies.userAccountRevoked(item),
};
