import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.js';
import { likePattern } from './transaction-filter.js';
import { TRANSACTION_JOINS, transactionColumns, type TransactionRow } from './transaction-row.js';

/** Every field narrows; undefined does not. Bounds are inclusive, money is decimal text, dates are YYYY-MM-DD. */
export interface TransactionSearch {
  /** Row ids. */
  endUserRowId?: string | undefined;
  itemIds?: readonly string[] | undefined;
  /** Plaid's account_id; its Items must be in itemIds. */
  accountId?: string | undefined;
  dateFrom?: string | undefined;
  dateTo?: string | undefined;
  amountMin?: string | undefined;
  amountMax?: string | undefined;
  /** Words, in whatever order; each is part of the description or of the merchant's name. */
  text?: string | undefined;
  /** Primary or detailed. */
  category?: string | undefined;
  pending?: boolean | undefined;
  removed: 'exclude' | 'include' | 'only';
}

export interface SearchOrder {
  by: 'date' | 'amount';
  descending: boolean;
}

export interface SearchPlace {
  /** The date or amount as PostgreSQL writes it. */
  value: string;
  id: string;
  inclusive: boolean;
}

export interface SearchPage {
  search: TransactionSearch;
  order: SearchOrder;
  /** Rows after the place, or before it, in the order; null: from its beginning. */
  from: SearchPlace | null;
  backwards: boolean;
  limit: number;
}

export interface FoundPage {
  /** In the order, also of a page that was read backwards. */
  rows: { id: string; value: string }[];
  /** Whether more rows follow in the direction of reading. */
  more: boolean;
  /** Set when time was up before the page was full: the search has come to here. */
  stoppedAt: SearchPlace | null;
}

export interface TransactionSearchQueries {
  /** `too_many`: only few rows can be put into this order; the search must be narrowed. */
  find(organizationId: string, page: SearchPage): Promise<FoundPage | 'too_many'>;
  /** In the order of the ids. */
  rows(organizationId: string, ids: readonly string[]): Promise<TransactionRow[]>;
  /** Row ids of the Items that have the account (Plaid's account_id, or the account's row id). */
  itemsOfAccount(
    organizationId: string,
    account: { accountId: string } | { rowId: string },
  ): Promise<{ itemIds: string[]; accountId: string } | null>;
}

/** So many rows are sorted as a whole; of more the index is walked. */
export const MOST_SORTED = 30_000;
/** At least; else a page, and some that it leaves out: each row more is one page of the table that has to be in memory. */
const FIRST_CHUNK = 128;
const LEFT_OUT = 1.28;
const LARGEST_CHUNK = 16_384;

const EXPRESSION = {
  date: { sql: `coalesce(t.date, '-infinity'::date)`, type: 'date' },
  amount: { sql: `coalesce(t.amount, '-infinity'::numeric)`, type: 'numeric' },
} as const;

type Bindings = Record<string, string | number | boolean | readonly string[]>;

const WHOLE_ORGANIZATION = 't.organization_id = :organizationId';

interface Scope {
  sql: string;
  /** Of its index: in this order rows are counted, or the planner might read the whole table for the first of them. */
  orderBy: string;
  /** Its index alone does not tell how many rows it has: they are counted as they are read. */
  isReadToCount?: boolean;
}

const BY_DATE = `${EXPRESSION.date.sql}, t.id`;

/** Rows are found by these through an index; everything else is asked of each row. */
function scopes(search: TransactionSearch): Scope[] {
  const { sql } = EXPRESSION.date;
  const dates = [
    ...(search.dateFrom === undefined ? [] : [`${sql} >= :dateFrom::date`]),
    ...(search.dateTo === undefined ? [] : [`${sql} <= :dateTo::date`]),
  ];
  return [
    ...(search.itemIds === undefined
      ? []
      : [{ sql: 't.item_id = any(:itemIds::uuid[])', orderBy: 't.item_id, t.reference_id' }]),
    ...(search.endUserRowId === undefined
      ? []
      : [{ sql: 't.end_user_id = :endUserRowId', orderBy: 't.end_user_id, t.id' }]),
    ...(dates.length === 0
      ? []
      : [
          {
            sql: `${WHOLE_ORGANIZATION} and ${dates.join(' and ')}`,
            orderBy: BY_DATE,
            // PostgreSQL reads the row for the date within an index on an expression of it.
            isReadToCount: true,
          },
        ]),
  ];
}

