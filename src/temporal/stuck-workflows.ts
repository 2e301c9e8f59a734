import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { isStuck } from '../domain/stuck-workflow.js';
import { auditWorkflowId, forwardWorkflowId, itemWorkflowId } from '../workflows/messages.js';

/** Workflows that the sweep makes again when they are not there. */
export type SweptWorkflow = 'item' | 'forward' | 'audit';

export interface EndedWorkflow {
  workflow: SweptWorkflow;
  workflowId: string;
  runId: string;
  /** Of its last task, by the server's count. */
  attempt: number;
  /** The server's name for why its tasks failed. */
  cause: string;
  /** What the worker said about it. */
  message: string;
  failingSince: Date;
}

export interface StuckWorkflows {
  /**
   * Terminates the workflow of a row if its tasks have failed for so long that they are not going to succeed. Null if it is left
   * alone: it works, waits for a worker, has not failed for long, has an activity under way, or is not there. Rejects when
   * Temporal does not answer within the deadline.
   */
  end(workflow: SweptWorkflow, id: string): Promise<EndedWorkflow | null>;
}

export interface StuckWorkflowsDeps {
  client: Client;
  /** For one workflow. */
  deadlineMs: number;
  /** How long its tasks have to fail. */
  stuckAfterMs: number;
}

const WORKFLOW_IDS: Record<SweptWorkflow, (id: string) => string> = {
  item: itemWorkflowId,
  forward: forwardWorkflowId,
  audit: auditWorkflowId,
};

/**
 * Failures of the workflow's code on this history: a new history may be free of them. Others are of the installation (a search
 * attribute that is not there) or of the moment, and would meet a new workflow just the same.
 */
const CURABLE_CAUSES = new Map([
  [14, 'WORKFLOW_WORKER_UNHANDLED_FAILURE'],
  [24, 'NON_DETERMINISTIC_ERROR'],
]);
const FAILURES = 5;
const EVENTS = 200;
const LONGEST_MESSAGE = 300;

type Described = Awaited<ReturnType<WorkflowHandle['describe']>>['raw'];
type EventTime = { seconds?: unknown; nanos?: number | null } | null | undefined;

const msOf = (time: EventTime): number =>
  Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);

export function createStuckWorkflows({
  client,
  deadlineMs,
  stuckAfterMs,
}: StuckWorkflowsDeps): StuckWorkflows {
  /** Failures since the last completed task, newest first. */
  const failuresOf = async (workflowId: string, runId: string) => {
    const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: EVENTS,
    });
    const events = history?.events ?? [];
    const completed = events.findIndex((event) => event.workflowTaskCompletedEventAttributes);
    return (completed === -1 ? events : events.slice(0, completed)).flatMap((event) => {
      const failed = event.workflowTaskFailedEventAttributes;
      const cause = CURABLE_CAUSES.get(failed?.cause ?? 0);
      if (cause === undefined) return [];
      const message = (failed?.failure?.message ?? '').slice(0, LONGEST_MESSAGE);
      return { at: msOf(event.eventTime), cause, message };
    });
  };

  /** Null: not stuck. */
  const judge = async (workflow: SweptWorkflow, workflowId: string, described: Described) => {
    const runId = described.workflowExecutionInfo?.execution?.runId;
    const pending = described.pendingWorkflowTask;
    if (!pending || runId == null) return null;
    // It is of use as long as its activity runs, which commits what it has read by itself.
    if ((described.pendingActivities ?? []).length > 0) return null;
    const failures = await failuresOf(workflowId, runId);
    const [last] = failures;
    const attempt = pending.attempt ?? 1;
    const task = {
      attempt,
      scheduledAt: msOf(pending.scheduledTime),
      failedAt: failures.map(({ at }) => at),
    };
    if (!last || !isStuck(task, { failingForMs: stuckAfterMs, failures: FAILURES })) return null;
    const { cause, message } = last;
    const failingSince = new Date(failures.at(-1)!.at);
    return { workflow, workflowId, runId, attempt, cause, message, failingSince };
  };

  const end = async (workflow: SweptWorkflow, workflowId: string): Promise<EndedWorkflow | null> => {
    try {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const stuck = await judge(workflow, workflowId, raw);
      if (stuck === null) return null;
      // This run and no other: one that somebody has begun since is not touched.
      await client.workflow
        .getHandle(workflowId, stuck.runId)
        .terminate(
          `its tasks have failed since ${stuck.failingSince.toISOString()} (${stuck.cause}); the sweep begins it anew`,
        );
      return stuck;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };

  return {
    end: (workflow, id) =>
      client.withDeadline(Date.now() + deadlineMs, () => end(workflow, WORKFLOW_IDS[workflow](id))),
  };
}
