import type { Client } from '@temporalio/client';
import {
  FORWARD_WORKFLOW,
  forwardWorkflowId,
  ITEM_WORKFLOW,
  itemWorkflowId,
  lookSignal,
  type ForwardWorkflowInput,
  type ItemWorkflowInput,
} from '../workflows/messages.js';

/** The two calls that a commit may owe Temporal. Both are idempotent; they reject once the deadline has passed. */
export interface SignalSender {
  /** Signal-with-start of the Item's workflow. */
  look(itemId: string): Promise<void>;
  /** Starts the forward of an inbox row; one that runs already is left alone. */
  forward(webhookId: string): Promise<void>;
}

export interface SignalSenderDeps {
  client: Client;
  taskQueue: string;
  /**
   * For one call, connecting and the SDK's own retries included: alone they take 20 s on a refused port. A wait between
   * two retries is not cut short, so a refused call may end somewhat later.
   */
  deadlineMs: number;
}

export function createSignalSender({ client, taskQueue, deadlineMs }: SignalSenderDeps): SignalSender {
  const bounded = async (call: () => Promise<unknown>): Promise<void> => {
    await client.withDeadline(Date.now() + deadlineMs, call);
  };
  return {
    look: (itemId) =>
      bounded(() =>
        client.workflow.signalWithStart(ITEM_WORKFLOW, {
          workflowId: itemWorkflowId(itemId),
          taskQueue,
          args: [{ itemId } satisfies ItemWorkflowInput],
          signal: lookSignal,
          signalArgs: [],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'Keeps one Plaid Item in sync',
        }),
      ),
    // Allowed again after it has ended: the activity reads the row and stops when there is nothing left to send.
    forward: (webhookId) =>
      bounded(() =>
        client.workflow.start(FORWARD_WORKFLOW, {
          workflowId: forwardWorkflowId(webhookId),
          taskQueue,
          args: [{ webhookId } satisfies ForwardWorkflowInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: "Forwards one Plaid webhook to the integrator's URL",
        }),
      ),
  };
}
