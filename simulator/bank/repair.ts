import type { Item } from '../model/item.js';
import { webhookBodies } from '../webhooks/bodies.js';
import type { BankContext } from './context.js';
import { isRevoked } from './health.js';
import { scheduleItem } from './pull.js';

/** Heals the Item, unless its user withdrew the permission; sends LOGIN_REPAIRED, and tells of what was missed meanwhile. */
export const repairItem = (
  context: BankContext,
  item: Item,
  { silent = false }: { silent?: boolean } = {},
): void => {
  const { store, clock, webhooks, timing } = context;
  if (item.failure === null || isRevoked(item)) return;
  store.atomically(() => {
    const missed = item.missedUpdates;
    item.failure = null;
    item.missedUpdates = 0;
    item.loginExpiresAt = timing.loginExpiresMs === 0 ? null : clock.now() + timing.loginExpiresMs;
    if (missed > 0) item.lastSuccessfulUpdate = clock.now();
    store.saveItem(item);
    if (!silent) {
      webhooks.send(item, webhookBodies.loginRepaired(item));
      if (missed > 0) webhooks.send(item, webhookBodies.defaultUpdate(item, missed));
      if (missed > 0 && item.armed) webhooks.send(item, webhookBodies.syncUpdatesAvailable(item));
    }
  });
  scheduleItem(context, item);
};
