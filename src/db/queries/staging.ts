import type { Connection, Database } from '../database.js';
import type { JsonText } from '../json-text.js';

/** Rows of a page, in the order of the fold: `added`, then `modified`; positions count from `firstPosition`. */
export const PAGE_ROWS = `
  select (ord - 1)::integer + :firstPosition::integer as position, row as data,
         convert_to(:bytes::jsonb ->> (ord - 1)::text, 'UTF8') as bytes
    from page, jsonb_array_elements((page.body -> 'added') || (page.body -> 'modified')) with ordinality as e(row, ord)`;

export interface StagingQueries {
  /** Opens a run under a fresh id; a crashed run is never resumed, only pruned. */
  begin(runId: string, itemId: string): Promise<void>;
  /** Stores one page's rows; answers how many, and the page's accounts as JSON text (balances stay exact). */
  stage(runId: string, firstPosition: number, page: JsonText): Promise<{ rows: number; accounts: string }>;
  discard(runId: string): Promise<void>;
  /** Removes runs that began before `olderThan`, a few at a time: nothing alive can still be using them. Answers how many. */
  prune(olderThan: Date): Promise<number>;
}

const RUNS_AT_ONCE = 10;

export function createStagingQueries(db: Database): StagingQueries {
  const remove = async (on: Connection, runIds: string[]): Promise<void> => {
    await on.raw('delete from sync_staged_rows where run_id = any(?::uuid[])', [runIds]);
    await on.raw('delete from sync_staged_runs where run_id = any(?::uuid[])', [runIds]);
  };
  return {
    async begin(runId, itemId) {
      await db.raw('insert into sync_staged_runs (run_id, item_id) values (?, ?)', [runId, itemId]);
    },
    async stage(runId, firstPosition, page) {
      const { rows } = await db.raw<{ rows: [{ rows: string; accounts: string }] }>(
        `with page as materialized (select :body::jsonb as body),
         staged as (
           insert into sync_staged_rows (run_id, position, data, bytes)
           select :runId, position, data, bytes from (${PAGE_ROWS}) source returning 1)
         select (select count(*) from staged) as rows, coalesce(page.body -> 'accounts', '[]')::text as accounts from page`,
        { runId, firstPosition, body: page.text, bytes: page.originals },
      );
      return { rows: Number(rows[0].rows), accounts: rows[0].accounts };
    },
    discard: (runId) => remove(db, [runId]),
    async prune(olderThan) {
      const runs = await db<{ run_id: string; started_at: Date }>('sync_staged_runs')
        .where('started_at', '<', olderThan)
        .orderBy('started_at')
        .limit(RUNS_AT_ONCE)
        .select('run_id');
      // One by one: a run may be a history of a hundred thousand rows.
      for (const run of runs) await remove(db, [run.run_id]);
      return runs.length;
    },
  };
}
