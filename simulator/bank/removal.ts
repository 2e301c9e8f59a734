import type { Item } from '../model/item.js';
import type { BankContext } from './context.js';
import { sendNotice } from './notice.js';

/** Removes an Item for good; its token is dead at once. */
export const removeItem = (context: BankContext, item: Item): void => {
  const { store, clock, faults } = context;
  item.removedAt = clock.now();
  store.saveItem(item);
  const moment = { endpoint: '/item/remove', clientId: item.clientId, item };
  for (const code of faults.fire('removed', moment)) sendNotice(context, item, code);
};
