import { spreadHistory } from '../data/history.js';
import type { Item } from '../model/item.js';
import { webhookBodies } from '../webhooks/bodies.js';
import { seedKey, type BankContext } from './context.js';

const bringLaterHistory = (context: BankContext, item: Item): void => {
  const { store, webhooks, clock } = context;
  const later = item.laterHistory;
  // A broken login stops it; the repair takes it up again.
  if (later == null || item.removedAt !== null || item.failure !== null) return;
  store.atomically(() => {
    const range = {
      count: later.count,
      fromDaysAgo: later.days - 1,
      toDaysAgo: Math.min(later.days - 1, Math.ceil(later.days / 3)),
      withPending: false,
    };
    const key = seedKey(context, item.itemId, `later-history/${store.logOf(item).head}`);
    const rows = spreadHistory(item, range, key);
    store.appendChanges(
      item,
      rows.map((snapshot) => ({ op: 'added', snapshot })),
    );
    item.laterHistory = null;
    item.updateStatus = 'HISTORICAL_UPDATE_COMPLETE';
    item.lastSuccessfulUpdate = clock.now();
    store.saveItem(item);
    webhooks.send(item, webhookBodies.historicalUpdate(item, rows.length));
    if (item.armed) webhooks.send(item, webhookBodies.syncUpdatesAvailable(item));
  });
};

/** Puts the rest of a history that came in part on the clock. */
export const scheduleLaterHistory = (context: BankContext, item: Item): void => {
  const { laterHistory } = item;
  if (laterHistory == null) return;
  context.clock.schedule(laterHistory.at, () => {
    if (item.laterHistory === laterHistory) bringLaterHistory(context, item);
  });
};
