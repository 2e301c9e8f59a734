import type { Connection } from '../database.js';

/** A duration as PostgreSQL reads an interval. */
export const interval = (ms: number): string => `${ms} milliseconds`;

/**
 * Marks an Item dirty in the caller's transaction; answers the generation, and whether its workflow is to be signalled after
 * the commit (docs/adr/0004). An unanswered signal that is older than `signalStaleAfterMs` is owed again.
 */
export async function markItemDirty(
  on: Connection,
  itemId: string,
  signalStaleAfterMs: number,
): Promise<{ gen: string; signal: boolean }> {
  const { rows } = await on.raw<{ rows: [{ gen: string; signal: boolean }] }>(
    'select gen, signal from mark_item_dirty(?, ?)',
    [itemId, interval(signalStaleAfterMs)],
  );
  return rows[0];
}

/** The same as bulk work, unless a webhook or a user wants the Item synced at this moment. */
export async function markItemDirtyAsBulk(
  on: Connection,
  itemId: string,
  signalStaleAfterMs: number,
): Promise<{ gen: string; signal: boolean }> {
  const marked = await markItemDirty(on, itemId, signalStaleAfterMs);
  await on.raw(
    'update item_sync set bulk_gen = dirty_gen where item_id = ? and greatest(synced_gen, bulk_gen) >= dirty_gen - 1',
    [itemId],
  );
  return marked;
}