function conditions(search: TransactionSearch): { sql: string; bindings: Bindings } {
  const { text, removed, ...rest } = search;
  const parts = [WHOLE_ORGANIZATION, 't.duplicate_of is null'];
  const bindings: Bindings = {};
  const date = EXPRESSION.date.sql;
  const known: Record<keyof typeof rest, string> = {
    endUserRowId: 't.end_user_id = :endUserRowId',
    itemIds: 't.item_id = any(:itemIds::uuid[])',
    accountId: 't.account_id = :accountId',
    dateFrom: `${date} >= :dateFrom::date`,
    dateTo: `${date} <= :dateTo::date`,
    amountMin: 't.amount >= :amountMin::numeric',
    amountMax: 't.amount <= :amountMax::numeric',
    category: '(t.category_primary = :category or t.category_detailed = :category)',
    pending: 't.pending = :pending',
  };
  for (const [name, sql] of Object.entries(known) as [keyof typeof rest, string][]) {
    const value = rest[name];
    if (value === undefined) continue;
    parts.push(sql);
    bindings[name] = value;
  }
  if (removed === 'exclude') parts.push('t.removed_at is null');
  if (removed === 'only') parts.push('t.removed_at is not null');
  if (text !== undefined) {
    parts.push(`concat_ws(' ', t.description, t.merchant_name) ilike all (:words::text[])`);
    bindings['words'] = text.split(/\s+/).filter(Boolean).map(likePattern);
  }
  return { sql: parts.join(' and '), bindings };
}

// What conditions ask of a row; a search must not drag whole rows along.
const ASKED = `t.id, t.organization_id, t.end_user_id, t.item_id, t.account_id, t.date, t.amount, t.description, t.merchant_name,
  t.category_primary, t.category_detailed, t.pending, t.removed_at, t.duplicate_of`;

function direction({ order, backwards }: Pick<SearchPage, 'order' | 'backwards'>): 'asc' | 'desc' {
  return order.descending === backwards ? 'asc' : 'desc';
}

/** Of `t`, in the order of reading. */
function orderSql(page: SearchPage): {
  expression: string;
  orderBy: string;
  reversed: string;
  beyond: string;
  bindings: Bindings;
} {
  const { sql: expression, type } = EXPRESSION[page.order.by];
  const way = direction(page);
  const otherWay = way === 'asc' ? 'desc' : 'asc';
  const operator = `${way === 'asc' ? '>' : '<'}${page.from?.inclusive ? '=' : ''}`;
  return {
    expression,
    orderBy: `${expression} ${way}, t.id ${way}`,
    reversed: `${expression} ${otherWay}, t.id ${otherWay}`,
    beyond:
      page.from === null ? '' : ` and (${expression}, t.id) ${operator} (:value::${type}, :placeId::uuid)`,
    bindings: page.from === null ? {} : { value: page.from.value, placeId: page.from.id },
  };
}

export interface SearchOptions {
  /** After this long an answer is given, though its page is not full. */
  budgetMs?: number;
  firstChunk?: number;
}

/**
 * Few rows are found by their scope and sorted. Many are walked in the order of an index, a growing number at a time, until
 * the page is full or the time is up: whatever is asked for, an answer comes soon and says how far it has come.
 */
