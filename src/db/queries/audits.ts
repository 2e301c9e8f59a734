import type { AuditState, AuditVerdict } from '../../domain/audit.js';
import type { Connection, Database } from '../database.js';
import { AUDIT_COLUMNS, LIVE, type AuditExample, type AuditRow } from './audit-row.js';

export interface AuditFilter {
  integrationId: string;
  /** Row id of the Item. */
  itemId?: string | undefined;
  /** Only the audits of the Items of this integration audit. */
  parentId?: string | undefined;
  state?: AuditState | undefined;
  verdict?: AuditVerdict | undefined;
  /** Only those of whole integrations. */
  wholeIntegration?: boolean | undefined;
}

export interface AuditTarget {
  organizationId: string;
  integrationId: string;
  /** Null: the whole integration. */
  itemId: string | null;
}

export interface AuditQueries {
  /**
   * Asks for an audit. One that is queued or running is answered instead of a second one. The caller starts its workflow
   * after the commit; a start that gets lost is repeated by the sweep.
   */
  request(target: AuditTarget): Promise<{ audit: AuditRow; created: boolean }>;
  find(organizationId: string, integrationId: string, id: string): Promise<AuditRow | null>;
  /** The examples of one audit, transactions first. */
  examples(id: string): Promise<AuditExample[]>;
  /** Newest first; `before`: an audit's id, exclusive. */
  list(
    organizationId: string,
    filter: AuditFilter,
    page: { before: string | null; limit: number },
  ): Promise<AuditRow[]>;
  /**
   * Gives up a queued or running audit, and the Items' audits of an integration's. Its workflow notices before its next
   * step, and a replay within seconds. Does nothing to one that has ended.
   */
  cancel(organizationId: string, id: string): Promise<void>;
}

export function createAuditQueries(db: Database): AuditQueries {
  const live = async (on: Connection, { integrationId, itemId }: AuditTarget): Promise<AuditRow | null> => {
    // An Item's audit may be waiting for its turn in an integration's: it need not wait any longer.
    const scope =
      itemId === null ? 'a.item_id is null and a.integration_id = :subject' : 'a.item_id = :subject';
    const { rows } = await on.raw<{ rows: AuditRow[] }>(
      `update audits a set signalled_at = coalesce(signalled_at, now()) where ${scope} and a.state in ${LIVE} returning ${AUDIT_COLUMNS}`,
      { subject: itemId ?? integrationId },
    );
    return rows[0] ?? null;
  };

  const insert = async (on: Connection, target: AuditTarget): Promise<AuditRow | null> => {
    const { rows } = await on.raw<{ rows: AuditRow[] }>(
      `insert into audits as a (organization_id, integration_id, item_id, signalled_at)
       values (:organizationId, :integrationId, :itemId, now()) on conflict do nothing returning ${AUDIT_COLUMNS}`,
      { ...target },
    );
    return rows[0] ?? null;
  };

  return {
    async request(target) {
      for (;;) {
        const created = await insert(db, target);
        if (created) return { audit: created, created: true };
        const running = await live(db, target);
        // None: it ended between the two statements, so there is room for a new one.
        if (running) return { audit: running, created: false };
      }
    },

    async find(organizationId, integrationId, id) {
      const { rows } = await db.raw<{ rows: AuditRow[] }>(
        `select ${AUDIT_COLUMNS} from audits a where a.organization_id = ? and a.integration_id = ? and a.id = ?`,
        [organizationId, integrationId, id],
      );
      return rows[0] ?? null;
    },

    async examples(id) {
      const { rows } = await db.raw<{ rows: AuditExample[] }>(
        `select e ->> 'subject' as subject, e ->> 'kind' as kind, e ->> 'reference_id' as reference_id,
                e ->> 'transaction_id' as transaction_id, e ->> 'account_id' as account_id, e ->> 'date' as date,
                e ->> 'amount' as amount, e ->> 'removed_at' as removed_at, (e -> 'differences')::text as differences
           from audits a, jsonb_array_elements(a.examples) with ordinality as x(e, place) where a.id = ? order by place`,
        [id],
      );
      return rows;
    },

    async list(organizationId, filter, { before, limit }) {
      const query = db('audits as a')
        .where({ 'a.organization_id': organizationId, 'a.integration_id': filter.integrationId })
        .orderBy('a.id', 'desc')
        .limit(limit)
        .select<AuditRow[]>(db.raw(AUDIT_COLUMNS));
      if (before !== null) query.where('a.id', '<', before);
      if (filter.itemId !== undefined) query.where('a.item_id', filter.itemId);
      if (filter.parentId !== undefined) query.where('a.parent_id', filter.parentId);
      if (filter.state !== undefined) query.where('a.state', filter.state);
      if (filter.verdict !== undefined) query.where('a.verdict', filter.verdict);
      if (filter.wholeIntegration !== undefined)
        if (filter.wholeIntegration) query.whereNull('a.item_id');
        else query.whereNotNull('a.item_id');
      return await query;
    },

    cancel: (organizationId, id) =>
      db.transaction(async (trx) => {
        // Parents before children, as everywhere: an integration's audit holds its own row while it lets Items start.
        const { rows } = await trx.raw<{ rows: { id: string }[] }>(
          `update audits set state = 'canceled', phase = null, finished_at = now()
            where organization_id = ? and id = ? and state in ${LIVE} returning id`,
          [organizationId, id],
        );
        if (rows.length === 0) return;
        await trx.raw(
          `update audits set state = 'canceled', phase = null, finished_at = now() where parent_id = ? and state in ${LIVE}`,
          [id],
        );
        await trx.raw(
          'delete from audit_suspects where audit_id = :id or audit_id in (select id from audits where parent_id = :id)',
          { id },
        );
      }),
  };
}
