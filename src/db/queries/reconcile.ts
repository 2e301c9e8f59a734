import type { Transaction } from '../database.js';
import { withoutNestedLoops } from '../nested-loops.js';
import { renumberedOf } from './matched-accounts.js';

/**
 * Live rows of the Item that a complete snapshot lacks, by the rules of invariant I4: the account is still there, if under
 * another id, and the row is not older than that account's oldest row in the snapshot (Plaid's window of history may have
 * moved on). Runs after the snapshot's rows and accounts were merged, under the Item's lock.
 */
export async function missingFromSnapshot(
  trx: Transaction,
  itemId: string,
  snapshot: { ids: readonly string[]; accountIds: readonly string[] },
): Promise<string[]> {
  const accounts = await renumberedOf(trx, itemId);
  const { rows } = await withoutNestedLoops(trx, () =>
    trx.raw<{ rows: { id: string }[] }>(
      `with snapshot as (select unnest(:ids::text[]) as reference_id),
     renumbered as (select * from unnest(:renumbered::text[], :became::text[]) as r(account_id, became)),
     oldest as (
       select t.account_id, min(t.date) as date from transactions t join snapshot s using (reference_id)
        where t.item_id = :itemId group by t.account_id)
     select t.id from transactions t left join renumbered r on r.account_id = t.account_id
       join oldest o on o.account_id = coalesce(r.became, t.account_id)
      where t.item_id = :itemId and t.removed_at is null and o.account_id = any(:accountIds::text[]) and t.date >= o.date
        and not exists (select 1 from snapshot s where s.reference_id = t.reference_id)`,
      { itemId, ids: [...snapshot.ids], accountIds: [...snapshot.accountIds], ...accounts },
    ),
  );
  return rows.map((row) => row.id);
}

/** Marks rows as removed; their content stays. */
export async function tombstone(trx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.raw(
    'update transactions set removed_at = clock_timestamp() where id = any(?::uuid[]) and removed_at is null',
    [[...ids]],
  );
}
