import type { LinkRow } from '../../db/queries/links.js';
import { AppError } from '../../domain/errors.js';
import { supersededBy, type SupersedingState } from '../../domain/item-status.js';

/** `link.superseded`, with what has become of the newer Item. Ids are Plaid's. */
export const linkSuperseded = (itemId: string, byItemId: string, state: SupersedingState | null): AppError =>
  new AppError('link.superseded', {
    description: `The accounts of Item ${itemId} were ${supersededBy(byItemId, state)}. Revert that relink (GET /api/relinks) if this Item is to be synced.`,
  });

/** Throws where another Item has replaced this one: nothing is to be synced through it. */
export function assertNotSuperseded(link: LinkRow): void {
  if (link.superseded_by_item_id !== null)
    throw linkSuperseded(link.plaid_item_id, link.superseded_by_item_id, link.superseding_state);
}
