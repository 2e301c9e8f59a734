import type { Change, Transaction } from './ardea-api.js';

/** What the feed must still bring before the demo has shown everything. */
export interface Progress {
  apply(changes: Change[]): void;
  /** Each thing that has not arrived, in words; empty when all has. */
  missing(): string[];
}

/**
 * Compares the feed with the rows that were known before the money was spent: the purchases must arrive as new rows,
 * an older row with another amount, and a pending row must go while the posted row that names it comes.
 * @param known rows by heron_id, as the feed had brought them
 */
export const expectSpending = (known: ReadonlyMap<string, Transaction>, purchases: string[]): Progress => {
  const current = new Map(known);
  const removedPending = new Set<string>();
  const postedFrom = new Set<string>();
  const arrived = new Set<string>();
  let modified = false;

  const upsert = (row: Transaction): void => {
    const before = current.get(row.heron_id);
    if (before === undefined && purchases.includes(row.description)) arrived.add(row.description);
    if (before !== undefined && Number(before.amount) !== Number(row.amount)) modified = true;
    if (row.pending_reference_id !== null) postedFrom.add(row.pending_reference_id);
    current.set(row.heron_id, row);
  };

  return {
    apply(changes) {
      for (const { op, transaction } of changes) {
        if (op === 'upsert') {
          upsert(transaction as Transaction);
          continue;
        }
        const before = current.get(transaction.heron_id);
        if (before?.pending === true) removedPending.add(before.reference_id);
        current.delete(transaction.heron_id);
      }
    },
    missing() {
      const lines = purchases
        .filter((purchase) => !arrived.has(purchase))
        .map((purchase) => `the new row "${purchase}"`);
      if (!modified) lines.push('a row whose amount the bank changed');
      if (![...removedPending].some((id) => postedFrom.has(id)))
        lines.push('a removed pending row and the posted row that replaces it');
      return lines;
    },
  };
};
