import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RateBucketQueries, RateQueue, Take } from '../db/queries/rate-buckets.js';
import { paceOf, withShareOfBurst, type Pace, type WorkPriority } from '../domain/gcra.js';
import type { Logger } from '../logger.js';
import type { CallOptions, PlaidCredentials } from './plaid-api.js';
import { PlaidCallAborted, PlaidError } from './plaid-error.js';
import { environmentOf, RATE_LIMITS, type LimitedEndpoint } from './rate-limits.js';

export type RateScope = 'item' | 'client';

/** The budget has no token for this call, and its turn is further away than the caller would wait. Plaid was not asked. */
export class RateBudgetDenied extends Error {
  override readonly name = 'RateBudgetDenied';
  constructor(
    /** Milliseconds until the caller's turn, from now. */
    readonly waitMs: number,
    readonly scope: RateScope,
    /** Plaid has answered 429 before; otherwise the budget alone says no. */
    readonly blocked: boolean,
    readonly endpoint: LimitedEndpoint,
  ) {
    const whose = scope === 'item' ? 'the Item' : 'the client_id';
    super(
      blocked
        ? `Plaid limits the rate of ${endpoint} for ${whose}`
        : `the rate budget of ${whose} for ${endpoint} is used up`,
    );
  }
}

/** What happened to calls, for metrics. */
export interface RateObserver {
  /** A call was told to come again later than it would wait. */
  denied(labels: { scope: RateScope; priority: WorkPriority; endpoint: LimitedEndpoint }): void;
  /** A call waited in place. */
  waited(labels: { priority: WorkPriority; endpoint: LimitedEndpoint }, ms: number): void;
  /** Plaid answered 429 all the same. */
  limited(labels: { scope: RateScope; endpoint: LimitedEndpoint }): void;
}

export interface RateBudgetDeps {
  store: Pick<RateBucketQueries, 'take' | 'block' | 'relax'>;
  /** Multiplies Plaid's documented limits; above 0. */
  scale: number;
  /** The block after a 429 without Retry-After, in milliseconds. */
  windowMs: number;
  observer: RateObserver;
  logger: Pick<Logger, 'warn'>;
}

export interface BudgetedCall {
  endpoint: LimitedEndpoint;
  accessToken: string;
  /** From the null cursor: Plaid counts such requests a second time. */
  emptyCursor?: boolean;
}

export interface RateBudget {
  /**
   * Makes the call once all of its tokens are had. Throws RateBudgetDenied when its turn is further away than
   * `longestWaitMs`, PlaidCallAborted when the caller gives up while it waits, and what the call throws.
   */
  spend<T>(
    credentials: PlaidCredentials,
    call: BudgetedCall,
    options: CallOptions,
    ask: () => Promise<T>,
  ): Promise<T>;
}

interface ScopedBucket {
  key: string;
  scope: RateScope;
  pace: Pace;
}

/** Plaid counts calls as they arrive, some sooner after their take than others: a twentieth of the limit is left for that. */
const HEADROOM = 0.95;
/** An Item's work comes in bursts, its pages; a client's comes steadily, from many Items. */
const BURST_SHARE: Record<RateScope, number> = { item: 0.5, client: 0.2 };
/**
 * How much of a burst each kind of work may use. Bulk work leaves half of it to fresh work. Further pages of bulk work come
 * before its first ones: an update that is under way must end before others begin, or none ever does.
 */
const QUEUE_SHARE: Record<RateQueue, number> = { fresh: 1, continued: 0.75, bulk: 0.5 };

/** Buckets of the Item by its token: whoever calls has it. A token's 122 random bits cannot be guessed from the digest. */
const itemName = (accessToken: string): string =>
  createHash('sha256').update(accessToken).digest('base64url').slice(0, 22);

/** Plaid has no code of its own for most limits per Item: plain is only what its message says. */
const isPlainlyTheItems = ({ errorCode, message }: PlaidError): boolean =>
  errorCode === 'BALANCE_LIMIT' || /\b(this|the) item\b/i.test(message);

