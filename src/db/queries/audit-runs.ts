import type { AuditableFacts, AuditPhase } from '../../domain/audit.js';
import type { DesiredState, HistoryState, ItemAction, ItemHealth } from '../../domain/item-status.js';
import type { OwnedRow } from '../../domain/task-priority.js';
import type { Database } from '../database.js';
import { LIVE } from './audit-row.js';
import { markItemDirtyAsBulk } from './dirty-mark.js';
import type { LookRow } from './item-look.js';

/** What a running audit needs of its Item: may it be audited, and how is Plaid asked. Secrets are still sealed. */
export type AuditSubject = AuditableFacts &
  Pick<
    LookRow,
    | 'id'
    | 'organization_id'
    | 'integration_id'
    | 'base_url'
    | 'client_id'
    | 'client_secret_ciphertext'
    | 'client_secret_key_id'
    | 'access_token_ciphertext'
    | 'access_token_key_id'
  > & {
    /** Whether the generation that was asked about has been synced. */
    synced: boolean;
  };

/** Where the feed of the organisation is, and PostgreSQL's time. */
export interface FeedPosition {
  position: string;
  /** ISO 8601. */
  at: string;
}

/** The writes of an audit that runs. Each of them does nothing to an audit that has ended meanwhile. */
export interface AuditRunQueries {
  /** The audit that the Item is owed, from its beginning; null when there is none. */
  begin(itemId: string): Promise<string | null>;
  /** A sign of life, for the sweep; false: the audit has ended. */
  alive(auditId: string): Promise<boolean>;
  enter(auditId: string, phase: AuditPhase): Promise<boolean>;
  /** Marks the Item dirty; null: the audit has ended. */
  requestSync(auditId: string): Promise<{ item: OwnedRow; gen: string; signal: boolean } | null>;
  /** Null: the audit has ended. */
  subject(auditId: string, gen: string): Promise<AuditSubject | null>;
  feedPosition(organizationId: string): Promise<FeedPosition>;
  /** Ends it without a comparison. */
  end(auditId: string, how: { state: 'failed' | 'done'; reasonCode: string; reason: string }): Promise<void>;
}

interface SubjectRow {
  desired_state: DesiredState;
  health: ItemHealth;
  action: ItemAction | null;
  status_code: string | null;
  status_message: string | null;
  history: HistoryState;
  resync_reason: string | null;
  integration_deleted: boolean;
  pause_code: string | null;
  pause_message: string | null;
}

export function createAuditRunQueries({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): AuditRunQueries {
  /** `phase` null: where it is. */
  const running = async (auditId: string, phase: AuditPhase | null): Promise<boolean> => {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `update audits set phase = coalesce(:phase, phase), signalled_at = now(), repeated_signals = 0
        where id = :auditId and state = 'running' returning id`,
      { auditId, phase },
    );
    return rows.length > 0;
  };

  return {
    begin: (itemId) =>
      db.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: { id: string }[] }>(
          `update audits set state = 'running', phase = 'syncing', started_at = coalesce(started_at, now()), pages = 0, replays = 0,
                  touched = 0, signalled_at = now(), repeated_signals = 0
            where item_id = ? and state in ${LIVE} returning id`,
          [itemId],
        );
        const id = rows[0]?.id ?? null;
        // Of an execution that died: a fresh one begins anew.
        if (id !== null) await trx.raw('delete from audit_suspects where audit_id = ?', [id]);
        return id;
      }),

    alive: (auditId) => running(auditId, null),
    enter: running,

    requestSync: (auditId) =>
      db.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: OwnedRow[] }>(
          `select item_id as id, organization_id as "organizationId" from audits where id = ? and state = 'running'`,
          [auditId],
        );
        const item = rows[0];
        if (!item) return null;
        const marked = await markItemDirtyAsBulk(trx, item.id, signalStaleAfterMs);
        return { item, ...marked };
      }),

    async subject(auditId, gen) {
      const { rows } = await db.raw<{ rows: (AuditSubject & SubjectRow)[] }>(
        `select i.id, i.organization_id, i.integration_id, i.desired_state, i.health, i.action, i.status_code, i.status_message,
                i.history, i.resync_reason, i.access_token_ciphertext, i.access_token_key_id, g.base_url, g.client_id,
                g.client_secret_ciphertext, g.client_secret_key_id, g.deleted_at is not null as integration_deleted,
                i.superseded_by is not null as superseded, g.pause_code, g.pause_message,
                s.synced_gen >= :gen as synced
           from audits a join items i on i.id = a.item_id join integrations g on g.id = i.integration_id
           join item_sync s on s.item_id = i.id
          where a.id = :auditId and a.state = 'running'`,
        { auditId, gen },
      );
      const row = rows[0];
      if (!row) return null;
      return {
        ...row,
        desiredState: row.desired_state,
        statusCode: row.status_code,
        statusMessage: row.status_message,
        integrationDeleted: row.integration_deleted,
        integrationPause:
          row.pause_code === null ? null : { code: row.pause_code, reason: row.pause_message ?? '' },
        resyncDue: row.resync_reason !== null,
      };
    },

    async feedPosition(organizationId) {
      const { rows } = await db.raw<{ rows: [FeedPosition] }>(
        `select position, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
           from change_heads where organization_id = ?`,
        [organizationId],
      );
      return rows[0];
    },

    end: (auditId, { state, reasonCode, reason }) =>
      db.transaction(async (trx) => {
        await trx.raw(
          `update audits set state = :state, verdict = case when :state = 'done' then 'not_audited' end, phase = null,
                  reason_code = :reasonCode, reason = :reason, finished_at = now()
            where id = :auditId and state in ${LIVE}`,
          { auditId, state, reasonCode, reason },
        );
        await trx.raw(
          `delete from audit_suspects where audit_id = ? and not exists (select from audits a where a.id = audit_id and a.state in ${LIVE})`,
          [auditId],
        );
      }),
  };
}
