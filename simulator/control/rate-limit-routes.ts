import { publishedLimits, type Limits, type RateLimits } from '../faults/rate-limits.js';
import { durationMs } from '../model/duration.js';
import { checkFields, type FieldRules, type Json } from '../plaid-api/fields.js';
import { ControlError, type ControlRoute } from './route.js';

const SCOPE_NAMES = [
  ['item', 'item'],
  ['client', 'client'],
  ['empty_cursor_client', 'emptyCursorClient'],
] as const;

const LIMIT_FIELDS: FieldRules = {
  item: { kind: 'integer', min: 0, nullable: true },
  client: { kind: 'integer', min: 0, nullable: true },
  empty_cursor_client: { kind: 'integer', min: 0, nullable: true },
};

const presentLimits = (rateLimits: RateLimits) => {
  const { settings } = rateLimits;
  const counted = rateLimits.counters();
  const total = (of: 'requests' | 'limited') =>
    Object.values(counted).reduce((sum, counter) => sum + counter[of], 0);
  return {
    enabled: settings.enabled,
    window_ms: settings.windowMs,
    retry_after: settings.retryAfter,
    limits: Object.fromEntries(
      Object.entries(settings.limits).map(([endpoint, limits]) => [
        endpoint,
        Object.fromEntries(SCOPE_NAMES.map(([name, key]) => [name, limits[key] ?? null])),
      ]),
    ),
    requests: total('requests'),
    limited: total('limited'),
    endpoints: Object.fromEntries(
      Object.entries(counted).map(([endpoint, { requests, limited, peak }]) => [
        endpoint,
        {
          requests,
          limited,
          peak: Object.fromEntries(SCOPE_NAMES.map(([name, key]) => [name, peak[key]])),
        },
      ]),
    ),
  };
};

const changedLimits = (before: Limits, given: Json): Limits => {
  const after = { ...before };
  for (const [name, key] of SCOPE_NAMES) {
    const value = given[name];
    if (value === null) delete after[key];
    else if (typeof value === 'number') after[key] = value;
  }
  return after;
};

const limitsGet: ControlRoute = {
  method: 'get',
  path: '/rate-limits',
  answer: ({ context }) => presentLimits(context.rateLimits),
};

const SETTINGS: FieldRules = {
  enabled: { kind: 'boolean' },
  environment: { kind: 'string', values: ['production', 'sandbox'] },
  window: { kind: 'any' },
  retry_after: { kind: 'boolean' },
  limits: { kind: 'object' },
};

/**
 * Changes the settings that are given, and starts counting anew.
 * @throws ControlError, PlaidApiError naming the field that is wrong
 */
export const changeRateLimits = (rateLimits: RateLimits, body: Json, endpoints: readonly string[]): void => {
  checkFields(body, SETTINGS);
  const { settings } = rateLimits;
  const windowMs = body['window'] === undefined ? settings.windowMs : durationMs(body['window']);
  if (windowMs === null || windowMs === 0)
    throw new ControlError(400, 'window must be milliseconds or a duration like "30s", above 0');
  const limits =
    body['environment'] === undefined
      ? { ...settings.limits }
      : publishedLimits(body['environment'] as 'production' | 'sandbox');
  for (const [endpoint, given] of Object.entries((body['limits'] ?? {}) as Json)) {
    if (!endpoints.includes(endpoint)) throw new ControlError(400, `limits.${endpoint} does not exist`);
    checkFields((given ?? {}) as Json, LIMIT_FIELDS, `limits.${endpoint}.`);
    limits[endpoint] = changedLimits(limits[endpoint] ?? {}, (given ?? {}) as Json);
  }
  Object.assign(settings, {
    limits,
    windowMs,
    enabled: (body['enabled'] as boolean | undefined) ?? settings.enabled,
    retryAfter: (body['retry_after'] as boolean | undefined) ?? settings.retryAfter,
  });
  rateLimits.reset();
};

const limitsPut: ControlRoute = {
  method: 'put',
  path: '/rate-limits',
  openFields: true,
  answer: ({ context: { rateLimits }, endpoints, body }) => {
    changeRateLimits(rateLimits, body, endpoints);
    return presentLimits(rateLimits);
  },
};

/** Plaid's rate limits, and how near a client came to them. */
export const RATE_LIMIT_ROUTES: readonly ControlRoute[] = [limitsGet, limitsPut];
