import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { callerWaits } from '../plaid-call.js';

export type PlaidRemoval =
  /** Plaid has confirmed it, now or before. */
  | { kind: 'removed' }
  /** The token was erased before Plaid had confirmed anything: it cannot be asked any more. */
  | { kind: 'token_erased' }
  /** Asking again may help. `denied`: the rate budget kept it from being asked at all. */
  | { kind: 'unconfirmed'; reason: string; denied: RateBudgetDenied | null };

export type RemoveAtPlaid = (integration: IntegrationRow, link: LinkRow) => Promise<PlaidRemoval>;

/**
 * Calls /item/remove, which ends the access and the billing at Plaid, also for an integration that was deleted. An Item that
 * is gone there counts as removed.
 */
export function createRemoveAtPlaid({
  config,
  plaid,
  integrations,
  linkReads,
}: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'linkReads'>): RemoveAtPlaid {
  return async (integration, link) => {
    const token = await linkReads.accessToken(link.organization_id, link.id);
    if (token === null) return { kind: link.health === 'deleted' ? 'removed' : 'token_erased' };
    const secret = await integrations.clientSecret(link.organization_id, integration.id);
    const api = plaid({
      baseUrl: integration.base_url,
      clientId: integration.client_id,
      secret: secret ?? '',
    });
    try {
      await api.removeItem(token, callerWaits(config));
      return { kind: 'removed' };
    } catch (error) {
      if (error instanceof RateBudgetDenied)
        return { kind: 'unconfirmed', reason: error.message, denied: error };
      const reason = error instanceof PlaidError ? error.summary : 'no answer in time';
      return { kind: 'unconfirmed', reason, denied: null };
    }
  };
}
