import type { Fault } from '../faults/fault.js';
import { describeFaultKinds } from '../faults/kinds.js';
import { describeIncidentKinds } from '../incidents/kinds.js';
import { publishedLimits, type Limits, type RateLimits } from '../faults/rate-limits.js';
import { durationMs } from '../model/duration.js';
import { checkFields, type FieldRules, type Json } from '../plaid-api/fields.js';
import { ControlError, type ControlCall, type ControlRoute } from './route.js';

const presentFault = (fault: Fault) => ({
  id: fault.id,
  kind: fault.kind,
  item_id: fault.itemId,
  client_id: fault.clientId,
  endpoint: fault.endpoint,
  after: fault.after,
  times: fault.times,
  probability: fault.probability,
  ...fault.params,
  active: fault.active,
  fired: fault.fired,
});

const kinds: ControlRoute = {
  method: 'get',
  path: '/faults/kinds',
  answer: () => ({ kinds: [...describeFaultKinds(), ...describeIncidentKinds()] }),
};

const list: ControlRoute = {
  method: 'get',
  path: '/faults',
  answer: ({ context: { faults } }) => ({
    faults: faults.all().map(presentFault),
    fired_by_kind: faults.firedByKind(),
  }),
};

const add: ControlRoute = {
  method: 'post',
  path: '/faults',
  openFields: true,
  answer: ({ context: { faults }, body }) => ({ fault: presentFault(faults.add(body)) }),
};

const faultAt = ({ context, params }: ControlCall): Fault => {
  const fault = context.faults.find(Number(params['faultId']));
  if (fault === null) throw new ControlError(404, `fault ${params['faultId']} does not exist`);
  return fault;
};

const show: ControlRoute = {
  method: 'get',
  path: '/faults/:faultId',
  answer: (call) => ({ fault: presentFault(faultAt(call)) }),
};

const end: ControlRoute = {
  method: 'delete',
  path: '/faults/:faultId',
  answer: (call) => {
    const fault = faultAt(call);
    call.context.faults.end(fault.id);
    return { fault: presentFault(fault) };
  },
};

const endAll: ControlRoute = {
  method: 'delete',
  path: '/faults',
  answer: ({ context }) => ({ ended: context.faults.endAll() }),
};

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

const limitsPut: ControlRoute = {
  method: 'put',
  path: '/rate-limits',
  fields: {
    enabled: { kind: 'boolean' },
    environment: { kind: 'string', values: ['production', 'sandbox'] },
    window: { kind: 'any' },
    retry_after: { kind: 'boolean' },
    limits: { kind: 'object' },
  },
  answer: ({ context: { rateLimits }, endpoints, body }) => {
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
    return presentLimits(rateLimits);
  },
};

/** Faults and rate limits: what Plaid's endpoints and webhooks do on a bad day. */
export const FAULT_ROUTES: readonly ControlRoute[] = [
  kinds,
  list,
  add,
  endAll,
  show,
  end,
  limitsGet,
  limitsPut,
];
