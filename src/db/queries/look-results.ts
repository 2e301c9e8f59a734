import type { WorkPriority } from '../../domain/gcra.js';
import type { Attention } from '../../domain/attention.js';
import type { ItemAction, ItemHealth } from '../../domain/item-status.js';
import type { Connection, Database } from '../database.js';

/** Which Item a result belongs to, and the state that it was made from. */
export interface LookBasis {
  itemId: string;
  /** Compare-and-set: a token, pause or commit that came meanwhile wins (invariants I1, I3). */
  syncVersion: string;
  /** Generation claimed before Plaid was asked: what this result consumes. */
  claimedGen: string;
}

/** Why syncing is paused or slow; `code` and `message` as Plaid gave them. */
export interface Trouble {
  health: ItemHealth;
  code: string;
  message: string;
  action: ItemAction;
}

export interface ItemFacts {
  institutionId: string | null;
  institutionName: string | null;
  webhookUrl: string | null;
  consentExpiresAt: Date | null;
}

/**
 * Columns of `items` that count what went wrong in a row. Every statement that ends such a row resets all of them: failures
 * that are left over keep the sweep from an Item that is dirty, restarts that are left over bring the next update's full
 * resync forward (invariants I11, I4).
 */
export const NOTHING_WRONG_IN_A_ROW = 'failures = 0, restarts = 0, restarting_since = null';

export interface LookResultQueries {
  /**
   * Plaid confirmed the Item, and whether it works; answers its health from now on, null when superseded. One that does not
   * work keeps its health: the trouble is recorded apart.
   */
  confirmItem(
    basis: LookBasis,
    facts: ItemFacts,
    state: { healthy: boolean; attention: readonly Attention[] },
  ): Promise<ItemHealth | null>;
  /**
   * Nothing could be synced and only a person, or time, changes that. Consumes the claim. False when superseded.
   * @param since when it began, if it is nothing new
   */
  recordTrouble(
    basis: LookBasis,
    trouble: Trouble,
    nextSyncAt: Date | null,
    since?: Date | null,
  ): Promise<boolean>;
  /** Plaid is still preparing the history. Consumes the claim. */
  recordNotReady(basis: LookBasis, nextSyncAt: Date): Promise<boolean>;
  /** A passing failure: the Item stays as it is, the reason is shown. `held`: no signal brings the next attempt forward. */
  recordFailure(
    basis: LookBasis,
    failure: { code: string; message: string; held: boolean },
    nextSyncAt: Date,
  ): Promise<void>;
  /** The rate budget puts the look off until then. Plaid was not asked: nothing else changes, and the claim stays owed. */
  recordBudgetWait(basis: LookBasis, until: Date, priority: WorkPriority): Promise<void>;
  /** A mutation during pagination; answers the restarts in a row so far, 0 when superseded. */
  recordRestart(basis: LookBasis, holdUntil: Date): Promise<number>;
  /** From the next look on the Item is read anew from the null cursor. The stored cursor stays until that is committed. */
  requireResync(basis: LookBasis, reason: string): Promise<boolean>;
  /** Remembers what a full resync would remove, to be confirmed by the next one. */
  recordMissing(basis: LookBasis, missing: readonly string[], holdUntil: Date): Promise<boolean>;
}

/** Consumes what an attempt claimed. */
export async function consumeClaim(on: Connection, basis: LookBasis): Promise<void> {
  await on.raw(
    'update item_sync set synced_gen = greatest(synced_gen, ?), repeated_signals = 0 where item_id = ?',
    [basis.claimedGen, basis.itemId],
  );
}

