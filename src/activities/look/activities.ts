import { ApplicationFailure, Context } from '@temporalio/activity';
import type { LookOutcome, LookRequest } from '../../domain/sync-outcome.js';
import type { LookDeps } from './deps.js';
import { RetryLater } from './retry-later.js';
import { lookAtItem } from './look-at-item.js';

export interface LookActivities {
  /** See lookAtItem; run as a local activity with mode `quick`, as a regular one with mode `full`. */
  lookAtItem(request: LookRequest): Promise<LookOutcome>;
}

/** Well under the heartbeat timeout of proxies.ts, and longer than no page of Plaid may take: a slow page is not a dead worker. */
const HEARTBEAT_MS = 5_000;

/** The look as an activity: heartbeats in `full` mode, and PlaidErrors as failures that Temporal retries at the right time. */
export function createLookActivities(deps: LookDeps): LookActivities {
  return {
    async lookAtItem(request) {
      const context = Context.current();
      const full = request.mode === 'full';
      let progress = { pages: 0, rows: 0 };
      const timer = full ? setInterval(() => context.heartbeat(progress), HEARTBEAT_MS) : null;
      try {
        return await lookAtItem(deps, request, {
          attempt: context.info.attempt,
          signal: context.cancellationSignal,
          heartbeat: (now) => {
            progress = now;
            if (full) context.heartbeat(now);
          },
        });
      } catch (error) {
        // Shutdown ran out of grace, or Temporal gave this attempt up: the next one starts over from the stored cursor.
        if (context.cancellationSignal.aborted) {
          throw ApplicationFailure.create({ message: 'attempt given up: cancelled', type: 'LookCancelled' });
        }
        if (error instanceof RetryLater) throw retryFailure(error);
        throw error;
      } finally {
        if (timer) clearInterval(timer);
      }
    },
  };
}

/** Whitelisted fields only: a failure goes into the workflow's history (invariant I7). */
export function retryFailure({ plaidError, delayMs }: RetryLater): ApplicationFailure {
  return ApplicationFailure.create({
    message: plaidError.summary,
    type: plaidError.errorCode ?? 'PLAID_UNREACHABLE',
    details: [
      { requestId: plaidError.requestId, httpStatus: plaidError.httpStatus, errorType: plaidError.errorType },
    ],
    nextRetryDelay: delayMs,
  });
}
