import { RetryState } from '@temporalio/common';
import { ActivityFailure, log } from '@temporalio/workflow';
import { sweep } from './proxies.js';

const ranOutOfTime = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.retryState === RetryState.TIMEOUT;

/**
 * One round of looking for lost signals, overdue Items and missing workflows; started by a schedule. One that PostgreSQL
 * keeps waiting gives way to the next: what it left is found then, and nobody need look into a failed workflow.
 */
export async function sweepWorkflow(): Promise<void> {
  try {
    await sweep();
  } catch (error) {
    if (!ranOutOfTime(error)) throw error;
    log.warn('the sweep came to no end in its time; the next one finds what it left', { error });
  }
}
