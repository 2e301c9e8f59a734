import { stringify } from 'lossless-json';
import type { WorldItem } from '../driver/world.js';
import type { CheckContext } from './context.js';

const LATEST = 15;

const short = (value: unknown): string => (stringify(value) ?? '').slice(0, 700);

/** All that is known of one transaction: at the bank, in the store, in the feed, and of the syncs of its Item. */
export async function historyOf(
  context: CheckContext,
  item: WorldItem,
  transactionId: string,
): Promise<string[]> {
  const { sql, simulator, journal } = context;
  const lines: string[] = [`Item ${item.itemId} (${item.subject}), transaction ${transactionId}`];
  const add = (title: string, rows: readonly unknown[]): void => {
    lines.push(`${title}:`, ...rows.map((row) => `  ${short(row)}`));
    if (rows.length === 0) lines.push('  nothing');
  };
  add('the bank', await simulator.log(item.itemId, transactionId));
  add(
    'the stored row',
    await sql(
      `select t.id, t.amount::text, t.pending, t.version, t.created_at, t.removed_at, c.position, c.stamped_at
         from transactions t join items i on i.id = t.item_id left join changes c on c.transaction_id = t.id
        where i.plaid_item_id = $1 and t.reference_id = $2`,
      [item.itemId, transactionId],
    ),
  );
  add(
    'its versions',
    await sql(
      `select v.version, v.sync_run_id, v.removed_at, v.replaced_at, v.plaid::text
         from transaction_versions v join transactions t on t.id = v.transaction_id join items i on i.id = t.item_id
        where i.plaid_item_id = $1 and t.reference_id = $2 order by v.version`,
      [item.itemId, transactionId],
    ),
  );
  add(
    'the Item',
    await sql(
      `select i.health, i.desired_state, i.status_code, i.cursor, i.sync_version, i.history, i.next_sync_at, i.hold_until, i.failures,
              i.restarts, i.resync_reason, s.* from items i join item_sync s on s.item_id = i.id where i.plaid_item_id = $1`,
      [item.itemId],
    ),
  );
  add(
    `the latest ${LATEST} syncs`,
    await sql(
      `select r.id, r.kind, r.outcome, r.started_at, r.finished_at, r.pages, r.added, r.modified, r.removed, r.unchanged, r.restarts, r.error_code
         from sync_runs r join items i on i.id = r.item_id where i.plaid_item_id = $1 order by r.started_at desc limit ${LATEST}`,
      [item.itemId],
    ),
  );
  add(`the latest ${LATEST} steps of the run`, journal.about(item.subject, LATEST));
  return lines;
}
