import type { Transaction } from './database.js';

/**
 * Runs statements that compare whole histories. Rows that were merged a moment ago are not in the statistics yet: with nested
 * loops the planner would take a history for a row or two and go over it once for each row of another.
 */
export async function withoutNestedLoops<T>(trx: Transaction, run: () => Promise<T>): Promise<T> {
  await trx.raw('set local enable_nestloop = off');
  const result = await run();
  await trx.raw('set local enable_nestloop = on');
  return result;
}
