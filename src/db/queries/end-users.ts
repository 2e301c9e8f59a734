import type { Knex } from 'knex';
import type { LinkStatus } from '../../domain/item-status.js';
import type { Database } from '../database.js';
import { ITEM_STATUS } from './item-reads.js';
import { likePattern } from './transaction-filter.js';

export const END_USER_STATUSES = [
  'new',
  'ready',
  'processed',
  'reviewed',
  'review_requested',
  'failed',
] as const;
export type EndUserStatus = (typeof END_USER_STATUSES)[number];

export const END_USER_ORDERS = [
  'last_updated_desc',
  'last_updated_asc',
  'created_desc',
  'created_asc',
] as const;
export type EndUserOrder = (typeof END_USER_ORDERS)[number];

export interface EndUserRow {
  id: string;
  organization_id: string;
  /** The integrator's own id. */
  end_user_id: string;
  name: string | null;
  status: EndUserStatus;
  is_portfolio: boolean;
  created_at: Date;
  updated_at: Date;
  last_processed_at: Date | null;
  /** Its data and name; null again once something is linked or set for it. */
  erased_at: Date | null;
}

export interface EndUserChanges {
  name?: string | null | undefined;
  status?: EndUserStatus | undefined;
  isPortfolio?: boolean | undefined;
}

/** What belongs to one end user; the end user itself is one of them. */
export const OWNED_KINDS = ['endUser', 'dataSource', 'dataSourceAccount', 'transaction'] as const;
type OwnedKind = (typeof OWNED_KINDS)[number];

export interface EndUserFilter {
  /** Row id. */
  id?: string | undefined;
  endUserId?: string | undefined;
  name?: string | undefined;
  status?: EndUserStatus | undefined;
  isPortfolio?: boolean | undefined;
  /** Part of their id or name, or an id of Plaid as a whole; or, where the text is a heron id, what that names. */
  text?: string | undefined;
  textNames?: { kind: OwnedKind; id: string } | undefined;
  /** Those who have a link in one of these. */
  linkStatuses?: readonly LinkStatus[] | undefined;
}

export interface EndUserQueries {
  /** Null when the organisation has that end_user_id already. */
  create(organizationId: string, endUserId: string, values: EndUserChanges): Promise<EndUserRow | null>;
  update(organizationId: string, endUserId: string, values: EndUserChanges): Promise<EndUserRow | null>;
  /** Takes away what tells who it is; its ids stay, for what refers to them. */
  forget(organizationId: string, id: string): Promise<void>;
  /** By the caller's own id, which wins, or by row id (null: the address is not a well-formed heron id). */
  resolve(organizationId: string, endUserId: string, rowId: string | null): Promise<EndUserRow | null>;
  /** In the order; with a text the one whose end_user_id it is comes first. */
  list(
    organizationId: string,
    options: { filter: EndUserFilter; order: EndUserOrder; limit: number; offset: number },
  ): Promise<{ rows: EndUserRow[]; total: number }>;
}

const ORDER_BY: Record<EndUserOrder, string> = {
  last_updated_desc: 'updated_at desc, id desc',
  last_updated_asc: 'updated_at, id',
  created_desc: 'created_at desc, id desc',
  created_asc: 'created_at, id',
};

const COLUMNS = [
  'id',
  'organization_id',
  'end_user_id',
  'name',
  'status',
  'is_portfolio',
  'created_at',
  'updated_at',
  'last_processed_at',
  'erased_at',
];

/** Whose the row is. */
const OWNERS: Readonly<Record<OwnedKind, string>> = {
  endUser: ':rowId::uuid',
  dataSource: 'select end_user_id from items where id = :rowId::uuid',
  dataSourceAccount: 'select end_user_id from accounts where id = :rowId::uuid',
  transaction: 'select end_user_id from transactions where id = :rowId::uuid',
};

/** Plaid's ids of accounts and transactions are looked for Item by Item: not for what cannot be one. */
const LIKE_PLAIDS_ID = /^[\w-]{16,}$/;
const ofItems = (table: string, column: string): string =>
  `id in (select o.end_user_id from items i join ${table} o on o.item_id = i.id and o.${column} = :text
           where i.organization_id = :organizationId)`;

