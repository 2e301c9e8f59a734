import type { SignalledRow } from '../../domain/task-priority.js';
import type { Database } from '../database.js';
import { LIVE } from './audit-row.js';
import { interval } from './dirty-mark.js';

export interface OwedAudits {
  items: SignalledRow[];
  /** For their own audits. */
  integrations: SignalledRow[];
}

/** The net below starts, and the end of what has been kept long enough. */
export interface AuditUpkeepQueries {
  /**
   * Audits that show no sign of life: their start was lost, or their workflow. Each is taken by one sweep only, and the delay
   * until it is taken again doubles up to 15 minutes. Items that an integration's audit has not let start yet are left out.
   */
  takeOwed(limit: number): Promise<OwedAudits>;
  /** Removes audits that ended longer ago, and suspects of audits that no longer run; some at a time. Answers how many rows. */
  prune(retentionMs: number): Promise<number>;
}

interface OwedAuditRow {
  item_id: string | null;
  integration_id: string;
  organization_id: string;
  repeated_signals: number;
}

const LONGEST_DELAY = '15 minutes';
const AUDITS_AT_ONCE = 500;
const SUSPECTS_AT_ONCE = 10_000;

export function createAuditUpkeepQueries({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): AuditUpkeepQueries {
  return {
    async takeOwed(limit) {
      const { rows } = await db.raw<{ rows: OwedAuditRow[] }>(
        `with owed as (
           select id from audits
            where state in ${LIVE}
              and signalled_at < now() - least(:stale::interval * 2 ^ least(repeated_signals, 20), interval '${LONGEST_DELAY}')
            order by signalled_at limit :limit for no key update skip locked)
         update audits a set signalled_at = now(), repeated_signals = a.repeated_signals + 1
           from owed where a.id = owed.id returning a.item_id, a.integration_id, a.organization_id, a.repeated_signals`,
        { stale: interval(signalStaleAfterMs), limit },
      );
      const owed = rows.map((row) => ({
        itemId: row.item_id,
        integrationId: row.integration_id,
        organizationId: row.organization_id,
        repeatedSignals: row.repeated_signals,
      }));
      return {
        items: owed.flatMap(({ itemId: id, organizationId, repeatedSignals }) =>
          id === null ? [] : { id, organizationId, repeatedSignals },
        ),
        integrations: owed.flatMap(({ itemId, integrationId: id, organizationId, repeatedSignals }) =>
          itemId === null ? { id, organizationId, repeatedSignals } : [],
        ),
      };
    },

    async prune(retentionMs) {
      const { rows: audits } = await db.raw<{ rows: unknown[] }>(
        `delete from audits where id in (
           select id from audits where finished_at < now() - :retention::interval order by finished_at limit ${AUDITS_AT_ONCE})
         returning id`,
        { retention: interval(retentionMs) },
      );
      const { rows: suspects } = await db.raw<{ rows: unknown[] }>(
        `delete from audit_suspects where ctid = any(array(
           select s.ctid from audit_suspects s
            where not exists (select from audits a where a.id = s.audit_id and a.state in ${LIVE}) limit ${SUSPECTS_AT_ONCE}))
         returning audit_id`,
      );
      return audits.length + suspects.length;
    },
  };
}
