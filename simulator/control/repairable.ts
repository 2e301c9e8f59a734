import { isRevoked } from '../bank/health.js';
import type { Item } from '../model/item.js';
import { ControlError } from './control-error.js';

/** Throws where a repair would mend nothing, and says why. */
export function refuseUnrepairable(item: Item): void {
  if (item.failure === null) throw new ControlError(409, `item ${item.itemId} is not broken`);
  if (isRevoked(item))
    throw new ControlError(
      409,
      `the permission of item ${item.itemId} was withdrawn: only a new link helps, POST …/items/${item.itemId}/relink`,
    );
}
