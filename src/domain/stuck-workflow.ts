/** What has gone wrong with a workflow's tasks since the last one that was completed. Times are epoch milliseconds. */
export interface FailingTask {
  /** Of the task that is pending now; the server counts from 1 again whenever something is added to the history. */
  attempt: number;
  scheduledAt: number;
  /** The failures that the history has, newest first: of each series of attempts the first one only. */
  failedAt: readonly number[];
}

export interface StuckRule {
  /** From the first failure to the last one. */
  failingForMs: number;
  failures: number;
}

/**
 * Whether a workflow has tried again and again, in vain, for long enough. Time alone does not make it stuck: the next attempt is
 * scheduled in the moment in which one has failed, so one that waits for a worker shows when it was last tried.
 */
export function isStuck({ attempt, scheduledAt, failedAt }: FailingTask, rule: StuckRule): boolean {
  const [last] = failedAt;
  const first = failedAt.at(-1);
  if (first === undefined || last === undefined) return false;
  const lastFailedAt = attempt > 1 ? scheduledAt : last;
  // Of the present series the first failure is in the history already.
  const failures = failedAt.length + Math.max(0, attempt - 2);
  return lastFailedAt - first >= rule.failingForMs && failures >= rule.failures;
}
