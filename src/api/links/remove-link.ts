import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { AppError } from '../../domain/errors.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { callerWaits, plaidBusy } from '../plaid-call.js';

export interface RemoveLinkOptions {
  removeAtPlaid: boolean;
  erase: boolean;
}

export type RemoveLink = (
  integration: IntegrationRow,
  link: LinkRow,
  options: RemoveLinkOptions,
) => Promise<void>;

/**
 * Ends a link. Plaid comes first: as long as it has not confirmed, nothing changes here and the token stays, so that a
 * repeat of the request finishes what was begun.
 */
export function createRemoveLink({
  config,
  plaid,
  integrations,
  linkReads,
  itemRemoval,
  signals,
}: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'linkReads' | 'itemRemoval' | 'signals'>): RemoveLink {
  const removeAtPlaid = async (integration: IntegrationRow, link: LinkRow): Promise<void> => {
    const token = await linkReads.accessToken(link.organization_id, link.id);
    if (token === null) {
      if (link.health === 'deleted') return;
      throw new AppError('link.erased');
    }
    const secret = await integrations.clientSecret(link.organization_id, integration.id);
    try {
      await plaid({
        baseUrl: integration.base_url,
        clientId: integration.client_id,
        secret: secret ?? '',
      }).removeItem(token, callerWaits(config));
    } catch (error) {
      if (error instanceof RateBudgetDenied) throw plaidBusy(error);
      const reason = error instanceof PlaidError ? error.summary : 'no answer in time';
      throw new AppError('plaid.removal_unconfirmed', {
        description: `Plaid did not confirm the removal (${reason}). Nothing was changed; send the request again.`,
      });
    }
  };

  return async (integration, link, options) => {
    if (options.removeAtPlaid) await removeAtPlaid(integration, link);
    const { signal } = await itemRemoval.remove(link.organization_id, link.id, {
      removedAtPlaid: options.removeAtPlaid,
      erase: options.erase,
    });
    if (signal) signals.look({ id: link.id, organizationId: link.organization_id });
  };
}
