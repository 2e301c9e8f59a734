import type { Item } from '../model/item.js';
import type { Change } from '../model/update-log.js';
import { webhookBodies } from '../webhooks/bodies.js';
import type { BankContext } from './context.js';

/**
 * Appends changes to the Item's log and tells its webhook, as Plaid does after it has looked at the bank: the legacy
 * webhooks always, SYNC_UPDATES_AVAILABLE once the Item has been synced. A broken Item tells nothing until it is repaired.
 * @param silent appends without telling, as if the webhooks were lost
 */
export const recordChanges = (
  { store, clock, webhooks }: BankContext,
  item: Item,
  changes: readonly Change[],
  { silent = false }: { silent?: boolean } = {},
): void =>
  store.atomically(() => {
    if (changes.length === 0) return;
    store.appendChanges(item, changes);
    if (item.failure !== null) item.missedUpdates += changes.length;
    else item.lastSuccessfulUpdate = clock.now();
    store.saveItem(item);
    if (silent || item.failure !== null || item.updateStatus === 'NOT_READY') return;
    const removed = changes.flatMap((change) => (change.op === 'removed' ? [change.transactionId] : []));
    const added = changes.filter(({ op }) => op === 'added').length;
    webhooks.send(item, webhookBodies.defaultUpdate(item, added));
    if (removed.length > 0) webhooks.send(item, webhookBodies.transactionsRemoved(item, removed));
    if (item.armed) webhooks.send(item, webhookBodies.syncUpdatesAvailable(item));
  });
