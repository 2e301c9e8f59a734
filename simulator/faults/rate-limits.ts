import type { ErrorCode } from '../plaid-api/error-catalogue.js';

/** Whose requests are counted together; `emptyCursorClient`: a client's with a null or empty cursor. */
export const SCOPES = ['item', 'client', 'emptyCursorClient'] as const;
export type Scope = (typeof SCOPES)[number];

/** Requests per window. Absent: no limit. */
export type Limits = Partial<Record<Scope, number>>;

interface Row {
  code: ErrorCode;
  production: Limits;
  sandbox: Limits;
}

/** Plaid's published limits per minute (plaid.com/docs/errors/rate-limit-exceeded). */
const PUBLISHED: Readonly<Record<string, Row>> = {
  '/transactions/sync': {
    code: 'TRANSACTIONS_SYNC_LIMIT',
    production: { item: 50, client: 2500, emptyCursorClient: 500 },
    sandbox: { item: 50, client: 1000 },
  },
  '/transactions/refresh': {
    code: 'TRANSACTIONS_REFRESH_LIMIT',
    production: { item: 2, client: 100 },
    sandbox: { item: 2, client: 100 },
  },
  '/accounts/get': {
    code: 'ACCOUNTS_LIMIT',
    production: { item: 15, client: 15_000 },
    sandbox: { item: 100, client: 5000 },
  },
  '/item/get': {
    code: 'ITEM_GET_LIMIT',
    production: { item: 15, client: 5000 },
    sandbox: { item: 40, client: 5000 },
  },
  '/item/remove': {
    code: 'RATE_LIMIT',
    production: { item: 30, client: 2000 },
    sandbox: { item: 100, client: 500 },
  },
  '/institutions/get_by_id': {
    code: 'INSTITUTIONS_GET_BY_ID_LIMIT',
    production: { client: 400 },
    sandbox: { client: 400 },
  },
};

/** The code of the endpoint's 429. */
export const limitCode = (endpoint: string): ErrorCode => PUBLISHED[endpoint]?.code ?? 'RATE_LIMIT';

/** Plaid's published limits of an environment, by endpoint. */
export const publishedLimits = (environment: 'production' | 'sandbox'): Record<string, Limits> =>
  Object.fromEntries(Object.entries(PUBLISHED).map(([endpoint, row]) => [endpoint, { ...row[environment] }]));

/** Instants within a sliding window, oldest first. */
const createWindow = () => {
  let instants: number[] = [];
  let first = 0;
  const count = (now: number, windowMs: number): number => {
    while (first < instants.length && (instants[first] as number) <= now - windowMs) first++;
    if (first > 1000 && first * 2 > instants.length) {
      instants = instants.slice(first);
      first = 0;
    }
    return instants.length - first;
  };
  return {
    count,
    add: (now: number): void => void instants.push(now),
    /** When the oldest leaves the window. */
    freeAt: (windowMs: number): number => (instants[first] ?? 0) + windowMs,
  };
};

interface Meter {
  all: ReturnType<typeof createWindow>;
  granted: ReturnType<typeof createWindow>;
}

interface Counter {
  requests: number;
  limited: number;
  peak: Record<Scope, number>;
}

export interface RateLimitSettings {
  enabled: boolean;
  windowMs: number;
  /** Whether a 429 says how long to wait. */
  retryAfter: boolean;
  limits: Record<string, Limits>;
}

export interface RateLimits {
  settings: RateLimitSettings;
  /**
   * Counts a request, whether limits are switched on or not.
   * @returns null when it may pass, else how long the reader would have to wait, in milliseconds
   */
  take(request: {
    endpoint: string;
    clientId: string | null;
    itemId: string | null;
    emptyCursor: boolean;
  }): number | null;
  counters(): Record<string, Counter>;
  reset(): void;
}

/** Plaid's rate limits, in real time: a request that was refused does not count against the limit. */
export const createRateLimits = (): RateLimits => {
  const settings: RateLimitSettings = {
    enabled: false,
    windowMs: 60_000,
    retryAfter: false,
    limits: publishedLimits('sandbox'),
  };
  const meters = new Map<string, Meter>();
  const counters = new Map<string, Counter>();

  const meterOf = (key: string): Meter => {
    const meter = meters.get(key) ?? { all: createWindow(), granted: createWindow() };
    meters.set(key, meter);
    return meter;
  };

  return {
    settings,
    take: ({ endpoint, clientId, itemId, emptyCursor }) => {
      const now = performance.now();
      const { windowMs, limits, enabled } = settings;
      const counter = counters.get(endpoint) ?? {
        requests: 0,
        limited: 0,
        peak: { item: 0, client: 0, emptyCursorClient: 0 },
      };
      counters.set(endpoint, counter);
      counter.requests++;
      const keys: Record<Scope, string | null> = {
        item: itemId,
        client: clientId,
        emptyCursorClient: emptyCursor ? clientId : null,
      };
      const touched = SCOPES.flatMap((scope) =>
        keys[scope] === null ? [] : [{ scope, meter: meterOf(`${endpoint} ${scope} ${keys[scope]}`) }],
      );
      let waitMs: number | null = null;
      for (const { scope, meter } of touched) {
        meter.all.add(now);
        counter.peak[scope] = Math.max(counter.peak[scope], meter.all.count(now, windowMs));
        const limit = limits[endpoint]?.[scope];
        if (enabled && limit !== undefined && meter.granted.count(now, windowMs) >= limit)
          waitMs = Math.max(waitMs ?? 0, meter.granted.freeAt(windowMs) - now);
      }
      if (waitMs === null) for (const { meter } of touched) meter.granted.add(now);
      else counter.limited++;
      return waitMs;
    },
    counters: () => Object.fromEntries(counters),
    reset: () => {
      meters.clear();
      counters.clear();
    },
  };
};
