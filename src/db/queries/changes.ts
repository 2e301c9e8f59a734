import type { Connection, Transaction } from '../database.js';
import { runPrepared } from '../prepared.js';

/** Channel on which a committed change is announced; the payload is the organisation's id. A hint for waiting readers only. */
export const CHANGES_CHANNEL = 'ardea_changes';

const STAMP = `
  with ch as (
    select id, end_user_id, item_id, row_number() over (order by id) as rn, count(*) over () as n
      from transactions where id = any(:transactionIds::uuid[]) and organization_id = :organizationId::uuid),
  h as (
    update change_heads
       set position = position + (select count(*) from ch),
           stamped_at = greatest(clock_timestamp(), stamped_at + interval '1 microsecond')
     where organization_id = :organizationId::uuid returning position, stamped_at),
  stamped as (
    insert into changes (organization_id, position, transaction_id, end_user_id, item_id, stamped_at)
    select :organizationId::uuid, h.position - ch.n + ch.rn, ch.id, ch.end_user_id, ch.item_id, h.stamped_at from ch, h
    on conflict (transaction_id) do update set position = excluded.position, stamped_at = excluded.stamped_at)
  select pg_notify('${CHANGES_CHANNEL}', :organizationId::uuid::text)`;

/**
 * Gives each changed transaction its new position in the organisation's feed (invariant I6). Every writer of transactions
 * calls it once, as the last statement of its transaction, after all row work and only for rows that changed: positions
 * are given under the head's row lock, which is held until the commit, so their order is the commit order.
 *
 * `transactionIds` are row ids of one organisation, each at most once.
 */
export async function stampChanges(
  trx: Transaction,
  organizationId: string,
  transactionIds: readonly string[],
): Promise<void> {
  if (transactionIds.length === 0) return;
  await runPrepared(trx, 'stamp_changes', STAMP, { organizationId, transactionIds: [...transactionIds] });
}

/**
 * To be called once after a database was restored from a backup: readers may hold cursors of positions that are gone and
 * will be given again to other changes. Starts a new incarnation of every feed; older cursors are clamped to the restored
 * head, so their readers see everything that follows. Answers the number of feeds.
 */
export async function startNewIncarnations(on: Connection): Promise<number> {
  const { rows } = await on.raw<{ rows: unknown[] }>(
    `with bumped as (update change_heads set incarnation = incarnation + 1 returning organization_id, incarnation - 1 as ended, position)
     insert into change_restores (organization_id, incarnation, restored_position)
     select organization_id, ended, position from bumped returning organization_id`,
  );
  return rows.length;
}
