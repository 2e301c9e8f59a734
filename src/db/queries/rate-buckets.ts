import type { Database } from '../database.js';
import { preparedStatement } from '../prepared.js';
import { interval } from './dirty-mark.js';

/** A bucket and the pace that a taker has in it, in whole microseconds. */
export interface BucketPace {
  key: string;
  intervalUs: number;
  toleranceUs: number;
}

/** In which queue a denied caller waits for its turn: `continued` is the further pages of bulk work. */
export type RateQueue = 'fresh' | 'continued' | 'bulk';

export interface Take {
  granted: boolean;
  /** Milliseconds until the caller's own turn; 0 when granted. */
  waitMs: number;
  /** The bucket that decided. */
  key: string;
  /** Plaid answered 429 and nobody calls for now; otherwise the budget itself is used up. */
  blocked: boolean;
  /** One of the buckets has seen 429s: a success is worth reporting. */
  penalised: boolean;
  /** PostgreSQL's time of the take, as text with microseconds. */
  takenAt: string;
}

export interface RateBucketQueries {
  /** Takes one token of each bucket or none of any, by PostgreSQL's clock. The keys must differ. */
  take(buckets: readonly BucketPace[], queue: RateQueue): Promise<Take>;
  /**
   * Plaid answered 429 to a call that took its tokens at `takenAt`: nobody calls for `waitMs`, doubled for each 429 before
   * that no success has made up for, at most four hours. Answers how long, in milliseconds.
   */
  block(key: string, takenAt: string, waitMs: number): Promise<number>;
  /** A call went through after the last block: the next one is half as long. */
  relax(keys: readonly string[], takenAt: string): Promise<void>;
  /** Deletes buckets that would be full by now. Answers how many. */
  prune(limit: number): Promise<number>;
  countBlocked(): Promise<number>;
}

const QUEUES: readonly RateQueue[] = ['fresh', 'continued', 'bulk'];
const LONGEST_BLOCK = '4 hours';

interface TakeRow {
  granted: boolean;
  wait_ms: number;
  bucket: number;
  blocked: boolean;
  penalised: boolean;
  taken_at: string;
}

const microseconds = (us: number): string => `${us} microseconds`;

export function createRateBucketQueries(db: Database): RateBucketQueries {
  const takeTokens = preparedStatement<TakeRow & Record<string, unknown>>(
    db,
    'take_rate_tokens',
    `select granted, wait_ms, bucket, blocked, penalised, taken_at::text as taken_at
       from take_rate_tokens($1::text[], $2::interval[], $3::interval[], $4::integer)`,
  );
  return {
    async take(buckets, queue) {
      const [row] = await takeTokens([
        buckets.map(({ key }) => key),
        buckets.map(({ intervalUs }) => microseconds(intervalUs)),
        buckets.map(({ toleranceUs }) => microseconds(toleranceUs)),
        QUEUES.indexOf(queue) + 1,
      ]);
      const decided = row && buckets[row.bucket - 1];
      if (!decided) throw new Error('take_rate_tokens answered without a bucket');
      return {
        granted: row.granted,
        waitMs: row.wait_ms,
        key: decided.key,
        blocked: row.blocked,
        penalised: row.penalised,
        takenAt: row.taken_at,
      };
    },
    async block(key, takenAt, waitMs) {
      const { rows } = await db.raw<{ rows: [{ ms: number }] }>(
        `insert into rate_buckets as b (key, blocked_at, blocked_until, strikes)
         values (:key, clock_timestamp(), clock_timestamp() + least(:wait::interval, interval '${LONGEST_BLOCK}'), 1)
         on conflict (key) do update
           -- Calls that were under way together are answered 429 together: that is one strike.
           set strikes = case when b.blocked_at < :takenAt::timestamptz then b.strikes + 1 else b.strikes end,
               blocked_until = greatest(b.blocked_until, clock_timestamp() + least(interval '${LONGEST_BLOCK}',
                 :wait::interval * case when b.blocked_at < :takenAt::timestamptz then 2 ^ least(b.strikes, 20) else 1 end)),
               blocked_at = case when b.blocked_at < :takenAt::timestamptz then clock_timestamp() else b.blocked_at end
         returning extract(epoch from blocked_until - clock_timestamp()) * 1000 as ms`,
        { key, takenAt, wait: interval(waitMs) },
      );
      return Number(rows[0].ms);
    },
    async relax(keys, takenAt) {
      await db.raw(
        `update rate_buckets set strikes = strikes - 1
          where key in (select key from rate_buckets
                         where key = any(:keys) and strikes > 0 and blocked_until <= :takenAt::timestamptz order by key for no key update)`,
        { keys: [...keys], takenAt },
      );
    },
    async prune(limit) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `delete from rate_buckets where key in (
           select key from rate_buckets
            where due_at < now() - interval '10 minutes' and queue_ends[1] < now() and queue_ends[2] < now() and queue_ends[3] < now()
              -- The memory of 429s outlives the block by a day.
              and blocked_until < now() - case when strikes > 0 then interval '1 day' else interval '0' end
            order by key limit :limit for no key update skip locked)
         returning key`,
        { limit },
      );
      return rows.length;
    },
    async countBlocked() {
      const { rows } = await db.raw<{ rows: [{ n: number }] }>(
        'select count(*)::int as n from rate_buckets where blocked_until > now()',
      );
      return rows[0].n;
    },
  };
}
