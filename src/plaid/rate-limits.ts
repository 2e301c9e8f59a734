/**
 * Plaid's documented limits, in calls per minute (plaid.com/docs/errors/rate-limit-exceeded, the tables of 2026; where two
 * versions of them differ, the lower figure). They hold unless Plaid has agreed on others with a customer: PLAID_RATE_SCALE.
 * Calls that the tables do not name, such as /webhook_verification_key/get, have no row and are not counted.
 */
export interface RateLimit {
  /** Per Item. */
  item: number;
  /** Per client_id. */
  client: number;
  /** Per client_id, for requests from the null cursor; they count against `client` as well. */
  emptyCursor?: number;
}

export type LimitedEndpoint = '/transactions/sync' | '/item/get' | '/accounts/get' | '/item/remove';
export type PlaidEnvironment = 'production' | 'sandbox';

export const RATE_LIMITS: Record<PlaidEnvironment, Record<LimitedEndpoint, RateLimit>> = {
  production: {
    '/transactions/sync': { item: 50, client: 2_500, emptyCursor: 500 },
    '/item/get': { item: 15, client: 5_000 },
    '/accounts/get': { item: 15, client: 15_000 },
    '/item/remove': { item: 20, client: 2_000 },
  },
  sandbox: {
    '/transactions/sync': { item: 50, client: 1_000, emptyCursor: 500 },
    '/item/get': { item: 40, client: 5_000 },
    '/accounts/get': { item: 100, client: 5_000 },
    '/item/remove': { item: 100, client: 500 },
  },
};

/** The environment whose limits hold at an address. Unknown hosts, such as the simulator, are sandboxes. */
export const environmentOf = (baseUrl: string): PlaidEnvironment =>
  new URL(baseUrl).hostname === 'production.plaid.com' ? 'production' : 'sandbox';
