import type { OwnedRow } from '../../domain/task-priority.js';
import type { Database, Transaction } from '../database.js';
import { LIVE } from './audit-row.js';

export interface FleetStep {
  /** Items whose audit is to be started now. */
  start: OwnedRow[];
  /** Audits of Items that have not ended. */
  open: number;
}

/** An integration's audit is a list of Items' audits, some of which run at once. All of it is read from PostgreSQL. */
export interface AuditFleetQueries {
  /**
   * One step of the audit that the integration is owed: lists its Items the first time, counts, lets as many start as may
   * run at once, and ends it when all have ended. Null: there is none, or it has ended.
   */
  advance(integrationId: string, atOnce: number): Promise<FleetStep | null>;
}

/** Each Item that is to be in sync gets an audit; one that is audited already is counted in. */
async function listItems(trx: Transaction, auditId: string): Promise<void> {
  await trx.raw(
    `insert into audits as a (organization_id, integration_id, item_id, parent_id)
     select i.organization_id, i.integration_id, i.id, p.id from audits p join items i on i.integration_id = p.integration_id
      where p.id = :auditId and i.desired_state <> 'disabled' and i.health <> 'deleted' order by i.id
     on conflict (item_id) where item_id is not null and state in ${LIVE} do update set parent_id = excluded.parent_id`,
    { auditId },
  );
}

const COUNT = `
  update audits p
     set items = c.items, items_ended = c.ended, items_clean = c.clean, items_differing = c.differing, items_not_audited = c.not_audited,
         items_failed = c.failed, plaid_rows = c.plaid_rows, stored_rows = c.stored_rows, accounts = c.accounts, pages = c.pages,
         touched = c.touched, unjudged = c.unjudged, missing = c.missing, extra = c.extra, different = c.different,
         accounts_missing = c.accounts_missing, accounts_extra = c.accounts_extra, accounts_different = c.accounts_different
    from (select count(*) as items, count(*) filter (where state not in ${LIVE}) as ended,
                 count(*) filter (where verdict = 'clean') as clean, count(*) filter (where verdict = 'differs') as differing,
                 count(*) filter (where verdict = 'not_audited') as not_audited,
                 count(*) filter (where state in ('failed', 'canceled')) as failed,
                 coalesce(sum(plaid_rows), 0) as plaid_rows, coalesce(sum(stored_rows), 0) as stored_rows,
                 coalesce(sum(accounts), 0) as accounts, coalesce(sum(pages), 0) as pages, coalesce(sum(touched), 0) as touched,
                 coalesce(sum(unjudged), 0) as unjudged, coalesce(sum(missing), 0) as missing, coalesce(sum(extra), 0) as extra,
                 coalesce(sum(different), 0) as different, coalesce(sum(accounts_missing), 0) as accounts_missing,
                 coalesce(sum(accounts_extra), 0) as accounts_extra, coalesce(sum(accounts_different), 0) as accounts_different
            from audits where parent_id = :auditId) c
   where p.id = :auditId returning p.items, p.items_ended`;

const START = `
  with running as (select count(*) as n from audits where parent_id = :auditId and state in ${LIVE} and signalled_at is not null),
       next as (
         select a.id from audits a where a.parent_id = :auditId and a.state = 'queued' and a.signalled_at is null
          order by a.id limit greatest(:atOnce - (select n from running), 0))
  update audits a set signalled_at = now() from next where a.id = next.id returning a.item_id as id, a.organization_id as "organizationId"`;

/**
 * What could not be looked at is no finding, but nobody may call it clean: an Item that is to be in sync and was not compared
 * makes the whole incomplete. One that rests, was deleted or is gone loses nothing by it.
 */
const FINISH = `
  with open as (
    select count(*) as n from audits a join items i on i.id = a.item_id
     where a.parent_id = :auditId and coalesce(a.verdict, 'not_audited') = 'not_audited'
       and i.desired_state = 'active' and i.health <> 'deleted' and i.superseded_by is null)
  update audits set state = 'done', phase = null, finished_at = now(),
         verdict = case when items_differing > 0 then 'differs' when items > 0 and items_clean = 0 then 'not_audited'
                        when open.n > 0 then 'incomplete' else 'clean' end,
         reason_code = case when items_differing > 0 then null when items > 0 and items_clean = 0 then 'NO_ITEM_AUDITED'
                            when open.n > 0 then 'ITEMS_NOT_AUDITED' end,
         reason = case when items_differing > 0 then null
                       when items > 0 and items_clean = 0 then 'None of its Items could be audited; each has its reason.'
                       when open.n > 0 then open.n || ' of its Items could not be audited though they are to be in sync; each has its reason.' end
    from open where id = :auditId`;

export function createAuditFleetQueries(db: Database): AuditFleetQueries {
  return {
    advance: (integrationId, atOnce) =>
      db.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: { id: string; items: number | null }[] }>(
          `update audits set state = 'running', started_at = coalesce(started_at, now()), signalled_at = now(), repeated_signals = 0
            where integration_id = ? and item_id is null and state in ${LIVE} returning id, items`,
          [integrationId],
        );
        const audit = rows[0];
        if (!audit) return null;
        const auditId = audit.id;
        if (audit.items === null) await listItems(trx, auditId);
        const { rows: started } = await trx.raw<{ rows: OwnedRow[] }>(START, { auditId, atOnce });
        const { rows: counted } = await trx.raw<{ rows: [{ items: number; items_ended: number }] }>(COUNT, {
          auditId,
        });
        const open = counted[0].items - counted[0].items_ended;
        if (open === 0) {
          await trx.raw(FINISH, { auditId });
          return null;
        }
        return { start: started, open };
      }),
  };
}
