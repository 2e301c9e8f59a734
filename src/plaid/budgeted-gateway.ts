import type { PlaidGateway } from './plaid-api.js';
import type { RateBudget } from './rate-budget.js';

/**
 * The gateway behind the rate budget: every call of api and worker goes through it, so none can forget its tokens. A new
 * method of PlaidApi does not compile until it is decided here whether Plaid limits it.
 */
export function budgetedGateway(gateway: PlaidGateway, budget: RateBudget): PlaidGateway {
  return (credentials) => {
    const api = gateway(credentials);
    return {
      getItem: (accessToken, options) =>
        budget.spend(credentials, { endpoint: '/item/get', accessToken }, options, () =>
          api.getItem(accessToken, options),
        ),
      syncPage: (accessToken, cursor, options) =>
        budget.spend(
          credentials,
          { endpoint: '/transactions/sync', accessToken, emptyCursor: cursor === null },
          options,
          () => api.syncPage(accessToken, cursor, options),
        ),
      getAccounts: (accessToken, options) =>
        budget.spend(credentials, { endpoint: '/accounts/get', accessToken }, options, () =>
          api.getAccounts(accessToken, options),
        ),
      removeItem: (accessToken, options) =>
        budget.spend(credentials, { endpoint: '/item/remove', accessToken }, options, () =>
          api.removeItem(accessToken, options),
        ),
      // No limit of it is documented; only a person asks for it.
      updateWebhook: (accessToken, url, options) => api.updateWebhook(accessToken, url, options),
      // No limit of it is documented; the cache of the keys bounds how often it is asked for.
      getWebhookVerificationKey: (keyId, options) => api.getWebhookVerificationKey(keyId, options),
    };
  };
}
