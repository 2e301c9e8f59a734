import knex, { type Knex } from 'knex';
import pg from 'pg';

export type Database = Knex;
export type Transaction = Knex.Transaction;
/** What queries run on: the pool, or the transaction that the caller owns. */
export type Connection = Knex | Knex.Transaction;

/** Server-side bounds of every connection: a stuck client never holds locks for long. */
const SESSION = {
  idle_in_transaction_session_timeout: '15s',
  statement_timeout: '120s',
  lock_timeout: '20s',
  timezone: 'UTC',
  // No statement here runs long enough to earn back its compilation.
  jit: 'off',
};

/** date and int8: a bank's date has no zone to be shifted by, a bigint does not fit a double. */
const TEXT_OIDS = new Set<number>([pg.types.builtins.DATE, pg.types.builtins.INT8]);

/** numeric is text anyway (pg's default), which keeps money exact (invariant I9); jsonb that holds money is selected as `::text`. */
const types: Knex.PgCustomTypesConfig = {
  getTypeParser: (oid, format) =>
    TEXT_OIDS.has(oid) ? (value: string) => value : (pg.types.getTypeParser(oid, format as 'text') as never),
};

const quiet = (): void => undefined;

export interface DatabaseOptions {
  url: string;
  poolMax?: number;
  /** Shown in pg_stat_activity. */
  name: string;
}

/** Opens a pool; connections are made on first use, so this never fails while PostgreSQL is down. */
export function createDatabase({ url, poolMax = 10, name }: DatabaseOptions): Database {
  const options = Object.entries(SESSION)
    .map(([key, value]) => `-c ${key}=${value}`)
    .join(' ');
  return knex({
    client: 'pg',
    connection: { connectionString: url, options, application_name: name, types, keepAlive: true },
    pool: { min: 0, max: poolMax, acquireTimeoutMillis: 10_000 },
    acquireConnectionTimeout: 10_000,
    // Messages of errors reach logs: they hold the statement, never the values (invariant I7).
    compileSqlOnError: false,
    // Whatever goes wrong is thrown to the caller, who logs it with its context.
    log: { warn: quiet, error: quiet, deprecate: quiet, debug: quiet },
  });
}
