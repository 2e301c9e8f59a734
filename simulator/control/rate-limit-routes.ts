import { publishedLimits, SCOPES, type Limits, type RateLimits, type Scope } from '../faults/rate-limits.js';
import { durationMs } from '../model/duration.js';
import { checkFields, type FieldRules, type Json } from '../plaid-api/fields.js';
import { ControlError, type ControlRoute } from './route.js';

const NAMES: Record<Scope, string> = {
  item: 'item',
  client: 'client',
  emptyCursorClient: 'empty_cursor_client',
};

/** An object of the API with a field for each scope. */
const byScope = <T>(of: (scope: Scope) => T): Record<string, T> =>
  Object.fromEntries(SCOPES.map((scope) => [NAMES[scope], of(scope)]));

const LIMIT_FIELDS: FieldRules = byScope(() => ({ kind: 'integer', min: 0, nullable: true }));

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
        byScope((scope) => limits[scope] ?? null),
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
          peak: byScope((scope) => peak[scope]),
        },
      ]),
    ),
  };
};

const changedLimits = (before: Limits, given: Json): Limits => {
  const after = { ...before };
  for (const scope of SCOPES) {
    const value = given[NAMES[scope]];
    if (value === null) delete after[scope];
    else if (typeof value === 'number') after[scope] = value;
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
