import type { LookOutcome } from '../../domain/sync-outcome.js';
import type { RateBudgetDenied } from '../../plaid/rate-budget.js';
import type { LookContext, LookDeps } from './deps.js';
import { inMs, resultOf } from './results.js';

/** Clocks differ a little, and who comes before his turn is sent to the end of the queue. */
const LATE_BY_MS = 50;

/**
 * The rate budget has no token: the look ends without failure and without consuming its claim, and comes again at the turn
 * it was told. What was fetched is discarded, like after every end of a look that is not a commit.
 */
export async function awaitTurn(
  deps: LookDeps,
  context: LookContext,
  denied: RateBudgetDenied,
): Promise<LookOutcome> {
  const { row, basis, priority } = context;
  const turn = inMs(deps, denied.waitMs + LATE_BY_MS);
  await deps.results.recordBudgetWait(basis, turn, priority);
  return {
    kind: row.health === 'erroring' ? 'paused' : 'idle',
    ...resultOf(row, turn, `waiting for its turn: ${denied.message}`),
  };
}
