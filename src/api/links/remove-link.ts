import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { AppError } from '../../domain/errors.js';
import { plaidBusy } from '../plaid-call.js';
import { createRemoveAtPlaid, type PlaidRemoval } from './remove-at-plaid.js';

export interface RemoveLinkOptions {
  removeAtPlaid: boolean;
  erase: boolean;
}

export type RemoveLink = (
  integration: IntegrationRow,
  link: LinkRow,
  options: RemoveLinkOptions,
) => Promise<void>;

function assertRemoved(removal: PlaidRemoval): void {
  switch (removal.kind) {
    case 'removed':
      return;
    case 'token_erased':
      throw new AppError('link.erased');
    case 'unconfirmed':
      if (removal.denied !== null) throw plaidBusy(removal.denied);
      throw new AppError('plaid.removal_unconfirmed', {
        description: `Plaid did not confirm the removal (${removal.reason}). Nothing was changed; send the request again.`,
      });
  }
}

/**
 * Ends a link. Plaid comes first: as long as it has not confirmed, nothing changes here and the token stays, so that a
 * repeat of the request finishes what was begun.
 */
export function createRemoveLink(
  deps: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'linkReads' | 'itemRemoval' | 'signals'>,
): RemoveLink {
  const { itemRemoval, signals } = deps;
  const removeAtPlaid = createRemoveAtPlaid(deps);
  return async (integration, link, options) => {
    if (options.removeAtPlaid) assertRemoved(await removeAtPlaid(integration, link));
    const { signal } = await itemRemoval.remove(link.organization_id, link.id, {
      removedAtPlaid: options.removeAtPlaid,
      erase: options.erase,
    });
    if (signal) signals.look({ id: link.id, organizationId: link.organization_id });
  };
}
