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

/** Structured logs on stdout, one JSON object a line. */
export function createLogger(name: string, level: string): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);
  return pino({ name, level, redact: { paths, censor: '[redacted]' } });
}
