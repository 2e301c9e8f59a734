import { documentForJsonb, textForJsonb } from '../../db/json-text.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { callOptions, type LookContext, type LookDeps } from './deps.js';
import type { FetchedUpdate } from './fetch-update.js';

export interface AccountLists {
  /** JSON texts that hold accounts, oldest first. */
  accounts: string[];
  /** Whether the last one is the Item's whole list. */
  complete: boolean;
  /** account_ids of the whole list; empty unless `complete`. */
  accountIds: string[];
}

function idsIn(body: string): string[] {
  const { accounts } = JSON.parse(body) as { accounts: { account_id: string }[] };
  return accounts.map((account) => textForJsonb(account.account_id));
}

/**
 * The accounts to store with an update. /transactions/sync describes only accounts with rows in that answer, so the whole
 * list is asked for when a row names an unknown account, when nothing is known yet, or when `whole` is set. Without an
 * answer the update is stored all the same: its accounts get rows that a later list fills.
 */
export async function accountLists(
  deps: LookDeps,
  context: LookContext,
  update: FetchedUpdate,
  whole: boolean,
): Promise<AccountLists> {
  const { accounts } = update;
  const known = new Set(context.row.account_ids);
  const unknown = update.accountIds.some((id) => !known.has(id));
  if (!whole && !unknown && known.size > 0) return { accounts, complete: false, accountIds: [] };
  try {
    const body = await context.api.getAccounts(context.accessToken, callOptions(deps, context, 'continuing'));
    const accountIds = idsIn(body);
    return { accounts: [...accounts, documentForJsonb(body)], complete: true, accountIds };
  } catch (error) {
    if (!(error instanceof PlaidError || error instanceof RateBudgetDenied)) throw error;
    deps.logger.warn(
      { itemId: context.basis.itemId, reason: error.message },
      'accounts could not be refreshed; the update is stored without them',
    );
    return { accounts, complete: false, accountIds: [] };
  }
}
