import type { ItemFacts, Trouble } from '../../db/queries/look-results.js';
import { classifyPlaidError } from '../../plaid/error-table.js';
import { consentOf } from '../../plaid/item-check.js';
import { callOptions, type LookContext, type LookDeps } from './deps.js';
import { troubleOf } from './trouble.js';

export type ProbeOutcome =
  | { kind: 'healthy'; facts: ItemFacts }
  /** No facts: the answer was about another Item. */
  | { kind: 'trouble'; trouble: Trouble; facts: ItemFacts | null };

/**
 * Asks /item/get, the only authority on an Item's state: webhooks may be old, reordered or coalesced. Throws PlaidError
 * where Plaid refuses to tell.
 */
export async function probeItem(deps: LookDeps, context: LookContext): Promise<ProbeOutcome> {
  const item = await context.api.getItem(context.accessToken, callOptions(deps, context));
  context.run.requestId = item.request_id;
  if (item.item_id !== context.row.plaid_item_id) {
    return {
      kind: 'trouble',
      facts: null,
      trouble: {
        health: 'erroring',
        code: 'ACCESS_TOKEN_OF_ANOTHER_ITEM',
        message: `the access token belongs to Item ${item.item_id}`,
        action: 'new_link',
      },
    };
  }
  const facts: ItemFacts = {
    institutionId: item.institution_id ?? null,
    institutionName: item.institution_name ?? null,
    webhookUrl: item.webhook || null,
    consentExpiresAt: consentOf(item),
  };
  if (item.error) {
    const error = {
      errorType: item.error.error_type,
      errorCode: item.error.error_code,
      message: item.error.error_message,
      httpStatus: null,
    };
    const trouble = troubleOf(classifyPlaidError(error), error.errorCode, error.message);
    // An institution that is down now says nothing about what Plaid already holds: the sync itself will tell.
    if (trouble) return { kind: 'trouble', trouble, facts };
  }
  return { kind: 'healthy', facts };
}
