import { PlaidError } from '../../plaid/plaid-error.js';
import type { LookContext, LookDeps } from './deps.js';
import { probeItem, type ProbeOutcome } from './probe.js';

/** What Plaid says of an Item that it no longer knows, or of a token that is no key to it any more. */
const SEVERED = new Set([
  'ITEM_NOT_FOUND',
  'ITEM_CONCURRENTLY_DELETED',
  'USER_PERMISSION_REVOKED',
  'INVALID_ACCESS_TOKEN',
]);

const isSevered = (error: unknown): error is PlaidError =>
  error instanceof PlaidError && SEVERED.has(error.errorCode ?? '');

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
  if (context.run.kind === 'probe' || !isSevered(error)) return null;
  try {
    return await probeItem(deps, context);
  } catch (second) {
    if (isSevered(second)) return null;
    throw second;
  }
}
