/** What PostgreSQL, or the way to it, said: reduced to what callers decide on. */
export type DatabaseFailure = 'unavailable' | 'invalid_text' | 'invalid_regex' | 'too_slow' | null;

/** SQLSTATEs and network codes that pass by themselves: the caller may try again. */
const UNAVAILABLE = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or in recovery
  '53300', // too_many_connections
  '53200', // out_of_memory
  '53100', // disk_full
  '25006', // read_only_sql_transaction: a failover left us on a standby
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
]);

const FAILURES: Record<string, Exclude<DatabaseFailure, null>> = {
  '22021': 'invalid_text', // character_not_in_repertoire: NUL in a text
  '2201B': 'invalid_regex',
  '57014': 'too_slow', // query_canceled by statement_timeout
};

/** pg and knex give some failures of the connection no code. */
const CONNECTION_MESSAGES =
  /connection terminated|timeout expired|timeout acquiring a connection|connection ended|not queryable/i;

interface ErrorShape {
  code?: unknown;
  name?: unknown;
  message?: unknown;
  errors?: unknown;
}

/** Classifies what a query threw; null for everything that is a bug. */
export function databaseFailure(error: unknown): DatabaseFailure {
  if (typeof error !== 'object' || error === null) return null;
  const { code, name, message, errors } = error as ErrorShape;
  if (typeof code === 'string') {
    if (UNAVAILABLE.has(code) || code.startsWith('08')) return 'unavailable';
    if (FAILURES[code]) return FAILURES[code];
  }
  // Both address families of a host refused: an AggregateError of connection errors.
  if (Array.isArray(errors) && errors.some((inner) => databaseFailure(inner) === 'unavailable'))
    return 'unavailable';
  if (name === 'KnexTimeoutError') return 'unavailable';
  if (typeof message === 'string' && CONNECTION_MESSAGES.test(message)) return 'unavailable';
  return null;
}
