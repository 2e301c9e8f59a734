import { isSevered } from '../../plaid/error-table.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import type { LookContext, LookDeps } from './deps.js';
import { probeItem, type ProbeOutcome } from './probe.js';

/**
 * Asks /item/get, the one authority on an Item's state, when another call says that the Item is gone: nobody asks for an Item
 * again that was given up, so a call that erred once must not end a healthy one for good. Null when there is nothing to ask,
 * or the answer is the same. Throws what Plaid refuses to tell with.
 */
export async function secondWord(
  deps: LookDeps,
  context: LookContext,
  error: PlaidError,
): Promise<ProbeOutcome | null> {
  // A probe is that word already.
  if (context.run.kind === 'probe' || !isSevered(error.errorCode)) return null;
  try {
    return await probeItem(deps, context);
  } catch (second) {
    if (second instanceof PlaidError && isSevered(second.errorCode)) return null;
    throw second;
  }
}
