import type { LinkStatus } from '../../domain/item-status.js';
import type { Database } from '../database.js';
import { LINK, type LinkRow } from './links.js';
import { RESTS_IN_VAIN } from './relink-effects.js';
import { likePattern } from './transaction-filter.js';

/** An Item with the names of those that it belongs to. */
export interface ItemRow extends LinkRow {
  integration_name: string;
  integration_deleted: boolean;
  /** The integrator's own id of the end user. */
  end_user: string;
  end_user_name: string | null;
  /** created_at to the microsecond, as ISO 8601: the place of the Item in lists. */
  created_place: string;
}

/** What tells when an Item is looked at next, and why. */
export interface ItemPlans {
  dirty: boolean;
  hold_until: Date | null;
  budget_until: Date | null;
  resync_reason: string | null;
  failures: number;
  restarts: number;
  /** When the keys of a paused integration are probed. */
  probe_at: Date | null;
}

/** Every field narrows; undefined does not. */
export interface ItemFilter {
  statuses?: readonly LinkStatus[] | undefined;
  /** Only Items that a person has to do something about (true), or none of them (false). */
  needsAPerson?: boolean | undefined;
  /** Row ids. */
  integrationId?: string | undefined;
  endUserRowId?: string | undefined;
  /** Part of Plaid's item_id, of the institution or of the end user's id or name. */
  text?: string | undefined;
}

export interface ItemPage {
  /** created_place and row id where the page before ended. */
  before: { value: string; id: string } | null;
  limit: number;
}

export interface ItemCounts {
  byStatus: Partial<Record<LinkStatus, number>>;
  needAPerson: number;
}

export interface ItemReads {
  /** Newest first. */
  list(organizationId: string, filter: ItemFilter, page: ItemPage): Promise<ItemRow[]>;
  /** By Plaid's item_id; of several the one of an integration that still exists, then the newest. */
  find(organizationId: string, plaidItemId: string): Promise<(ItemRow & ItemPlans) | null>;
  /** Of the organisation, or of one integration (row id). */
  count(organizationId: string, integrationId?: string): Promise<ItemCounts>;
}

/** domain/item-status.ts in SQL, of `items i` and its integration `g`; a test holds the two together. */
export const ITEM_STATUS = `
  case when i.health = 'deleted' then 'deleted_in_plaid'
       when i.desired_state <> 'active' or i.superseded_by is not null then 'sync_disabled'
       when g.paused_since is not null or i.health = 'erroring' then 'erroring'
       when i.syncing_since is not null then 'syncing' else i.health end`;

/** Of `items i` and its integration `g`: what the API shows as an action other than wait, or as attention. */
const NEEDS_A_PERSON = `(case ${ITEM_STATUS}
    when 'deleted_in_plaid' then false
    when 'sync_disabled' then i.superseded_by is not null and exists (select 1 from items n where n.id = i.superseded_by and ${RESTS_IN_VAIN})
    else (${ITEM_STATUS} = 'erroring' and (g.paused_since is not null or i.action is distinct from 'wait'))
      or i.attention <> '[]'
      or i.id in (select r.old_item_id from relinks r where r.organization_id = :organizationId and r.status = 'doubtful')
      or i.id in (select r.new_item_id from relinks r where r.organization_id = :organizationId and r.status = 'doubtful')
    end)`;

/** A binding must not be named like a type: `::text` would be taken for it. */
type Condition = Exclude<keyof ItemFilter, 'text'> | 'pattern';

const CONDITIONS: Record<Condition, string> = {
  statuses: `${ITEM_STATUS} = any(:statuses::text[])`,
  needsAPerson: `${NEEDS_A_PERSON} = :needsAPerson`,
  integrationId: 'i.integration_id = :integrationId',
  endUserRowId: 'i.end_user_id = :endUserRowId',
  pattern: `(i.plaid_item_id ilike :pattern or i.institution_name ilike :pattern or i.institution_id ilike :pattern
          or e.end_user_id ilike :pattern or e.name ilike :pattern)`,
};

const JOINS = 'join integrations g on g.id = i.integration_id join end_users e on e.id = i.end_user_id';

const COLUMNS = `${LINK}, g.name as integration_name, g.deleted_at is not null as integration_deleted,
  e.end_user_id as end_user, e.name as end_user_name,
  to_char(i.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_place`;

type Binding = string | boolean | readonly string[];

function where({ text, ...filter }: ItemFilter): { sql: string; bindings: Record<string, Binding> } {
  const given: Partial<Record<Condition, Binding | undefined>> = {
    ...filter,
    pattern: text === undefined ? undefined : likePattern(text),
  };
  const bindings: Record<string, Binding> = {};
  let sql = '';
  for (const [name, value] of Object.entries(given) as [Condition, Binding | undefined][]) {
    if (value === undefined) continue;
    sql += ` and ${CONDITIONS[name]}`;
    bindings[name] = value;
  }
  return { sql, bindings };
}

export function createItemReads(db: Database): ItemReads {
  return {
    async list(organizationId, filter, { before, limit }) {
      const { sql, bindings } = where(filter);
      const after = before === null ? '' : 'and (i.created_at, i.id) < (:value::timestamptz, :id::uuid)';
      const { rows } = await db.raw<{ rows: ItemRow[] }>(
        // The page's ids first: what a row shows besides is asked for these only.
        `select ${COLUMNS}
           from (select i.id from items i ${JOINS} where i.organization_id = :organizationId ${after}${sql}
                  order by i.created_at desc, i.id desc limit :limit) page
           join items i on i.id = page.id ${JOINS}
          order by i.created_at desc, i.id desc`,
        { organizationId, limit, ...(before === null ? {} : before), ...bindings },
      );
      return rows;
    },

    async find(organizationId, plaidItemId) {
      const { rows } = await db.raw<{ rows: (ItemRow & ItemPlans)[] }>(
        `select ${COLUMNS}, i.hold_until, i.budget_until, i.resync_reason, i.failures, i.restarts, g.probe_at,
                coalesce((select s.dirty_gen > s.synced_gen from item_sync s where s.item_id = i.id), false) as dirty
           from items i ${JOINS}
          where i.organization_id = :organizationId and i.plaid_item_id = :plaidItemId
          order by g.deleted_at is not null, i.created_at desc limit 1`,
        { organizationId, plaidItemId },
      );
      return rows[0] ?? null;
    },

    async count(organizationId, integrationId) {
      const { rows } = await db.raw<{ rows: { status: LinkStatus; n: number; needing: number }[] }>(
        `select ${ITEM_STATUS} as status, count(*)::integer as n,
                (count(*) filter (where ${NEEDS_A_PERSON}))::integer as needing
           from items i join integrations g on g.id = i.integration_id
          where i.organization_id = :organizationId and (:integrationId::uuid is null or i.integration_id = :integrationId::uuid)
          group by 1`,
        { organizationId, integrationId: integrationId ?? null },
      );
      return {
        byStatus: Object.fromEntries(rows.map(({ status, n }) => [status, n])),
        needAPerson: rows.reduce((sum, { needing }) => sum + needing, 0),
      };
    },
  };
}
