import type { TestEngine } from './engine.js';

export interface StoredTransaction {
  id: string;
  reference_id: string;
  account_id: string | null;
  amount: string | null;
  date: string | null;
  authorized_date: string | null;
  occurred_at: Date | null;
  description: string | null;
  pending: boolean | null;
  pending_reference_id: string | null;
  /** jsonb as text: every digit is there. */
  plaid: string;
  /** Plaid's own text of a row that jsonb cannot hold. */
  bytes: string | null;
  version: number;
  removed_at: Date | null;
}

export const storedTransactions = async (
  { db }: Pick<TestEngine, 'db'>,
  itemId: string,
): Promise<StoredTransaction[]> => {
  const { rows } = await db.raw<{ rows: StoredTransaction[] }>(
    `select id, reference_id, account_id, amount, date, authorized_date, occurred_at, description, pending, pending_reference_id,
            plaid::text as plaid, convert_from(plaid_bytes, 'UTF8') as bytes, version, removed_at
       from transactions where item_id = ? order by reference_id`,
    [itemId],
  );
  return rows;
};

export const liveIds = async (engine: Pick<TestEngine, 'db'>, itemId: string): Promise<string[]> =>
  (await storedTransactions(engine, itemId))
    .filter((each) => each.removed_at === null)
    .map((each) => each.reference_id);

/** The columns of an Item that tests look at; bigints are text. */
export interface StoredItem {
  id: string;
  cursor: string | null;
  health: string;
  desired_state: string;
  status_code: string | null;
  status_message: string | null;
  action: string | null;
  history: string;
  next_sync_at: Date | null;
  hold_until: Date | null;
  restarts: number;
  failures: number;
  not_ready_waits: number;
  resync_reason: string | null;
  resync_missing: string[] | null;
  sync_version: string;
  syncing_since: Date | null;
}

export const storedItem = async ({ db }: Pick<TestEngine, 'db'>, itemId: string): Promise<StoredItem> => {
  const { rows } = await db.raw<{ rows: [StoredItem] }>('select * from items where id = ?', [itemId]);
  return rows[0];
};

export interface Generations {
  dirty: number;
  signalled: number;
  claimed: number;
  synced: number;
}

export const generationsOf = async ({ db }: Pick<TestEngine, 'db'>, itemId: string): Promise<Generations> => {
  const { rows } = await db.raw<{ rows: [Generations] }>(
    `select dirty_gen::integer as dirty, signalled_gen::integer as signalled, claimed_gen::integer as claimed,
            synced_gen::integer as synced from item_sync where item_id = ?`,
    [itemId],
  );
  return rows[0];
};

/** A reader of the change feed as the contract has it: rows by id, and how far it has read. */
export interface FeedFollower {
  rows: Map<string, { itemId: string; plaid: string }>;
  position: number;
  /** Changes read so far. */
  seen: number;
  /** Reads what has come, `limit` at a time. Answers how many. */
  follow(limit?: number): Promise<number>;
}

export const followFeed = ({
  db,
  organizationId,
}: Pick<TestEngine, 'db' | 'organizationId'>): FeedFollower => {
  const follower: FeedFollower = {
    rows: new Map(),
    position: 0,
    seen: 0,
    async follow(limit = 500) {
      let read = 0;
      for (;;) {
        const { rows } = await db.raw<{
          rows: { position: string; reference_id: string; item_id: string; plaid: string; gone: boolean }[];
        }>(
          `select c.position, t.reference_id, t.item_id, t.plaid::text as plaid, (t.removed_at is not null or t.duplicate_of is not null) as gone
             from changes c join transactions t on t.id = c.transaction_id
            where c.organization_id = ? and c.position > ? order by c.position limit ?`,
          [organizationId, follower.position, limit],
        );
        for (const change of rows) {
          const key = `${change.item_id} ${change.reference_id}`;
          if (change.gone) follower.rows.delete(key);
          else follower.rows.set(key, { itemId: change.item_id, plaid: change.plaid });
          follower.position = Number(change.position);
        }
        read += rows.length;
        follower.seen += rows.length;
        if (rows.length < limit) return read;
      }
    },
  };
  return follower;
};
