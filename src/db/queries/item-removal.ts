import type { Database, Transaction } from '../database.js';
import { stampChanges } from './changes.js';
import { markItemDirty } from './dirty-mark.js';
import { lockFamily, relinksToEnd, undoRelink } from './relink-effects.js';

export interface RemovalOptions {
  /** The Item has been removed at Plaid: there is nothing left to sync, ever. */
  removedAtPlaid: boolean;
  /** Erase the data too. */
  erase: boolean;
  /** Of an erasure: leave the sealed token, because Plaid has still to be asked to remove the Item. */
  keepToken?: boolean;
}

export interface ItemRemovalQueries {
  /**
   * Stops syncing an Item and, if asked, erases its data in the same transaction: rows become tombstones without content,
   * ids stay, and the feed tells of each. Idempotent. The workflow is to be signalled after the commit.
   */
  remove(organizationId: string, itemId: string, options: RemovalOptions): Promise<{ signal: boolean }>;
}

/** Erasure: what the Item's rows told about a person goes, ids and tombstones stay, so that every reader learns of it. */
async function erase(trx: Transaction, itemId: string, keepToken: boolean): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `update transactions
        set amount = null, currency = null, date = null, authorized_date = null, occurred_at = null, description = null,
            merchant_name = null, payment_channel = null, transaction_code = null, category_primary = null,
            category_detailed = null, pending = null, plaid = '{}', plaid_bytes = null,
            removed_at = coalesce(removed_at, now()), duplicate_of = null
      where item_id = ? and plaid <> '{}'
      returning id`,
    [itemId],
  );
  await trx.raw('delete from transaction_versions where item_id = ?', [itemId]);
  await trx.raw(
    'delete from sync_staged_rows where run_id in (select run_id from sync_staged_runs where item_id = ?)',
    [itemId],
  );
  await trx.raw('delete from sync_staged_runs where item_id = ?', [itemId]);
  await trx.raw(
    `update accounts
        set name = null, official_name = null, mask = null, type = null, subtype = null, persistent_account_id = null,
            balance_available = null, balance_current = null, balance_limit = null, currency = null, balances_at = null,
            plaid = null, updated_at = now(), closed_at = coalesce(closed_at, now())
      where item_id = ?`,
    [itemId],
  );
  // Without a cursor a later link of the same Item gets its whole history again.
  await trx.raw(
    `update items
        set access_token_ciphertext = case when :keepToken then access_token_ciphertext else '' end,
            cursor = null, history = 'pending', last_successful_sync_at = null,
            status_message = null, resync_reason = null, resync_snapshot_at = null, resync_missing = null,
            attention = '[]', consent_expires_at = null
      where id = :itemId`,
    { itemId, keepToken },
  );
  return rows.map((row) => row.id);
}

/** Examples of audits show rows. One that runs ends here, so that it cannot show any of them afterwards. */
async function eraseAudits(trx: Transaction, itemId: string): Promise<void> {
  await trx.raw(
    `update audits
        set examples = '[]', phase = null, finished_at = coalesce(finished_at, now()),
            verdict = case when state in ('queued', 'running') then 'not_audited' else verdict end,
            reason_code = case when state in ('queued', 'running') then 'LINK_DELETED' else reason_code end,
            reason = case when state in ('queued', 'running') then 'The data of the Item were erased.' else reason end,
            state = case when state in ('queued', 'running') then 'done' else state end
      where item_id = ?`,
    [itemId],
  );
  await trx.raw('delete from audit_suspects where audit_id in (select id from audits where item_id = ?)', [
    itemId,
  ]);
}

/** A webhook without its body is not worth forwarding: what is still to be sent is stopped. */
async function eraseWebhooks(trx: Transaction, itemId: string): Promise<void> {
  await trx.raw(
    `update plaid_webhooks
        set body = '', headers = '{}',
            forward_error = case when forward_state = 'pending' then 'the data of the Item were erased' else forward_error end,
            forward_state = case when forward_state = 'pending' then 'stopped' else forward_state end
      where item_id = ?`,
    [itemId],
  );
}

/**
 * What stood for rows of an older Item is gone: they are shown again, and an Item that nothing supersedes any more is
 * synced again. The sweep signals its workflow.
 */
async function endRelinks(trx: Transaction, itemId: string): Promise<{ changed: string[]; awake: string[] }> {
  const changed: string[] = [];
  const awake = new Set<string>();
  for (const relink of await relinksToEnd(trx, itemId)) {
    const undone = await undoRelink(trx, relink, 'ended', 'ardea');
    changed.push(...undone.changed);
    if (undone.awake && relink.old_item_id !== itemId) awake.add(relink.old_item_id);
  }
  return { changed, awake: [...awake] };
}

export function createItemRemovalQueries({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): ItemRemovalQueries {
  return {
    remove: (organizationId, itemId, options) =>
      db.transaction(async (trx) => {
        // The Items' rows first, like a merge: a sync under way then fails its compare-and-set (invariant I1).
        if (options.erase) await lockFamily(trx, itemId);
        await trx.raw(
          `update items
              set desired_state = 'disabled', health = case when :removedAtPlaid then 'deleted' else health end,
                  next_sync_at = null, sync_version = sync_version + 1, updated_at = now(),
                  status_since = case when desired_state = 'disabled' then status_since else now() end
            where id = :itemId and organization_id = :organizationId`,
          { itemId, organizationId, removedAtPlaid: options.removedAtPlaid },
        );
        const relinks = options.erase ? await endRelinks(trx, itemId) : { changed: [], awake: [] };
        const erased = options.erase ? await erase(trx, itemId, options.keepToken ?? false) : [];
        // In the order of the Items' ids, like every statement that locks several of item_sync.
        let signal = false;
        for (const id of [itemId, ...relinks.awake].sort()) {
          const marked = await markItemDirty(trx, id, signalStaleAfterMs);
          if (id === itemId) signal = marked.signal;
        }
        // After item_sync, in the order of intake: a delivery of a known JWT holds item_sync and wants its row.
        if (options.erase) {
          await eraseWebhooks(trx, itemId);
          await eraseAudits(trx, itemId);
        }
        await stampChanges(trx, organizationId, [...new Set([...relinks.changed, ...erased])]);
        return { signal };
      }),
  };
}
