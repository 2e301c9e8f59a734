import { createRandom } from '../model/random.js';
import type { Item } from '../model/item.js';
import { seedKey, type BankContext } from './context.js';
import { breakItem } from './health.js';
import { createItem, exchangePublicToken } from './link.js';
import { completePull } from './pull.js';
import { removeItem } from './removal.js';

export interface Relink {
  /** Null: as the old Item's. */
  daysRequested: number | null;
  /** Only so many of the newest transactions; null for all. */
  newest: number | null;
  webhook: string | null;
  /** Without the delays of the pulls. */
  ready: boolean;
  old: 'keep' | 'break' | 'remove';
  /** With what the old Item breaks. */
  errorCode: string;
}

/**
 * Links the accounts of an Item again, as a user does who goes through Link instead of its update mode. The new Item
 * has ids of its own; its pulls bring what the old one's rows are at that time, under other ids.
 */
export const relinkItem = (context: BankContext, old: Item, relink: Relink): Item => {
  return context.store.atomically(() => {
    const { item, publicToken } = createItem(context, {
      clientId: old.clientId,
      institutionId: old.institutionId,
      products: [...old.products],
      webhook: relink.webhook,
      username: old.username,
      longAmounts: old.longAmounts ?? false,
      daysRequested: relink.daysRequested ?? old.pull?.daysRequested ?? 90,
      accounts: (itemId) => {
        const random = createRandom(seedKey(context, itemId, 'relinked-accounts'));
        return old.accounts.map((account) => ({ ...account, account_id: random.identifier() }));
      },
      copyOf: { item: old, newest: relink.newest },
    });
    exchangePublicToken(context, old.clientId, publicToken.publicToken);
    if (relink.ready) completePull(context, item);
    if (relink.old === 'break') breakItem(context, old, { code: relink.errorCode });
    if (relink.old === 'remove') removeItem(context, old);
    return item;
  });
};
