import type { Pace } from '../../domain/gcra.js';
import type { Database } from '../database.js';

export interface LoginBucket {
  key: Buffer;
  pace: Pace;
}

export interface LoginBucketQueries {
  /** Takes an attempt by PostgreSQL's clock; answers 0, or the milliseconds until one may be taken. */
  take(bucket: LoginBucket): Promise<number>;
  /** The attempt was a good one: it does not count. */
  giveBack(bucket: LoginBucket): Promise<void>;
  /** All that counted is forgotten. */
  clear(key: Buffer): Promise<void>;
}

const microseconds = (us: number): string => `${us} microseconds`;

/** GCRA, shared by all API processes. An attempt is taken before the password is looked at, so that a burst cannot slip through. */
export function createLoginBucketQueries(db: Database): LoginBucketQueries {
  /** Full again: as good as not there. */
  const prune = async (): Promise<void> => {
    await db.raw(
      `delete from login_buckets where key in (
         select key from login_buckets where due_at < now() - interval '1 minute' order by due_at limit 20 for update skip locked)`,
    );
  };
  return {
    async take({ key, pace }) {
      const bindings = {
        key,
        step: microseconds(pace.intervalUs),
        tolerance: microseconds(pace.toleranceUs),
      };
      const taken = await db.raw<{ rows: unknown[] }>(
        `insert into login_buckets as b (key, due_at) values (:key, clock_timestamp() + :step::interval)
         on conflict (key) do update set due_at = greatest(b.due_at, clock_timestamp()) + :step::interval
          where b.due_at <= clock_timestamp() + :tolerance::interval
         returning key`,
        bindings,
      );
      if (taken.rows.length > 0) {
        await prune();
        return 0;
      }
      const { rows } = await db.raw<{ rows: { ms: number }[] }>(
        `select extract(epoch from due_at - :tolerance::interval - clock_timestamp())::float8 * 1000 as ms
           from login_buckets where key = :key`,
        bindings,
      );
      return Math.max(1, rows[0]?.ms ?? 1);
    },
    async giveBack({ key, pace }) {
      await db.raw('update login_buckets set due_at = due_at - :step::interval where key = :key', {
        key,
        step: microseconds(pace.intervalUs),
      });
    },
    async clear(key) {
      await db.raw('delete from login_buckets where key = ?', [key]);
    },
  };
}