export function createRateBudget({ store, scale, windowMs, observer, logger }: RateBudgetDeps): RateBudget {
  const bucketsOf = (
    { baseUrl, clientId }: PlaidCredentials,
    { endpoint, accessToken, emptyCursor = false }: BudgetedCall,
    queue: RateQueue,
  ): ScopedBucket[] => {
    const limit = RATE_LIMITS[environmentOf(baseUrl)][endpoint];
    // By client_id and not by integration: two integrations with the same keys share what Plaid grants them.
    const client = `${baseUrl} ${clientId}`;
    const bucket = (key: string, scope: RateScope, perMinute: number): ScopedBucket => ({
      key,
      scope,
      pace: withShareOfBurst(paceOf(perMinute * scale * HEADROOM, BURST_SHARE[scope]), QUEUE_SHARE[queue]),
    });
    const buckets = [
      bucket(`item ${client} ${itemName(accessToken)} ${endpoint}`, 'item', limit.item),
      bucket(`client ${client} ${endpoint}`, 'client', limit.client),
    ];
    if (emptyCursor && limit.emptyCursor !== undefined)
      buckets.push(bucket(`client ${client} ${endpoint} null`, 'client', limit.emptyCursor));
    return buckets;
  };

  const queueOf = ({ priority, continues }: CallOptions): RateQueue =>
    priority === 'fresh' ? 'fresh' : continues ? 'continued' : 'bulk';

  /** Resolves once the tokens are had. A turn that another took meanwhile leads to another turn, within the same patience. */
  const taken = async (
    buckets: readonly ScopedBucket[],
    endpoint: LimitedEndpoint,
    options: CallOptions,
  ): Promise<Take> => {
    const priority = options.priority ?? 'bulk';
    const paces = buckets.map(({ key, pace }) => ({ key, ...pace }));
    let patienceMs = options.longestWaitMs ?? 0;
    let waitedMs = 0;
    for (;;) {
      const take = await store.take(paces, queueOf(options));
      if (take.granted) {
        if (waitedMs > 0) observer.waited({ priority, endpoint }, waitedMs);
        return take;
      }
      if (take.waitMs > patienceMs) {
        const scope = buckets.find(({ key }) => key === take.key)?.scope ?? 'client';
        observer.denied({ scope, priority, endpoint });
        throw new RateBudgetDenied(Math.ceil(take.waitMs), scope, take.blocked, endpoint);
      }
      patienceMs -= take.waitMs;
      waitedMs += take.waitMs;
      await sleep(Math.ceil(take.waitMs), undefined, {
        ...(options.signal ? { signal: options.signal } : {}),
      }).catch(() => {
        throw new PlaidCallAborted('given up while waiting for the rate budget');
      });
    }
  };

  /**
   * Writes down what Plaid's answer says about the budget; null when that fails. The answer has been given by then, and
   * counts whether PostgreSQL is there or not: without the note the budget learns of it by the next 429.
   */
  const noted = async <T>(what: 'block' | 'relax', write: () => Promise<T>): Promise<T | null> => {
    try {
      return await write();
    } catch (error) {
      logger.warn({ err: error, what }, 'rate budget not written');
      return null;
    }
  };

  /** The same error with the time that everybody waits now, which may be longer than what Plaid said. */
  const limited = async (
    error: PlaidError,
    buckets: readonly ScopedBucket[],
    endpoint: LimitedEndpoint,
    takenAt: string,
  ): Promise<PlaidError> => {
    const scope: RateScope = isPlainlyTheItems(error) ? 'item' : 'client';
    observer.limited({ scope, endpoint });
    const bucket = buckets.find((each) => each.scope === scope);
    if (!bucket) return error;
    const blockedMs = await noted('block', () =>
      store.block(bucket.key, takenAt, error.retryAfterMs ?? windowMs),
    );
    if (blockedMs === null) return error;
    const { errorType, errorCode, message, httpStatus, requestId } = error;
    return new PlaidError({
      errorType,
      errorCode,
      message,
      httpStatus,
      requestId,
      retryAfterMs: Math.ceil(blockedMs),
    });
  };

  return {
    async spend(credentials, call, options, ask) {
      const buckets = bucketsOf(credentials, call, queueOf(options));
      const { takenAt, penalised } = await taken(buckets, call.endpoint, options);
      try {
        const answer = await ask();
        if (penalised)
          await noted('relax', () =>
            store.relax(
              buckets.map(({ key }) => key),
              takenAt,
            ),
          );
        return answer;
      } catch (error) {
        if (error instanceof PlaidError && error.errorClass === 'rate_limited')
          throw await limited(error, buckets, call.endpoint, takenAt);
        throw error;
      }
    },
  };
}
