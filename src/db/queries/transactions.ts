import type { Knex } from 'knex';
import type { Database } from '../database.js';
import {
  applyFilter,
  orderClause,
  type TransactionFilter,
  type TransactionOrder,
} from './transaction-filter.js';
import { TRANSACTION_JOINS, transactionColumns, type TransactionRow } from './transaction-row.js';

export interface TransactionPage {
  filter: TransactionFilter;
  order: TransactionOrder;
  limit: number;
  offset: number;
  includePlaid: boolean;
}

export interface TransactionQueries {
  list(organizationId: string, page: TransactionPage): Promise<TransactionRow[]>;
  count(organizationId: string, filter: TransactionFilter): Promise<number>;
  /**
   * By row id (null: the address is no heron id), else by reference_id, which Plaid never gives the form of a heron id: that
   * is looked for in each Item of the organisation. Removed rows and duplicates are found too.
   */
  find(
    organizationId: string,
    referenceId: string,
    rowId: string | null,
    includePlaid: boolean,
  ): Promise<TransactionRow | null>;
}

/** A regular expression of the caller's own must not keep the database busy for long. */
const REGEX_TIMEOUT = '10s';

export function createTransactionQueries(db: Database): TransactionQueries {
  const bounded = <T>(filter: TransactionFilter, run: (on: Knex) => Promise<T>): Promise<T> =>
    filter.descriptionRegex === undefined
      ? run(db)
      : db.transaction(async (trx) => {
          await trx.raw(`set local statement_timeout = '${REGEX_TIMEOUT}'`);
          return run(trx);
        });

  const filtered = (on: Knex, organizationId: string, filter: TransactionFilter): Knex.QueryBuilder => {
    const query: Knex.QueryBuilder = on('transactions as t');
    applyFilter(query, organizationId, filter);
    return query;
  };

  return {
    list: (organizationId, { filter, order, limit, offset, includePlaid }) =>
      bounded(filter, async (on) => {
        // The page's ids first: sorting and skipping must not drag whole rows along.
        const page = filtered(on, organizationId, filter)
          .select('t.id')
          .orderByRaw(orderClause(order))
          .limit(limit)
          .offset(offset);
        const { rows } = await on.raw<{ rows: TransactionRow[] }>(
          `select ${transactionColumns(includePlaid)}
             from ? page join transactions t on t.id = page.id ${TRANSACTION_JOINS}
            order by ${orderClause(order)}`,
          [page],
        );
        return rows;
      }),

    count: (organizationId, filter) =>
      bounded(filter, async (on) => {
        const rows = await filtered(on, organizationId, filter).count<{ count: string }[]>();
        return Number(rows[0]!.count);
      }),

    async find(organizationId, referenceId, rowId, includePlaid) {
      const found = async (ids: string): Promise<TransactionRow | null> => {
        const { rows } = await db.raw<{ rows: TransactionRow[] }>(
          `select ${transactionColumns(includePlaid)} from (${ids}) f join transactions t on t.id = f.id ${TRANSACTION_JOINS}
            order by t.removed_at nulls first, t.duplicate_of is not null, t.id desc limit 1`,
          { organizationId, referenceId, rowId } as never,
        );
        return rows[0] ?? null;
      };
      const byRowId =
        rowId === null
          ? null
          : await found(
              'select id from transactions where id = :rowId and organization_id = :organizationId',
            );
      return (
        byRowId ??
        found(`select r.id from items n join transactions r on r.item_id = n.id and r.reference_id = :referenceId
                where n.organization_id = :organizationId`)
      );
    },
  };
}
