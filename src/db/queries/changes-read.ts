import type { Database } from '../database.js';
import { TRANSACTION_JOINS_IF_ANY, transactionColumns, type TransactionRow } from './transaction-row.js';

/** Where a reader stands in an organisation's feed. */
export interface FeedPlace {
  incarnation: number;
  /** Everything up to and including this position has been read. */
  position: bigint;
}

export interface FeedPage {
  /** In the order of their positions. */
  rows: TransactionRow[];
  /** Where to go on: past all that was read, and past what the filter left out. */
  next: FeedPlace;
  hasMore: boolean;
}

export interface FeedReadOptions {
  limit: number;
  endUserRowId?: string | undefined;
  includePlaid: boolean;
}

export interface ChangeReadQueries {
  /** `ahead`: the feed is behind the reader, so the database was restored and the restore command has not run yet. */
  read(organizationId: string, from: FeedPlace | null, options: FeedReadOptions): Promise<FeedPage | 'ahead'>;
  /** The last position that was given. */
  headPosition(organizationId: string): Promise<bigint>;
}

interface HeadRow {
  position: string;
  incarnation: number;
  /** Least head that a restore since the reader's incarnation left; null without one. */
  restored_position: string | null;
}

export function createChangeReadQueries(db: Database): ChangeReadQueries {
  const head = async (organizationId: string, incarnation: number): Promise<HeadRow> => {
    const { rows } = await db.raw<{ rows: HeadRow[] }>(
      `select h.position, h.incarnation,
              (select min(r.restored_position) from change_restores r
                where r.organization_id = h.organization_id and r.incarnation >= ?) as restored_position
         from change_heads h where h.organization_id = ?`,
      [incarnation, organizationId],
    );
    // Without a head nothing has ever been linked.
    return rows[0] ?? { position: '0', incarnation: 1, restored_position: null };
  };

  const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

  return {
    async read(organizationId, from, { limit, endUserRowId, includePlaid }) {
      const now = await head(organizationId, from?.incarnation ?? 0);
      const headPosition = BigInt(now.position);
      let after = from?.position ?? 0n;
      if (from && from.incarnation > now.incarnation) return 'ahead';
      if (from && from.incarnation < now.incarnation && now.restored_position !== null)
        after = smaller(after, BigInt(now.restored_position));
      if (after > headPosition) return 'ahead';

      const { rows } = await db.raw<{ rows: (TransactionRow & { position: string; is_there: boolean })[] }>(
        `select f.position, t.id is not null as is_there, ${transactionColumns(includePlaid)}
           from (select f.position, f.transaction_id from changes f
                  where f.organization_id = :organizationId and f.position > :after
                    ${endUserRowId === undefined ? '' : 'and f.end_user_id = :endUserRowId'}
                  order by f.position limit :most) f
           left join transactions t on t.id = f.transaction_id ${TRANSACTION_JOINS_IF_ANY}
          order by f.position`,
        {
          organizationId,
          after: after.toString(),
          most: limit + 1,
          ...(endUserRowId === undefined ? {} : { endUserRowId }),
        },
      );
      const page = rows.slice(0, limit);
      const hasMore = rows.length > limit;
      const last = page.at(-1);
      // The head was read before the rows, so every position up to it was visible to them: what is not among the rows was
      // left out by the filter, or has moved on to a later position and comes again.
      const reached = last ? BigInt(last.position) : after;
      const position = hasMore || reached > headPosition ? reached : headPosition;
      // Nothing here deletes rows. One that somebody has deleted by hand is passed over; the page goes as far as it would with it.
      return {
        rows: page.filter((row) => row.is_there),
        next: { incarnation: now.incarnation, position },
        hasMore,
      };
    },

    async headPosition(organizationId) {
      return BigInt((await head(organizationId, 0)).position);
    },
  };
}
