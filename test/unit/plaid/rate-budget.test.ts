import { expect, it, vi } from 'vitest';
import { PlaidError } from '../../../src/plaid/plaid-error.js';
import { createRateBudget } from '../../../src/plaid/rate-budget.js';

const away = () => Promise.reject(new Error('PostgreSQL is away'));
const warn = vi.fn();
/** PostgreSQL goes away between the take and what is written afterwards. */
const budget = createRateBudget({
  store: {
    take: () =>
      Promise.resolve({
        granted: true,
        waitMs: 0,
        key: 'any',
        blocked: false,
        penalised: true,
        takenAt: '2026-11-23T00:00:00Z',
      }),
    block: away,
    relax: away,
  },
  scale: 1,
  windowMs: 60_000,
  observer: { denied: () => undefined, waited: () => undefined, limited: () => undefined },
  logger: { warn },
});
const spend = <T>(ask: () => Promise<T>): Promise<T> =>
  budget.spend(
    { baseUrl: 'http://plaid.test', clientId: 'client', secret: 'secret' },
    { endpoint: '/transactions/sync', accessToken: 'access-test' },
    { timeoutMs: 1_000 },
    ask,
  );

it("gives Plaid's answer when the budget cannot be relaxed", async () => {
  await expect(spend(() => Promise.resolve('the page'))).resolves.toBe('the page');
  expect(warn).toHaveBeenCalledOnce();
});

it("throws Plaid's own 429 when the budget cannot be blocked", async () => {
  const refusal = new PlaidError({
    errorType: 'RATE_LIMIT_EXCEEDED',
    errorCode: 'TRANSACTIONS_LIMIT',
    message: 'rate limit exceeded',
    httpStatus: 429,
    requestId: 'plaid-request',
    retryAfterMs: 7_000,
  });
  expect(refusal.errorClass).toBe('rate_limited');
  await expect(spend(() => Promise.reject(refusal))).rejects.toBe(refusal);
});
