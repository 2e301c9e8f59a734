import type { Database } from '../database.js';

/** How long, and how many at most, each kind of record is kept. The newest of an Item is always kept. */
export interface RetentionLimits {
  /** Runs per Item. */
  syncRuns: { most: number; forMs: number };
  /** Webhooks per Item that nothing waits for any more. */
  consumed: { most: number; forMs: number };
  /** Webhooks whose Item was never linked. */
  unmatched: { forMs: number };
  /** Webhooks with a bad signature. */
  rejected: { forMs: number };
}

export interface RetentionQueries {
  /**
   * Prunes the records of the next Items after `after` (row id; null: the first), a bounded number of rows. `next` is
   * where to go on; null once all Items have had their turn.
   */
  pruneItems(after: string | null): Promise<{ pruned: number; next: string | null }>;
  /** Prunes webhooks of no Item by age, a bounded number of rows. */
  pruneUnattached(): Promise<number>;
}

export interface RetentionOptions {
  limits: RetentionLimits;
  now?: () => number;
  itemsAtOnce?: number;
  /** Rows of each kind in one statement: a prune must not hold a transaction open for long. */
  rowsAtOnce?: number;
}

const PRUNE_RUNS = `
  delete from sync_runs where id in (
    select kept.id from unnest(:items::uuid[]) as i (id)
      cross join lateral (select r.id, r.started_at, row_number() over (order by r.started_at desc, r.id desc) as nth
                            from sync_runs r where r.item_id = i.id) kept
     where kept.nth > :most or (kept.nth > 1 and kept.started_at < :before) limit :rows)`;

// Consumed: a look that began later has ended; or the Item is stopped and nothing will ever look. The newest by generation
// tells that webhooks do come here (src/api/links/webhook-delivery.ts). Locked and looked at again: another delivery of the
// same webhook may be waiting for a look just now.
const PRUNE_CONSUMED = `
  delete from plaid_webhooks where id in (
    select kept.id from items i join item_sync s on s.item_id = i.id
      cross join lateral (select w.gen, w.received_at from plaid_webhooks w where w.item_id = i.id
                           order by w.gen desc offset :most - 1 limit 1) last
      cross join lateral (select w.id from plaid_webhooks w
                           where w.item_id = i.id and w.gen < last.gen and w.forward_state <> 'pending'
                             and (w.gen <= s.synced_gen or i.desired_state = 'disabled' or i.health = 'deleted')
                           order by w.gen limit :rows for update skip locked) kept
     where i.id = any(:items::uuid[]) limit :rows)`;

const PRUNE_OLD_CONSUMED = `
  delete from plaid_webhooks where id in (
    select kept.id from items i join item_sync s on s.item_id = i.id
      cross join lateral (select max(w.gen) as gen from plaid_webhooks w where w.item_id = i.id) newest
      cross join lateral (select w.id from plaid_webhooks w
                           where w.item_id = i.id and w.gen < newest.gen and w.forward_state <> 'pending'
                             and w.last_received_at < :before
                             and (w.gen <= s.synced_gen or i.desired_state = 'disabled' or i.health = 'deleted')
                           order by w.gen limit :rows for update skip locked) kept
     where i.id = any(:items::uuid[]) limit :rows)`;

const PRUNE_UNATTACHED = `
  delete from plaid_webhooks where id in (
    select id from plaid_webhooks
     where (item_id is null and verdict <> 'rejected' and forward_state <> 'pending' and last_received_at < :unmatchedBefore)
        or (verdict = 'rejected' and received_at < :rejectedBefore)
     limit :rows for update skip locked)`;

export function createRetentionQueries(
  db: Database,
  { limits, now = Date.now, itemsAtOnce = 100, rowsAtOnce = 1_000 }: RetentionOptions,
): RetentionQueries {
  const run = async (sql: string, bindings: Record<string, number | Date | string[]>): Promise<number> => {
    const { rowCount } = await db.raw<{ rowCount: number }>(sql, { ...bindings, rows: rowsAtOnce });
    return rowCount;
  };
  const ago = (ms: number): Date => new Date(now() - ms);
  return {
    async pruneItems(after) {
      const { rows } = await db.raw<{ rows: { id: string }[] }>(
        'select id from items where :after::uuid is null or id > :after::uuid order by id limit :itemsAtOnce',
        { after, itemsAtOnce },
      );
      if (rows.length === 0) return { pruned: 0, next: null };
      const items = rows.map((row) => row.id);
      const { syncRuns, consumed } = limits;
      const pruned =
        (await run(PRUNE_RUNS, { items, most: syncRuns.most, before: ago(syncRuns.forMs) })) +
        (await run(PRUNE_CONSUMED, { items, most: consumed.most })) +
        (await run(PRUNE_OLD_CONSUMED, { items, before: ago(consumed.forMs) }));
      return { pruned, next: rows.length < itemsAtOnce ? null : (items.at(-1) ?? null) };
    },
    pruneUnattached: () =>
      run(PRUNE_UNATTACHED, {
        unmatchedBefore: ago(limits.unmatched.forMs),
        rejectedBefore: ago(limits.rejected.forMs),
      }),
  };
}
