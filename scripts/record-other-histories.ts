import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AuditActivities } from '../src/activities/audit/activities.js';
import type { ForwardActivities } from '../src/activities/forward-webhook.js';
import type { SweepActivities } from '../src/activities/sweep.js';
import {
  AUDIT_WORKFLOW,
  FORWARD_WORKFLOW,
  INTEGRATION_AUDIT_WORKFLOW,
  SWEEP_WORKFLOW,
  type IntegrationAuditWorkflowInput,
} from '../src/workflows/messages.js';
import { historyToText } from './history-file.js';

type Activities = Partial<AuditActivities & ForwardActivities & SweepActivities>;

/** An execution that ends by itself, or is cancelled once `cancelled` says so. */
export interface ShortScenario {
  /** Folder of the workflow's histories. */
  folder: string;
  name: string;
  workflowType: string;
  /** The argument, made of a fresh id of a row. */
  input?: (id: string) => unknown;
  activities: () => Activities;
  /** Resolves when it is time to cancel; absent: it is never. */
  cancelWhen?: Promise<void>;
  /** How many executions of the chain to keep; 1 unless it continues as new. */
  runs?: number;
}

const ID = '00000000-0000-4000-8000-000000000001';
const SINCE = { position: '7', at: '2026-01-01T00:00:00.000Z' };
const REPLAYED = { kind: 'replayed', organizationId: ID, since: SINCE } as const;
const brief = (message: string): ApplicationFailure =>
  ApplicationFailure.create({ message, type: 'RECORDED', nextRetryDelay: 50 });
const final = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'RECORDED');

/** Answers one after the other, the last for ever. */
const inTurn = <T>(...answers: [T, ...T[]]) => {
  let at = 0;
  return (): Promise<T> => Promise.resolve(answers[Math.min(at++, answers.length - 1)] as T);
};

/** An audit in which nothing happens that is not said otherwise. */
const audit = (over: Activities): Activities => ({
  beginAudit: inTurn<{ auditId: string } | null>({ auditId: ID }, null),
  requestAuditSync: inTurn({ gen: '3' }),
  awaitAuditSync: inTurn({ synced: true } as const),
  replayForAudit: inTurn(REPLAYED),
  settleAudit: inTurn({ suspects: 0 }),
  failAudit: () => Promise.resolve(),
  ...over,
});

const cancellation = (): { asked: Promise<void>; ask: () => void } => {
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  return { asked, ask };
};
const waiting = cancellation();
const between = cancellation();

const auditOf = (name: string, over: Activities): ShortScenario => ({
  folder: 'audit-workflow',
  name,
  workflowType: AUDIT_WORKFLOW,
  input: (itemId) => ({ itemId }),
  activities: () => audit(over),
});
const integrationAudit = (
  name: string,
  historyLength: number | undefined,
  advance: AuditActivities['advanceIntegrationAudit'],
): ShortScenario => ({
  folder: 'integration-audit-workflow',
  name,
  workflowType: INTEGRATION_AUDIT_WORKFLOW,
  input: (integrationId) =>
    ({ integrationId, ...(historyLength ? { historyLength } : {}) }) satisfies IntegrationAuditWorkflowInput,
  activities: () => ({ advanceIntegrationAudit: advance }),
});

const started = { started: 2, open: 2 };
const none = { started: 0, open: 2 };
let syncsAwaited = 0;

export const SHORT_SCENARIOS: ShortScenario[] = [
  auditOf('clean', {}),
  auditOf('differs-twice', { settleAudit: inTurn({ suspects: 4 }) }),
  auditOf('waits-for-the-sync', {
    awaitAuditSync: () =>
      ++syncsAwaited < 3 ? Promise.reject(brief('not synced yet')) : Promise.resolve({ synced: true }),
  }),
  auditOf('one-after-the-other', {
    beginAudit: inTurn<{ auditId: string } | null>({ auditId: ID }, { auditId: ID }, null),
  }),
  auditOf('ended-while-it-syncs', { awaitAuditSync: inTurn(null) }),
  auditOf('ended-while-it-replays', { replayForAudit: inTurn({ kind: 'ended' }) }),
  auditOf('a-step-fails-for-good', { replayForAudit: () => Promise.reject(final('out of order')) }),
  auditOf('nothing-owed', { beginAudit: inTurn(null) }),
  {
    ...auditOf('cancelled', {
      awaitAuditSync: () => {
        waiting.ask();
        return Promise.reject(brief('not synced yet'));
      },
    }),
    cancelWhen: waiting.asked,
  },
  integrationAudit('waits-and-starts-more', undefined, inTurn(started, none, started, none, null)),
  integrationAudit('ended-at-once', undefined, inTurn(null)),
  { ...integrationAudit('continue-as-new', 10, inTurn(started, started, none, null)), runs: 2 },
  {
    ...integrationAudit('cancelled', undefined, () => {
      between.ask();
      return Promise.resolve(none);
    }),
    cancelWhen: between.asked,
  },
  {
    folder: 'sweep-workflow',
    name: 'a-round',
    workflowType: SWEEP_WORKFLOW,
    activities: () => ({
      sweep: inTurn({ adopted: 0, signalled: 2, restarted: 0, forwarded: 0, audits: 0, pruned: 1 }),
    }),
  },
  {
    folder: 'sweep-workflow',
    name: 'fails',
    workflowType: SWEEP_WORKFLOW,
    activities: () => ({ sweep: () => Promise.reject(final('no database')) }),
  },
  {
    folder: 'forward-webhook-workflow',
    name: 'sent-at-the-second-attempt',
    workflowType: FORWARD_WORKFLOW,
    input: (webhookId) => ({ webhookId }),
    activities: () => {
      let attempts = 0;
      return {
        forwardWebhook: () =>
          ++attempts < 2
            ? Promise.reject(brief('the receiver answered 500'))
            : Promise.resolve({ kind: 'sent', attempts }),
      };
    },
  },
];

/** The histories of one scenario, of as many executions of its chain as it keeps. A worker with its activities must run. */
export async function recordShort(
  client: Client,
  taskQueue: string,
  scenario: ShortScenario,
): Promise<string[]> {
  const id = randomUUID();
  const workflowId = `${scenario.folder}/${id}`;
  const first = await client.workflow.start(scenario.workflowType, {
    workflowId,
    taskQueue,
    args: scenario.input ? [scenario.input(id)] : [],
  });
  if (scenario.cancelWhen) {
    await scenario.cancelWhen;
    await client.workflow.getHandle(workflowId).cancel();
  }
  // A cancelled or failed execution is a shape, too.
  await first.result().catch(() => undefined);
  const histories: string[] = [];
  let runId: string | undefined = first.firstExecutionRunId;
  while (runId !== undefined && histories.length < (scenario.runs ?? 1)) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push(historyToText(history));
    runId =
      history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return histories;
}
