import { z } from 'zod';
import { durationMs } from './durations.js';
import { failpoints } from './failpoints.js';
import { baseUrlList, encryptionKeys, factor, port, switchValue, wholeNumber } from './values.js';

export interface Variable<S extends z.ZodType = z.ZodType> {
  schema: S;
  /** Text taken when the variable is unset; without one the variable is required, unless the schema is optional. */
  fallback?: string;
  doc: string;
}

const variable = <S extends z.ZodType>(schema: S, doc: string, fallback?: string): Variable<S> =>
  fallback === undefined ? { schema, doc } : { schema, doc, fallback };

/**
 * Every variable that Ardea's api, worker, migrate and setup read, in the order in which they are documented.
 * `docs/configuration.md` and `.env.example` are generated from this table.
 */
export const VARIABLES = {
  DATABASE_URL: variable(
    z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
    'PostgreSQL 15 or newer. `npm start` runs an embedded one when this is unset.',
  ),
  DATABASE_POOL_MAX: variable(wholeNumber(1, 200), 'Connections per process.', '10'),
  TEMPORAL_ADDRESS: variable(
    z.string().regex(/^[^:/\s]+:\d+$/, 'must be host:port'),
    "Temporal frontend. `npm start` runs a dev server when this is unset. The SDK's other variables (TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…) work too.",
  ),
  TEMPORAL_NAMESPACE: variable(z.string().min(1), 'Temporal namespace.', 'default'),
  TEMPORAL_TASK_QUEUE: variable(
    z.string().min(1),
    'Task queue that workflows and activities share.',
    'ardea',
  ),
  TEMPORAL_UI_URL: variable(
    z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    "Where people reach Temporal's Web UI: the API then links each Item to its workflow. `npm start` sets it.",
  ),
  ENCRYPTION_KEYS: variable(
    encryptionKeys,
    'Keys for access tokens and secrets at rest: `id:base64 of 32 bytes`, comma separated. The first encrypts, all decrypt. `npm start` makes one.',
  ),
  HOST: variable(z.string().min(1), 'Address that the API listens on.', '0.0.0.0'),
  PORT: variable(port, 'Port of the API.', '3000'),
  WORKER_HOST: variable(z.string().min(1), "Address of the worker's health and metrics server.", '0.0.0.0'),
  WORKER_PORT: variable(port, "Port of the worker's health and metrics server.", '3001'),
  WORKER_CONCURRENCY: variable(wholeNumber(1, 1_000), 'Looks at Items that one worker runs at once.', '50'),
  WORKER_MAX_CACHED_WORKFLOWS: variable(
    wholeNumber(1, 100_000),
    'Workflows that one worker keeps in memory, about 1 MB each, outside the JavaScript heap.',
    '500',
  ),
  PUBLIC_URL: variable(
    z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    'Where the outside world reaches the API: the base of webhook and link URLs. Default: http://localhost:PORT.',
  ),
  PLAID_ALLOWED_BASE_URLS: variable(
    baseUrlList,
    "Base URLs that integrations may use besides Plaid's sandbox and production, comma separated (the simulator's, say).",
    '',
  ),
  SIMULATOR_CONTROL_URL: variable(
    z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    'A Plaid simulator that members may control through the API, for integrations that have it as base_url. `npm start` sets it; never set it to anything else.',
  ),
  BOOTSTRAP_ORGANIZATION: variable(
    z.string().min(1).max(128),
    'Name of the organisation that setup creates.',
    'Default',
  ),
  BOOTSTRAP_API_KEY: variable(
    z
      .string()
      .regex(/^key_[0-9a-f]{48}$/, 'must be key_ and 48 hexadecimal digits')
      .optional(),
    'API key that setup gives to that organisation.',
  ),
  BOOTSTRAP_ADMIN_EMAIL: variable(z.email().optional(), 'First dashboard user, created by setup.'),
  BOOTSTRAP_ADMIN_PASSWORD: variable(
    z.string().min(12, 'must have at least 12 characters').optional(),
    "That user's password.",
  ),
  SESSION_IDLE: variable(
    durationMs,
    'A log-in to the dashboard ends after this time without a request.',
    '12h',
  ),
  SESSION_LONGEST: variable(
    durationMs,
    'A log-in to the dashboard ends after this time at the latest.',
    '7d',
  ),
  SESSION_CONFIRMED: variable(
    durationMs,
    'So long after the password was given the dashboard may set secrets and erase data without asking for it again.',
    '10m',
  ),
  TRUSTED_PROXIES: variable(
    wholeNumber(0, 10),
    "Reverse proxies in front of the API, each of which adds the caller's address to X-Forwarded-For. Attempts to log in are counted per address: without this all that come through a proxy share one.",
    '0',
  ),
  METRICS_TOKEN: variable(
    z.string().min(16, 'must have at least 16 characters').optional(),
    "Bearer token that the API's /metrics asks for. Without it anyone who reaches the API may read them: they name nobody.",
  ),
  LOG_LEVEL: variable(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'Least level that is logged.',
    'info',
  ),
  RECONCILE_INTERVAL: variable(durationMs, 'An Item is synced at least this often, webhook or not.', '6h'),
  PROBE_INTERVAL: variable(durationMs, 'A paused Item asks Plaid for its state at least this often.', '1d'),
  SWEEP_INTERVAL: variable(
    durationMs,
    'How often lost signals, overdue Items and missing workflows are looked for.',
    '15s',
  ),
  SIGNAL_STALE_AFTER: variable(
    durationMs,
    'An unanswered signal is repeated after this time (doubling up to 15 minutes).',
    '15s',
  ),
  STUCK_WORKFLOW_AFTER: variable(
    durationMs,
    'A workflow whose tasks have failed for so long (its history cannot be replayed, say) is ended and begun anew by the sweep.',
    '5m',
  ),
  SIGNAL_DEADLINE: variable(
    durationMs,
    'Longest wait for Temporal to take a signal; after it the sweep takes over.',
    '500ms',
  ),
  PLAID_TIMEOUT: variable(durationMs, 'Longest wait for an answer of Plaid in a sync.', '60s'),
  PLAID_CHECK_TIMEOUT: variable(
    durationMs,
    'Longest wait for Plaid while an API caller waits; after it the check is made later.',
    '4s',
  ),
  QUICK_SYNC: variable(switchValue, 'Run short incremental syncs as local activities (docs/adr/0006).', 'on'),
  QUICK_SYNC_TIMEOUT: variable(
    durationMs,
    'A quick sync that Plaid leaves waiting longer is handed to a regular activity.',
    '3s',
  ),
  NOT_READY_FIRST_WAIT: variable(
    durationMs,
    'First wait while Plaid prepares the history of a new Item; doubles.',
    '2s',
  ),
  NOT_READY_LONGEST_WAIT: variable(durationMs, 'Longest of those waits.', '1m'),
  NOT_READY_WINDOW: variable(
    durationMs,
    'After this time an Item without full history is polled at the reconcile interval.',
    '15m',
  ),
  RESTART_FIRST_WAIT: variable(durationMs, 'First wait after a mutation during pagination; doubles.', '2s'),
  RESTART_LONGEST_WAIT: variable(durationMs, 'Longest of those waits.', '4m'),
  RESTART_WINDOW: variable(durationMs, 'Restarts go on at least this long before a full resync.', '10m'),
  RESTART_MINIMUM: variable(wholeNumber(1, 100), 'Least number of restarts before a full resync.', '8'),
  RESYNC_CONFIRM_AFTER: variable(
    durationMs,
    'A full resync that would remove many rows must be confirmed by a second one after this time.',
    '10m',
  ),
  RETRY_FIRST_WAIT: variable(durationMs, 'First wait after a passing failure of Plaid; doubles.', '1s'),
  RETRY_LONGEST_WAIT: variable(durationMs, 'Longest of those waits.', '5m'),
  RETRY_SLOW_WAIT: variable(
    durationMs,
    'Wait after a failure of the institution; doubles up to the reconcile interval.',
    '15m',
  ),
  RATE_LIMIT_WAIT: variable(
    durationMs,
    'Wait after a 429 of Plaid without Retry-After; doubles, and holds for all that share the limit.',
    '1m',
  ),
  PLAID_RATE_SCALE: variable(
    factor(0, 100_000),
    "Multiplies Plaid's documented rate limits, within which Ardea keeps: 1 as documented, 2 where Plaid has granted you twice as much, 0 no budget at all.",
    '1',
  ),
  AUDIT_CONCURRENCY: variable(
    wholeNumber(1, 100),
    "Items that one integration's loss audit reads from Plaid at once.",
    '4',
  ),
  AUDIT_RETENTION: variable(durationMs, 'How long a loss audit that has ended is kept.', '90d'),
  SHUTDOWN_GRACE: variable(durationMs, 'A running update may finish within this time after SIGTERM.', '25s'),
  INBOX_MAX_UNVERIFIED: variable(
    wholeNumber(0, 1_000_000),
    'Kept webhooks with a bad signature per integration.',
    '1000',
  ),
  INBOX_MAX_UNMATCHED: variable(
    wholeNumber(0, 10_000_000),
    'Kept webhooks of unknown Items per integration.',
    '10000',
  ),
  INBOX_MAX_CONSUMED: variable(
    wholeNumber(1, 1_000_000),
    'Kept webhooks per Item that no sync waits for any more.',
    '500',
  ),
  INBOX_RETENTION: variable(
    durationMs,
    'How long webhooks are kept that no sync waits for any more, and those of Items that were never linked.',
    '90d',
  ),
  INBOX_UNVERIFIED_RETENTION: variable(durationMs, 'How long webhooks with a bad signature are kept.', '14d'),
  SYNC_RUNS_MAX: variable(wholeNumber(1, 100_000), 'Kept sync runs per Item.', '500'),
  SYNC_RUNS_RETENTION: variable(
    durationMs,
    'How long sync runs are kept; the last one of each Item always is.',
    '90d',
  ),
  STAGED_RETENTION: variable(
    durationMs.refine((ms) => ms >= 2 * 3_600_000, 'must be at least 2h, the longest that a sync may take'),
    'After this time staged pages of a sync that died with its worker are removed.',
    '3h',
  ),
  FORWARD_TIMEOUT: variable(
    durationMs.refine((ms) => ms <= 45_000, 'must be at most 45s'),
    'Longest wait for your own webhook receiver.',
    '10s',
  ),
  FORWARD_FIRST_WAIT: variable(
    durationMs,
    'First wait after your webhook receiver refused or was silent; doubles.',
    '10s',
  ),
  FORWARD_LONGEST_WAIT: variable(durationMs, 'Longest of those waits.', '1h'),
  FORWARD_WINDOW: variable(durationMs, 'After this time a forward is given up.', '1d'),
  FORWARD_ALLOW_PRIVATE: variable(
    switchValue,
    'Allow webhook_url to lead to private, loopback and link-local addresses. npm start turns it on.',
    'off',
  ),
  FAILPOINTS: variable(
    failpoints,
    'For tests only: where this process dies, waits or fails on purpose (docs/reliability.md).',
    '',
  ),
  ARDEA_SUPERVISED: variable(switchValue, 'Set by npm start: end when stdin closes.', 'off'),
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
