import type { Deps } from '../deps.js';
import { AppError } from '../domain/errors.js';
import type { CallOptions } from '../plaid/plaid-api.js';
import type { RateBudgetDenied } from '../plaid/rate-budget.js';

/** A caller of the API waits: work for him is fresh, and waits for the rate budget no longer than this. */
const LONGEST_BUDGET_WAIT_MS = 2_000;

/** Options of a call to Plaid while an API caller waits; the time covers the wait for the rate budget, too. */
export const callerWaits = ({ PLAID_CHECK_TIMEOUT }: Deps['config']): CallOptions => ({
  timeoutMs: PLAID_CHECK_TIMEOUT,
  signal: AbortSignal.timeout(PLAID_CHECK_TIMEOUT),
  priority: 'fresh',
  longestWaitMs: LONGEST_BUDGET_WAIT_MS,
});

/** The answer where nothing can be done without Plaid. */
export const plaidBusy = ({ message, waitMs }: RateBudgetDenied): AppError =>
  new AppError('plaid.rate_budget', {
    description: `Plaid was not asked, nothing was changed: ${message}. Send the request again.`,
    retryAfterSeconds: Math.ceil(waitMs / 1_000),
  });
