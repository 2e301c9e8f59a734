import type { Database, Transaction } from '../database.js';
import { markItemDirtyAsBulk } from './dirty-mark.js';

export type RepairOutcome =
  /** Row ids of the Items whose workflow is to be signalled after the commit. */
  | { kind: 'requested'; items: string[] }
  /** The audit found nothing that differs, or has not ended. */
  | { kind: 'nothing_to_repair' }
  /** The Item is paused, deleted or gone: nothing would be synced. */
  | { kind: 'not_syncing' };

export interface AuditRepairQueries {
  /**
   * Makes a full resync due for the Item of an audit that found differences; of an integration's audit for each such Item.
   * Asking again changes nothing.
   */
  request(organizationId: string, auditId: string): Promise<RepairOutcome>;
}

/** Items whose row is locked in one transaction. */
const ITEMS_AT_ONCE = 100;

/** The columns that mark a full resync as due; one that is due already stays as it is, with what its snapshots have found. */
async function requireResync(trx: Transaction, itemIds: readonly string[], reason: string): Promise<void> {
  await trx.raw(
    `update items set resync_reason = :reason, resync_missing = null, resync_snapshot_at = null, updated_at = now()
      where id = any(:itemIds::uuid[]) and resync_reason is null`,
    { itemIds: [...itemIds], reason },
  );
}

export function createAuditRepairQueries({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): AuditRepairQueries {
  /** Answers null when all of these Items were asked for before or cannot be synced. */
  const repairSome = (
    scope: string,
    bindings: Record<string, string>,
    reason: string,
  ): Promise<{ audits: number; signal: string[] }> =>
    db.transaction(async (trx) => {
      // The Items' rows first and in id order, like every statement that locks several.
      const { rows: items } = await trx.raw<{ rows: { id: string; audit_id: string }[] }>(
        `select i.id, a.id as audit_id from audits a join items i on i.id = a.item_id
          where ${scope} and a.verdict = 'differs' and a.repair_requested_at is null
            and i.desired_state = 'active' and i.health <> 'deleted' and i.superseded_by is null
          order by i.id limit ${ITEMS_AT_ONCE} for no key update of i`,
        bindings,
      );
      if (items.length === 0) return { audits: 0, signal: [] };
      await requireResync(
        trx,
        items.map((item) => item.id),
        reason,
      );
      const signal: string[] = [];
      for (const { id } of items)
        if ((await markItemDirtyAsBulk(trx, id, signalStaleAfterMs)).signal) signal.push(id);
      await trx.raw('update audits set repair_requested_at = now() where id = any(?::uuid[])', [
        items.map((item) => item.audit_id),
      ]);
      return { audits: items.length, signal };
    });

  const read = (organizationId: string, auditId: string) =>
    db<{ id: string; organization_id: string }>('audits')
      .where({ organization_id: organizationId, id: auditId })
      .first<
        { verdict: string | null; item_id: string | null; repair_requested_at: Date | null } | undefined
      >('verdict', 'item_id', 'repair_requested_at');

  return {
    async request(organizationId, auditId) {
      const audit = await read(organizationId, auditId);
      if (audit?.verdict !== 'differs') return { kind: 'nothing_to_repair' };
      const reason = 'repair of what an audit found';
      if (audit.item_id !== null) {
        if (audit.repair_requested_at !== null) return { kind: 'requested', items: [] };
        const { audits, signal } = await repairSome('a.id = :auditId', { auditId }, reason);
        if (audits > 0) return { kind: 'requested', items: signal };
        // Another request may have come first since the audit was read.
        const now = await read(organizationId, auditId);
        return now?.repair_requested_at ? { kind: 'requested', items: [] } : { kind: 'not_syncing' };
      }
      const signalled: string[] = [];
      for (;;) {
        const { audits, signal } = await repairSome('a.parent_id = :auditId', { auditId }, reason);
        signalled.push(...signal);
        if (audits === 0) break;
      }
      await db('audits')
        .where({ id: auditId })
        .update({ repair_requested_at: db.raw('coalesce(repair_requested_at, now())') });
      return { kind: 'requested', items: signalled };
    },
  };
}

/** Called by the commit of a full resync: the repairs that were asked for have been made by this run. */
export async function linkRepairs(trx: Transaction, itemId: string, runId: string): Promise<void> {
  await trx.raw(
    'update audits set repair_run_id = :runId where item_id = :itemId and repair_requested_at is not null and repair_run_id is null',
    { itemId, runId },
  );
}