/** Ids are found whole: an index leads to none of their parts. */
const matches = (text: string, names: EndUserFilter['textNames']): string =>
  `(${[
    'end_user_id ilike :pattern',
    'name ilike :pattern',
    'id in (select i.end_user_id from items i where i.organization_id = :organizationId and i.plaid_item_id = :text)',
    ...(LIKE_PLAIDS_ID.test(text)
      ? [ofItems('accounts', 'account_id'), ofItems('transactions', 'reference_id')]
      : []),
    ...(names === undefined ? [] : [`id in (${OWNERS[names.kind]})`]),
  ].join(' or ')})`;

const HAS_LINK = `id in (select i.end_user_id from items i join integrations g on g.id = i.integration_id
  where i.organization_id = :organizationId and ${ITEM_STATUS} = any(:statuses::text[]))`;

function narrow(query: Knex.QueryBuilder, organizationId: string, filter: EndUserFilter): Knex.QueryBuilder {
  const { text, textNames, linkStatuses } = filter;
  if (text !== undefined)
    void query.whereRaw(matches(text, textNames), {
      organizationId,
      pattern: likePattern(text),
      text,
      ...(textNames === undefined ? {} : { rowId: textNames.id }),
    } as never);
  if (linkStatuses !== undefined)
    void query.whereRaw(HAS_LINK, { organizationId, statuses: [...linkStatuses] } as never);
  return query;
}

/** Only what is given; undefined leaves a column alone. */
function columnsOf({ name, status, isPortfolio }: EndUserChanges): Record<string, unknown> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(isPortfolio === undefined ? {} : { is_portfolio: isPortfolio }),
  };
}

export function createEndUserQueries(db: Database): EndUserQueries {
  return {
    async create(organizationId, endUserId, values) {
      const [row] = await db('end_users')
        .insert({ organization_id: organizationId, end_user_id: endUserId, ...columnsOf(values) })
        .onConflict(['organization_id', 'end_user_id'])
        .ignore()
        .returning<EndUserRow[]>(COLUMNS);
      return row ?? null;
    },

    async update(organizationId, endUserId, values) {
      const [row] = await db('end_users')
        .where({ organization_id: organizationId, end_user_id: endUserId })
        .update({ ...columnsOf(values), updated_at: db.fn.now(), erased_at: null })
        .returning<EndUserRow[]>(COLUMNS);
      return row ?? null;
    },

    async forget(organizationId, id) {
      await db('end_users')
        .where({ organization_id: organizationId, id })
        .whereRaw('(name is not null or erased_at is null)')
        .update({ name: null, updated_at: db.fn.now(), erased_at: db.fn.now() });
    },

    async resolve(organizationId, endUserId, rowId) {
      const { rows } = await db.raw<{ rows: EndUserRow[] }>(
        `select ${COLUMNS.join(', ')} from end_users
          where organization_id = :organizationId and (end_user_id = :endUserId or id = :rowId)
          order by end_user_id = :endUserId desc limit 1`,
        { organizationId, endUserId, rowId },
      );
      return rows[0] ?? null;
    },

    async list(organizationId, { filter, order, limit, offset }) {
      const where = {
        organization_id: organizationId,
        ...(filter.id === undefined ? {} : { id: filter.id }),
        ...(filter.endUserId === undefined ? {} : { end_user_id: filter.endUserId }),
        ...columnsOf(filter),
      };
      const [rows, counted] = await Promise.all([
        narrow(db('end_users').where(where), organizationId, filter)
          .modify((query) => {
            // Whose id was typed to its end is not looked for among all whose ids go on.
            if (filter.text !== undefined)
              void query.orderByRaw('end_user_id = :text desc, lower(end_user_id) = lower(:text) desc', {
                text: filter.text,
              } as never);
          })
          .orderByRaw(ORDER_BY[order])
          .limit(limit)
          .offset(offset)
          .select<EndUserRow[]>(COLUMNS),
        narrow(db('end_users').where(where), organizationId, filter).count<{ count: string }[]>(),
      ]);
      return { rows, total: Number(counted[0]!.count) };
    },
  };
}
