import { spreadHistory } from '../data/history.js';
import type { Item } from '../model/item.js';
import type { Snapshot } from '../model/transaction.js';
import { recordChanges } from './announce.js';
import { seedKey, type BankContext } from './context.js';
import { scheduleLaterHistory } from './later-history.js';

const recordAdded = (
  context: BankContext,
  item: Item,
  rows: readonly Snapshot[],
  silent: boolean,
): number => {
  recordChanges(
    context,
    item,
    rows.map((snapshot) => ({ op: 'added', snapshot })),
    { silent },
  );
  return rows.length;
};

/** Adds `count` posted transactions spread over the last `days` days before the Item's creation. @returns how many */
export const addHistory = (
  context: BankContext,
  item: Item,
  { count, days, silent }: { count: number; days: number; silent: boolean },
): number => {
  const key = seedKey(context, item.itemId, `added-history/${context.store.logOf(item).head}`);
  const rows = spreadHistory(item, { count, fromDaysAgo: days - 1, toDaysAgo: 0, withPending: false }, key);
  return recordAdded(context, item, rows, silent);
};

/**
 * Adds the newest third of a history now and the rest after a while, the Item at INITIAL_UPDATE_COMPLETE between them.
 * @returns how many were added now
 */
export const addHistoryInParts = (
  context: BankContext,
  item: Item,
  { count, days, delayMs, silent }: { count: number; days: number; delayMs: number; silent: boolean },
): number =>
  context.store.atomically(() => {
    const first = Math.ceil(count / 3);
    const recent = Math.max(1, Math.ceil(days / 3));
    item.updateStatus = 'INITIAL_UPDATE_COMPLETE';
    item.laterHistory = { at: context.clock.now() + delayMs, count: count - first, days };
    context.store.saveItem(item);
    scheduleLaterHistory(context, item);
    const key = seedKey(context, item.itemId, `partial-history/${context.store.logOf(item).head}`);
    const range = { count: first, fromDaysAgo: recent - 1, toDaysAgo: 0, withPending: false };
    return recordAdded(context, item, spreadHistory(item, range, key), silent);
  });
