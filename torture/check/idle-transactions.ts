import { setTimeout as sleep } from 'node:timers/promises';
import { countChecked, violate, type CheckContext, type Sql } from './context.js';

/** Longer than a busy machine keeps a transaction waiting for its next statement, shorter than the slowness of a bank. */
const IDLE_FOR = '2 s';
const EVERY_MS = 250;

interface IdleTransaction {
  pid: number;
  began: string;
  idle: string;
  query: string;
}

/**
 * Looks all the time for transactions that wait for something else than PostgreSQL: it is Plaid that they wait for
 * (invariant I2). Each counts once.
 */
export function watchIdleTransactions(
  context: Pick<CheckContext, 'violations' | 'journal' | 'checked'>,
  sql: Sql,
): { close(): Promise<void> } {
  const seen = new Set<string>();
  let closed = false;
  const look = async (): Promise<void> => {
    const found = await sql<IdleTransaction>(
      `select pid, xact_start::text as began, (clock_timestamp() - state_change)::text as idle, left(query, 300) as query
         from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction' and state_change < clock_timestamp() - interval '${IDLE_FOR}'`,
    );
    countChecked(context, 'looks for idle transactions', 1);
    for (const { pid, began, idle, query } of found) {
      if (seen.has(`${pid} ${began}`)) continue;
      seen.add(`${pid} ${began}`);
      violate(context, 'I2', `a transaction has been idle for ${idle}`, [`its last statement: ${query}`]);
    }
  };
  const watching = (async () => {
    while (!closed) {
      await look().catch(() => undefined);
      await sleep(EVERY_MS);
    }
  })();
  return {
    async close() {
      closed = true;
      await watching;
    },
  };
}
