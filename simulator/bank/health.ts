import type { Item } from '../model/item.js';
import { webhookBodies } from '../webhooks/bodies.js';
import type { BankContext } from './context.js';

/** The error that withdrawn permission shows as; it has a webhook of its own. */
const REVOKED = 'USER_PERMISSION_REVOKED';

/** The user withdrew the permission: nothing that happens to the Item any more brings it back. */
export const isRevoked = ({ failure }: Item): boolean => failure?.code === REVOKED;

/** Makes every call for the Item's data fail with the given error code, and sends ITEM/ERROR (or its like). */
export const breakItem = (
  { store, clock, webhooks }: BankContext,
  item: Item,
  { code, reason = null, silent = false }: { code: string; reason?: string | null; silent?: boolean },
): void => {
  if (isRevoked(item)) return;
  store.atomically(() => {
    item.failure = { code, reason };
    item.lastFailedUpdate = clock.now();
    store.saveItem(item);
    if (silent) return;
    webhooks.send(
      item,
      code === REVOKED ? webhookBodies.userPermissionRevoked(item) : webhookBodies.itemError(item),
    );
  });
};

/** Withdraws the permission: the Item can only be removed. */
export const revokePermission = (
  context: BankContext,
  item: Item,
  options: { silent?: boolean } = {},
): void => breakItem(context, item, { code: REVOKED, ...options });
