import type { Client } from '@temporalio/client';
import { TASK_PRIORITY, type OwnedRow } from '../domain/task-priority.js';
import {
  AUDIT_WORKFLOW,
  auditWorkflowId,
  FORWARD_WORKFLOW,
  forwardWorkflowId,
  INTEGRATION_AUDIT_WORKFLOW,
  ITEM_WORKFLOW,
  itemWorkflowId,
  lookSignal,
  type AuditWorkflowInput,
  type ForwardWorkflowInput,
  type IntegrationAuditWorkflowInput,
  type ItemWorkflowInput,
} from '../workflows/messages.js';

/** What an audit is of; `id` is the row's UUID. */
export interface AuditSubjectRef extends OwnedRow {
  kind: 'item' | 'integration';
}

/**
 * The calls that a commit may owe Temporal. All are idempotent; they reject once the deadline has passed. A workflow keeps
 * the priority that it was started with, its activities inherit what they do not set: the organisation above all.
 */
export interface SignalSender {
  /** Signal-with-start of the Item's workflow. */
  look(item: OwnedRow): Promise<void>;
  /** Starts the forward of an inbox row; one that runs already is left alone. */
  forward(webhook: OwnedRow): Promise<void>;
  /** Starts the audits that an Item or an integration is owed; a workflow that runs already does them. */
  audit(subject: AuditSubjectRef): Promise<void>;
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
    look: ({ id: itemId, organizationId }) =>
      bounded(() =>
        client.workflow.signalWithStart(ITEM_WORKFLOW, {
          workflowId: itemWorkflowId(itemId),
          taskQueue,
          args: [{ itemId } satisfies ItemWorkflowInput],
          signal: lookSignal,
          signalArgs: [],
          workflowIdConflictPolicy: 'USE_EXISTING',
          priority: { priorityKey: TASK_PRIORITY.item, fairnessKey: organizationId },
          staticSummary: 'Keeps one Plaid Item in sync',
        }),
      ),
    // Allowed again after it has ended: the activity reads the row and stops when there is nothing left to send.
    forward: ({ id: webhookId, organizationId }) =>
      bounded(() =>
        client.workflow.start(FORWARD_WORKFLOW, {
          workflowId: forwardWorkflowId(webhookId),
          taskQueue,
          args: [{ webhookId } satisfies ForwardWorkflowInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          priority: { priorityKey: TASK_PRIORITY.fresh, fairnessKey: organizationId },
          staticSummary: "Forwards one Plaid webhook to the integrator's URL",
        }),
      ),
    audit: ({ kind, id, organizationId }) =>
      bounded(() =>
        client.workflow.start(kind === 'item' ? AUDIT_WORKFLOW : INTEGRATION_AUDIT_WORKFLOW, {
          workflowId: auditWorkflowId(id),
          taskQueue,
          args:
            kind === 'item'
              ? [{ itemId: id } satisfies AuditWorkflowInput]
              : [{ integrationId: id } satisfies IntegrationAuditWorkflowInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          priority: { priorityKey: TASK_PRIORITY.bulk, fairnessKey: organizationId },
          staticSummary:
            kind === 'item'
              ? 'Compares one Plaid Item with Plaid'
              : 'Compares all Items of an integration with Plaid',
        }),
      ),
  };
}
