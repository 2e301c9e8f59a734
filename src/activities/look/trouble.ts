import type { Trouble } from '../../db/queries/look-results.js';
import { isForgotten, type PlaidErrorClass } from '../../plaid/error-table.js';

/** The pause that an error of Plaid means, or null where trying again is all that is needed. */
export function troubleOf(errorClass: PlaidErrorClass, code: string | null, message: string): Trouble | null {
  const named = { code: code ?? 'UNKNOWN', message };
  switch (errorClass) {
    case 'user_action':
      return { health: 'erroring', action: 'update_mode', ...named };
    case 'terminal':
      return { health: isForgotten(named.code) ? 'deleted' : 'erroring', action: 'new_link', ...named };
    // Of a call it pauses the integration (failed.ts); here /item/get tells of an Item.
    case 'client':
    case 'operator':
      return { health: 'erroring', action: 'fix_keys', ...named };
    case 'bug':
      // No key, login or wait of anybody's helps. A new release of either side may mend it: probed daily.
      return { health: 'erroring', action: 'report', ...named };
    case 'retry':
    case 'rate_limited':
    case 'retry_slow':
    case 'restart':
    case 'reset_cursor':
      return null;
  }
}

/** What a person is told to do, by action. */
export const ADVICE: Record<Trouble['action'], string> = {
  update_mode: 'The end user must go through Link in update mode.',
  new_link: 'The end user must link the account again, and the new Item must be posted to the link URL.',
  fix_keys:
    "Correct what the message names: the integration's Plaid keys, its plan at Plaid, or ENCRYPTION_KEYS.",
  decide: 'Plaid lacks many rows that are stored here. Compare, then refresh the link to try again.',
  report:
    "Report it with Plaid's request_id of the latest sync run: Ardea asked wrongly, or Plaid has changed. Ardea asks again daily.",
  wait: 'Nothing: Ardea goes on trying.',
};
