import { dateOf, daysBetween } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import { createRandom } from '../model/random.js';
import { draftOf, snapshotOf, type Snapshot } from '../model/transaction.js';
import { seedKey, type BankContext } from './context.js';

/**
 * The rows that the Item's model has now, as they look in this Item: other ids, the same dates, amounts and names.
 * @param isMeant which of them, by their age in days
 */
export const copiedHistory = (
  context: BankContext,
  item: Item,
  isMeant: (daysAgo: number) => boolean,
): Snapshot[] => {
  const { store } = context;
  const model = store.items.get(item.copyOf?.itemId ?? '');
  if (model === undefined || item.copyOf === undefined) return [];
  const { accounts, newest } = item.copyOf;
  const today = dateOf(item.createdAt);
  const log = store.logOf(item);
  const rows = store
    .logOf(model)
    .rows()
    .filter(({ accountId }) => accounts[accountId] !== undefined)
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  return rows.slice(newest === null ? 0 : Math.max(0, rows.length - newest)).flatMap((row) => {
    const id = createRandom(seedKey(context, item.itemId, `copy/${row.transactionId}`)).identifier();
    if (!isMeant(daysBetween(row.date, today)) || log.current(id) !== null) return [];
    const draft = draftOf(row);
    return [
      snapshotOf({
        ...draft,
        details: {
          ...draft.details,
          transaction_id: id,
          account_id: accounts[row.accountId] ?? '',
          pending_transaction_id: null,
        },
      }),
    ];
  });
};