export function createLookResultQueries(db: Database): LookResultQueries {
  /**
   * Updates the Item under compare-and-set and consumes the claim in one transaction. The version moves on, so that a look
   * that began before, a zombie's say, does not undo it (invariant I1).
   */
  const settle = (
    basis: LookBasis,
    assignments: string,
    bindings: Record<string, string | Date | null | string[]>,
  ): Promise<boolean> =>
    db.transaction(async (trx) => {
      const { rows } = await trx.raw<{ rows: unknown[] }>(
        `update items set ${assignments}, sync_version = sync_version + 1, syncing_since = null, updated_at = now() where id = :itemId and sync_version = :syncVersion returning id`,
        { ...bindings, itemId: basis.itemId, syncVersion: basis.syncVersion },
      );
      if (rows.length === 0) return false;
      await consumeClaim(trx, basis);
      return true;
    });

  return {
    async confirmItem(basis, facts, { healthy, attention }) {
      const { rows } = await db.raw<{ rows: { health: ItemHealth }[] }>(
        `update items set token_checked_at = now(), institution_id = coalesce(:institutionId, institution_id),
                institution_name = coalesce(:institutionName, institution_name), plaid_webhook_url = :webhookUrl,
                consent_expires_at = :consentExpiresAt, attention = :attention::jsonb,
                health = case when :healthy and health = 'erroring' then case when last_successful_sync_at is null then 'pending' else 'active' end else health end,
                status_since = case when :healthy and health = 'erroring' then now() else status_since end,
                status_code = case when :healthy and health = 'erroring' then null else status_code end,
                status_message = case when :healthy and health = 'erroring' then null else status_message end,
                action = case when :healthy and health = 'erroring' then null else action end
          where id = :itemId and sync_version = :syncVersion returning health`,
        {
          ...facts,
          healthy,
          attention: JSON.stringify(attention),
          itemId: basis.itemId,
          syncVersion: basis.syncVersion,
        },
      );
      return rows[0]?.health ?? null;
    },
    recordTrouble: (basis, trouble, nextSyncAt, since = null) =>
      settle(
        basis,
        `status_since = coalesce(:since::timestamptz, case when status_code is distinct from :code or health <> :health then now() else status_since end),
         health = :health, status_code = :code, status_message = :message, action = :action, next_sync_at = :nextSyncAt,
         ${NOTHING_WRONG_IN_A_ROW}`,
        { ...trouble, nextSyncAt, since },
      ),
    recordNotReady: (basis, nextSyncAt) =>
      settle(
        basis,
        `not_ready_since = coalesce(not_ready_since, now()), not_ready_waits = not_ready_waits + 1, next_sync_at = :nextSyncAt,
         ${NOTHING_WRONG_IN_A_ROW}, status_code = null, status_message = null, action = null`,
        { nextSyncAt },
      ),
    async recordFailure(basis, { code, message, held }, nextSyncAt) {
      await db.raw(
        `update items set failures = failures + 1,
                -- What an erroring Item asks of a person stays asked for, though a probe could not ask Plaid about it.
                status_since = case when health <> 'erroring' and status_code is distinct from :code then now() else status_since end,
                status_code = case when health = 'erroring' then status_code else :code end,
                status_message = case when health = 'erroring' then status_message else :message end,
                action = case when health = 'erroring' then action else 'wait' end, next_sync_at = :nextSyncAt,
                hold_until = case when :held then :nextSyncAt::timestamptz end, syncing_since = null
          where id = :itemId and sync_version = :syncVersion`,
        { code, message, held, nextSyncAt, itemId: basis.itemId, syncVersion: basis.syncVersion },
      );
    },
    async recordBudgetWait(basis, until, priority) {
      await db.raw(
        `update items set budget_until = :until, budget_priority = :priority, syncing_since = null
          where id = :itemId and sync_version = :syncVersion`,
        { until, priority, itemId: basis.itemId, syncVersion: basis.syncVersion },
      );
    },
    async recordRestart(basis, holdUntil) {
      const { rows } = await db.raw<{ rows: { restarts: number }[] }>(
        `update items set restarts = restarts + 1, restarting_since = coalesce(restarting_since, now()), next_sync_at = :holdUntil,
                hold_until = :holdUntil, syncing_since = null
          where id = :itemId and sync_version = :syncVersion returning restarts`,
        { holdUntil, itemId: basis.itemId, syncVersion: basis.syncVersion },
      );
      return rows[0]?.restarts ?? 0;
    },
    async requireResync(basis, reason) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `update items set resync_reason = :reason, resync_missing = null, resync_snapshot_at = null, ${NOTHING_WRONG_IN_A_ROW},
                syncing_since = null, sync_version = sync_version + 1
          where id = :itemId and sync_version = :syncVersion returning id`,
        { reason, itemId: basis.itemId, syncVersion: basis.syncVersion },
      );
      return rows.length > 0;
    },
    recordMissing: (basis, missing, holdUntil) =>
      settle(
        basis,
        `resync_missing = :missing::uuid[], resync_snapshot_at = now(), next_sync_at = :holdUntil, hold_until = :holdUntil,
         ${NOTHING_WRONG_IN_A_ROW}`,
        { missing: [...missing], holdUntil },
      ),
  };
}