export function createTransactionSearch(
  db: Database,
  { budgetMs = 200, firstChunk }: SearchOptions = {},
): TransactionSearchQueries {
  const run = async <Row>(sql: string, bindings: Bindings): Promise<Row[]> =>
    (await db.raw<{ rows: Row[] }>(sql, bindings as never)).rows;

  /** The first scope that has few rows, sorted; null: none has. */
  const narrow = async (page: SearchPage, bindings: Bindings): Promise<FoundPage | null> => {
    const { search, order } = page;
    const { dateFrom, dateTo, ...others } = search;
    // By date all of the organisation's rows are walked anyway, and the walk keeps to the dates by itself: counting would cost more
    // rows than the page. By amount few rows of the organisation need no narrower scope; where one is too wide, so is all.
    const narrower = scopes(order.by === 'date' ? others : { ...others, dateFrom, dateTo });
    const all =
      narrower.length === 0 && order.by === 'amount'
        ? [{ sql: WHOLE_ORGANIZATION, orderBy: BY_DATE, isReadToCount: true }]
        : narrower;
    for (const scope of all) {
      const found = (await hasMany(scope, bindings)) ? null : await sorted(page, scope, bindings);
      if (found !== null) return found;
    }
    return null;
  };

  const hasMany = async ({ sql, orderBy, isReadToCount }: Scope, bindings: Bindings): Promise<boolean> => {
    if (isReadToCount) return false;
    const [counted] = await run<{ n: number }>(
      `select count(*)::integer as n
         from (select from transactions t where ${sql} order by ${orderBy} limit ${MOST_SORTED + 1}) few`,
      bindings,
    );
    return counted!.n > MOST_SORTED;
  };

  const finish = (page: SearchPage, rows: FoundPage['rows'], stoppedAt: SearchPlace | null): FoundPage => {
    const shown = rows.slice(0, page.limit);
    return {
      rows: page.backwards ? shown.reverse() : shown,
      more: rows.length > page.limit || stoppedAt !== null,
      stoppedAt,
    };
  };

  /** Null when the scope has more rows than can be sorted. */
  const sorted = async (page: SearchPage, scope: Scope, bindings: Bindings): Promise<FoundPage | null> => {
    const { expression, orderBy, beyond, bindings: place } = orderSql(page);
    const { sql } = conditions(page.search);
    const found = await run<{ id: string; value: string; counted: number | null }>(
      // Materialized, or the planner might walk all of the organisation's rows for the first of these.
      `with few as materialized (
         select ${ASKED} from transactions t where ${scope.sql} order by ${scope.orderBy} limit ${MOST_SORTED + 1})
       (select t.id, (${expression})::text as value, null as counted from few t where ${sql}${beyond} order by ${orderBy} limit :limit)
       union all
       (select null, null, count(*)::integer from few)`,
      { ...bindings, ...place, limit: page.limit + 1 },
    );
    const counted = found.find((row) => row.counted !== null)?.counted ?? 0;
    if (counted > MOST_SORTED) return null;
    const rows = found.filter((row) => row.counted === null).map(({ id, value }) => ({ id, value }));
    return finish(page, rows, null);
  };

  const walked = async (page: SearchPage, bindings: Bindings): Promise<FoundPage> => {
    const until = performance.now() + budgetMs;
    const least = firstChunk ?? Math.max(FIRST_CHUNK, Math.ceil(page.limit * LEFT_OUT));
    let chunk = least;
    const { sql } = conditions(page.search);
    const range = scopes({ ...page.search, itemIds: undefined, endUserRowId: undefined })[0]?.sql;
    const rows: FoundPage['rows'] = [];
    let from = page.from;
    for (;;) {
      const began = performance.now();
      const { expression, orderBy, reversed, beyond, bindings: place } = orderSql({ ...page, from });
      const found = await run<{ id: string; value: string; walked: number | null }>(
        `with chunk as materialized (
           select ${ASKED} from transactions t
            where ${range ?? WHOLE_ORGANIZATION}${beyond} order by ${orderBy} limit :chunk)
         (select t.id, (${expression})::text as value, null as walked from chunk t where ${sql} order by ${orderBy} limit :limit)
         union all
         (select t.id, (${expression})::text, (select count(*)::integer from chunk) from chunk t order by ${reversed} limit 1)`,
        { ...bindings, ...place, chunk, limit: page.limit + 1 - rows.length },
      );
      const end = found.at(-1);
      for (const { id, value, walked: isEnd } of found) if (isEnd === null) rows.push({ id, value });
      if (rows.length > page.limit || !end || end.walked! < chunk) return finish(page, rows, null);
      from = { value: end.value, id: end.id, inclusive: false };
      const now = performance.now();
      if (now >= until) return finish(page, rows, from);
      // Rows that are not in memory take a hundred times as long: no more of them than the time that is left may allow.
      const affordable = (chunk * (until - now)) / (now - began);
      chunk = Math.max(least, Math.min(chunk * 4, Math.ceil(affordable), LARGEST_CHUNK));
      // Others wait for the pool, too.
      await sleep(0);
    }
  };

  return {
    async find(organizationId, page) {
      const bindings = { organizationId, ...conditions(page.search).bindings };
      const few = await narrow(page, bindings);
      if (few !== null) return few;
      return page.order.by === 'amount' ? 'too_many' : walked(page, bindings);
    },

    async rows(organizationId, ids) {
      if (ids.length === 0) return [];
      return run<TransactionRow>(
        `select ${transactionColumns(false)}
           from unnest(:ids::uuid[]) with ordinality u (id, place)
           join transactions t on t.id = u.id and t.organization_id = :organizationId ${TRANSACTION_JOINS}
          order by u.place`,
        { organizationId, ids: [...ids] },
      );
    },

    async itemsOfAccount(organizationId, account) {
      const where = 'rowId' in account ? 'id = :rowId' : 'account_id = :accountId';
      const rows = await run<{ item_id: string; account_id: string }>(
        `select item_id, account_id from accounts where organization_id = :organizationId and ${where}`,
        { organizationId, ...account },
      );
      return rows.length === 0
        ? null
        : { itemIds: rows.map((row) => row.item_id), accountId: rows[0]!.account_id };
    },
  };
}
