import { spreadHistory } from '../data/history.js';
import type { Item } from '../model/item.js';
import { recordChanges } from './announce.js';
import { seedKey, type BankContext } from './context.js';

/** Adds `count` posted transactions spread over the last `days` days before the Item's creation. @returns how many */
export const addHistory = (
  context: BankContext,
  item: Item,
  { count, days, silent }: { count: number; days: number; silent: boolean },
): number => {
  const key = seedKey(context, item.itemId, `added-history/${context.store.logOf(item).head}`);
  const rows = spreadHistory(item, { count, fromDaysAgo: days - 1, toDaysAgo: 0, withPending: false }, key);
  recordChanges(
    context,
    item,
    rows.map((snapshot) => ({ op: 'added', snapshot })),
    { silent },
  );
  return rows.length;
};
