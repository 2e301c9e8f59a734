import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Field names that never reach a log line with their value (invariant I7); the second line of defence after not logging them. */
const SECRET_FIELDS = [
  'access_token',
  'accessToken',
  'client_secret',
  'clientSecret',
  'secret',
  'password',
  'authorization',
  'x-api-key',
  'token',
];

/**
 * Written while the process goes on: a synchronous write per line cost the API a tenth of a webhook's share. pino flushes it
 * when the process ends by itself; a SIGKILL may take the last lines with it.
 */
const stdout = pino.destination({ dest: 1, sync: false });

/** What a log line may tell of an error: a list of fields, because PostgreSQL's `detail` and `where` quote the values of rows. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

/** Structured logs on stdout, one JSON object a line. Our errors stand under `err`, those of Temporal's SDK under `error`. */
export function createLogger(name: string, level: string): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);
  const serializers = { err: describeError, error: describeError };
  return pino({ name, level, serializers, redact: { paths, censor: '[redacted]' } }, stdout);
}

/** The same logger for lines whose every field the program itself chose: looking through them for secrets costs more than the line. */
export const withoutRedaction = (logger: Logger): Logger => logger.child({}, { redact: { paths: [] } });
