import type {
  DefaultUpdateWebhook,
  HistoricalUpdateWebhook,
  InitialUpdateWebhook,
  ItemErrorWebhook,
  ItemLoginRepairedWebhook,
  NewAccountsAvailableWebhook,
  PendingDisconnectWebhook,
  PendingExpirationWebhook,
  RecurringTransactionsUpdateWebhook,
  SyncUpdatesAvailableWebhook,
  TransactionsRemovedWebhook,
  UserAccountRevokedWebhook,
  UserPermissionRevokedWebhook,
  WebhookUpdateAcknowledgedWebhook,
} from 'plaid';
import { DAY_MS } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import type { Wire } from '../model/wire.js';
import { webhookError } from '../plaid-api/plaid-error.js';

export interface WebhookBody {
  webhook_type: string;
  webhook_code: string;
  item_id: string;
  environment: 'sandbox';
  [field: string]: unknown;
}

const head = <Type extends string, Code extends string>(
  webhookType: Type,
  webhookCode: Code,
  { itemId }: Item,
) => ({
  webhook_type: webhookType,
  webhook_code: webhookCode,
  item_id: itemId,
  environment: 'sandbox' as const,
});

const failureOf = ({ failure }: Item) =>
  failure === null ? null : webhookError(failure.code, failure.reason);

/** The bodies of Plaid's webhooks, checked against the types of the `plaid` package. */
export const webhookBodies = {
  syncUpdatesAvailable: (item: Item) =>
    ({
      ...head('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE', item),
      initial_update_complete:
        item.updateStatus === 'INITIAL_UPDATE_COMPLETE' || item.updateStatus === 'HISTORICAL_UPDATE_COMPLETE',
      historical_update_complete: item.updateStatus === 'HISTORICAL_UPDATE_COMPLETE',
    }) satisfies Wire<SyncUpdatesAvailableWebhook>,
  initialUpdate: (item: Item, newTransactions: number) =>
    ({
      ...head('TRANSACTIONS', 'INITIAL_UPDATE', item),
      error: null,
      new_transactions: newTransactions,
    }) satisfies Wire<InitialUpdateWebhook>,
  historicalUpdate: (item: Item, newTransactions: number) =>
    ({
      ...head('TRANSACTIONS', 'HISTORICAL_UPDATE', item),
      error: null,
      new_transactions: newTransactions,
    }) satisfies Wire<HistoricalUpdateWebhook>,
  defaultUpdate: (item: Item, newTransactions: number) =>
    ({
      ...head('TRANSACTIONS', 'DEFAULT_UPDATE', item),
      error: null,
      new_transactions: newTransactions,
    }) satisfies Wire<DefaultUpdateWebhook>,
  transactionsRemoved: (item: Item, removed: string[]) =>
    ({
      ...head('TRANSACTIONS', 'TRANSACTIONS_REMOVED', item),
      error: null,
      removed_transactions: removed,
    }) satisfies Wire<TransactionsRemovedWebhook>,
  recurringUpdate: (item: Item) =>
    ({
      ...head('TRANSACTIONS', 'RECURRING_TRANSACTIONS_UPDATE', item),
      account_ids: item.accounts.map(({ account_id }) => account_id),
    }) satisfies Wire<RecurringTransactionsUpdateWebhook>,
  itemError: (item: Item) =>
    ({
      ...head('ITEM', 'ERROR', item),
      error: failureOf(item) ?? webhookError('ITEM_LOGIN_REQUIRED', null),
    }) satisfies Wire<ItemErrorWebhook>,
  loginRepaired: (item: Item) =>
    head('ITEM', 'LOGIN_REPAIRED', item) satisfies Wire<ItemLoginRepairedWebhook>,
  pendingExpiration: (item: Item, now: number) =>
    ({
      ...head('ITEM', 'PENDING_EXPIRATION', item),
      consent_expiration_time: new Date(now + 7 * DAY_MS).toISOString(),
    }) satisfies Wire<PendingExpirationWebhook>,
  pendingDisconnect: (
    item: Item,
    now: number,
    reason: 'INSTITUTION_TOKEN_EXPIRATION' | 'INSTITUTION_MIGRATION' = 'INSTITUTION_TOKEN_EXPIRATION',
  ) =>
    ({
      ...head('ITEM', 'PENDING_DISCONNECT', item),
      reason,
      disconnect_time: new Date(now + 7 * DAY_MS).toISOString(),
    }) satisfies Wire<PendingDisconnectWebhook>,
  userPermissionRevoked: (item: Item) =>
    ({
      ...head('ITEM', 'USER_PERMISSION_REVOKED', item),
      error: webhookError('USER_PERMISSION_REVOKED', null),
    }) satisfies Wire<UserPermissionRevokedWebhook>,
  userAccountRevoked: (item: Item, accountId?: string) =>
    ({
      ...head('ITEM', 'USER_ACCOUNT_REVOKED', item),
      account_id: accountId ?? item.accounts[0]?.account_id ?? '',
    }) satisfies Wire<UserAccountRevokedWebhook>,
  newAccountsAvailable: (item: Item) =>
    ({
      ...head('ITEM', 'NEW_ACCOUNTS_AVAILABLE', item),
      error: null,
    }) satisfies Wire<NewAccountsAvailableWebhook>,
  webhookUpdateAcknowledged: (item: Item, url: string) =>
    ({
      ...head('ITEM', 'WEBHOOK_UPDATE_ACKNOWLEDGED', item),
      new_webhook_url: url,
      error: null,
    }) satisfies Wire<WebhookUpdateAcknowledgedWebhook>,
};
