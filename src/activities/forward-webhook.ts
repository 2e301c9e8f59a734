import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ForwardQueries, PendingForward } from '../db/queries/forwards.js';
import { toPublicId } from '../domain/ids.js';
import { failpoint } from '../failpoints.js';
import { backoffMs } from '../domain/waiting.js';
import type { Post } from './forward-post.js';

export interface ForwardTiming {
  firstWaitMs: number;
  longestWaitMs: number;
  /** From the webhook's receipt; a forward that could only be repeated later than that is given up. */
  windowMs: number;
}

export interface ForwardDeps extends ForwardTiming {
  forwards: ForwardQueries;
  post: Post;
  /** Tells Temporal that the attempt is alive. */
  heartbeat: () => void;
}

export type ForwardOutcome =
  | { kind: 'sent'; attempts: number }
  /** Sent before, given up before, or the integration has no URL any more. */
  | { kind: 'nothing_to_send' }
  | { kind: 'given_up'; attempts: number; reason: string };

export interface ForwardActivities {
  /**
   * One attempt to pass a webhook on, as Plaid sent it. Throws a failure with its own delay while it is worth repeating.
   * At least once: a crash after the receiver's answer repeats it under the same Ardea-Webhook-Id.
   */
  forwardWebhook(webhookId: string): Promise<ForwardOutcome>;
}

/** Well under the heartbeat timeout of the workflow. */
const HEARTBEAT_MS = 5_000;

/** An attempt and the row's update fit into it: the sweep must not take a forward for abandoned while it waits or runs. */
const SLACK_MS = 120_000;

const headersOf = ({ webhookId, headers }: PendingForward): Record<string, string> => ({
  'user-agent': 'Ardea',
  'content-type': headers['content-type'] ?? 'application/json',
  // Everything that the receiver needs to verify it as if Plaid had called.
  ...(headers['plaid-verification'] === undefined
    ? {}
    : { 'plaid-verification': headers['plaid-verification'] }),
  'ardea-webhook-id': toPublicId('inboxWebhook', webhookId),
});

export function createForwardActivities(deps: ForwardDeps): ForwardActivities {
  const { forwards, post, heartbeat, firstWaitMs, longestWaitMs, windowMs } = deps;

  const attempt = async (webhookId: string): Promise<ForwardOutcome> => {
    const forward = await forwards.begin(webhookId, longestWaitMs + SLACK_MS);
    if (!forward) return { kind: 'nothing_to_send' };
    const { url, body, attempts, wantedAt } = forward;
    await failpoint('forward.before_post');
    const outcome = await post({ url, headers: headersOf(forward), body });
    await failpoint('forward.after_post');
    if (outcome.kind === 'accepted') {
      await forwards.markSent(webhookId);
      return { kind: 'sent', attempts };
    }
    const { reason, retryAfterMs } = outcome;
    const backoff = backoffMs(attempts - 1, firstWaitMs, longestWaitMs);
    const waitMs = Math.min(Math.max(backoff, retryAfterMs ?? 0), longestWaitMs);
    const givenUp = Date.now() + waitMs > wantedAt.getTime() + windowMs;
    await forwards.recordFailure(webhookId, reason, givenUp);
    if (givenUp) return { kind: 'given_up', attempts, reason };
    throw ApplicationFailure.create({
      message: `the receiver did not take it: ${reason}`,
      type: 'ForwardRefused',
      nextRetryDelay: waitMs,
      // The receiver's trouble, not the worker's: not logged as an error, not counted as a failed activity.
      category: ApplicationFailureCategory.BENIGN,
    });
  };

  return {
    async forwardWebhook(webhookId) {
      const beat = setInterval(heartbeat, HEARTBEAT_MS);
      try {
        return await attempt(webhookId);
      } finally {
        clearInterval(beat);
      }
    },
  };
}
