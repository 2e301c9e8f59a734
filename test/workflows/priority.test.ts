import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkPriority } from '../../src/domain/gcra.js';
import type { LookOutcome, LookRequest } from '../../src/domain/sync-outcome.js';
import { TASK_PRIORITY } from '../../src/domain/task-priority.js';
import { createSignalSender, type SignalSender } from '../../src/temporal/signal-sender.js';
import {
  auditWorkflowId,
  forwardWorkflowId,
  itemWorkflowId,
  SWEEP_SCHEDULE_ID,
} from '../../src/workflows/messages.js';
import { eventually } from '../support/eventually.js';
import { createTestWorkflows, type TestWorkflows } from '../support/workflows.js';

/** What the real server knows of priorities, and what it does with them (local/temporal/dynamic-config.ts). */
let workflows: TestWorkflows;
let sender: SignalSender;
const started: string[] = [];

beforeAll(async () => {
  workflows = await createTestWorkflows();
  const { client, temporal } = workflows;
  sender = createSignalSender({ client, taskQueue: temporal.taskQueue, deadlineMs: 10_000 });
});
afterAll(async () => {
  for (const id of started)
    await workflows.client.workflow
      .getHandle(id)
      .terminate()
      .catch(() => undefined);
  await workflows.close();
});

const describeWorkflow = async (id: string) => (await workflows.client.workflow.getHandle(id).describe()).raw;
const priorityOf = async (id: string) => (await describeWorkflow(id)).workflowExecutionInfo?.priority;
const pendingOf = async (id: string) => (await describeWorkflow(id)).pendingActivities?.[0];

/** What the quick look at an Item answers. */
const handovers = new Map<string, LookOutcome>();
const RESTED: LookOutcome = { kind: 'idle', status: 'active', detail: null, wakeAt: null };

/** Looks at a new Item until its workflow has handed over to a regular activity that nobody runs. */
const queueFullLook = async (organizationId: string, priority?: WorkPriority): Promise<string> => {
  const id = randomUUID();
  const workflowId = itemWorkflowId(id);
  started.push(workflowId);
  handovers.set(id, { kind: 'handover', ...(priority ? { priority } : {}) });
  await sender.look({ id, organizationId });
  await eventually('the full look in the queue', async () => (await pendingOf(workflowId)) != null);
  return id;
};

/** Runs workflows and quick looks only: regular activities stay in the queue. */
const withWorkflowsOnly = <T>(body: () => Promise<T>): Promise<T> =>
  workflows.withWorker(
    { lookAtItem: ({ itemId }: LookRequest): LookOutcome => handovers.get(itemId) ?? RESTED },
    body,
    { enableNonLocalActivities: false },
  );

/** Runs the regular activities, one after the other. */
const withOneSlot = async (
  onLook: (request: LookRequest) => unknown,
  body: () => Promise<unknown>,
): Promise<void> => {
  const lookAtItem = (request: LookRequest): LookOutcome => {
    onLook(request);
    return RESTED;
  };
  const worker = await Worker.create({
    ...workflows.connected,
    activities: { lookAtItem },
    maxConcurrentActivityTaskExecutions: 1,
  });
  await worker.runUntil(body);
};

describe('the priority of', () => {
  it('workflows is what work they are, and whose', async () => {
    const id = randomUUID();
    const organizationId = randomUUID();
    started.push(itemWorkflowId(id), forwardWorkflowId(id), auditWorkflowId(id));
    await sender.look({ id, organizationId });
    await sender.forward({ id, organizationId });
    await sender.audit({ kind: 'item', id, organizationId });
    const ofThe = (priorityKey: number) => ({ priorityKey, fairnessKey: organizationId });
    expect(await priorityOf(itemWorkflowId(id))).toMatchObject(ofThe(TASK_PRIORITY.item));
    expect(await priorityOf(forwardWorkflowId(id))).toMatchObject(ofThe(TASK_PRIORITY.fresh));
    expect(await priorityOf(auditWorkflowId(id))).toMatchObject(ofThe(TASK_PRIORITY.bulk));
    const { action } = await workflows.client.schedule.getHandle(SWEEP_SCHEDULE_ID).describe();
    expect(action.priority?.priorityKey).toBe(TASK_PRIORITY.sweep);
  });

  it.each([['fresh'], ['bulk'], [undefined]] as const)(
    'a full look is that of what is to be done: %s',
    async (priority) => {
      const organizationId = randomUUID();
      const seen: unknown[] = [];
      await withWorkflowsOnly(async () => {
        const id = await queueFullLook(organizationId, priority);
        const priorityKey = TASK_PRIORITY[priority ?? 'item'];
        expect((await pendingOf(itemWorkflowId(id)))?.priority?.priorityKey).toBe(priorityKey);
        await withOneSlot(
          () => seen.push(Context.current().info.priority),
          () => eventually('the look', () => seen.length > 0),
        );
        // The server has merged it with the workflow's.
        expect(seen).toMatchObject([{ priorityKey, fairnessKey: organizationId }]);
      });
    },
  );
});

it('a worker with one slot takes fresh work first, and then from each organisation in turn', async () => {
  const [patient, other] = [randomUUID(), randomUUID()];
  const named = new Map<string, string>();
  const queue = (count: number, name: string, organizationId: string, priority: WorkPriority) =>
    Promise.all(
      Array.from({ length: count }, async () =>
        named.set(await queueFullLook(organizationId, priority), name),
      ),
    );
  await withWorkflowsOnly(async () => {
    await queue(12, 'bulk of one', patient, 'bulk');
    await queue(12, 'bulk of the other', other, 'bulk');
    await queue(2, 'fresh', patient, 'fresh');
    const taken: string[] = [];
    await withOneSlot(
      ({ itemId }) => taken.push(named.get(itemId) ?? itemId),
      () => eventually('all looks', () => taken.length === named.size),
    );
    // The server keeps a queue in parts, and its order nearly: first come, first served would be all of the one, then all of
    // the other, and the fresh ones last.
    expect(taken.lastIndexOf('fresh'), taken.join(', ')).toBeLessThan(taken.length / 2);
    const halfOfBulk = taken.filter((name) => name !== 'fresh').slice(0, 12);
    for (const whose of ['bulk of one', 'bulk of the other'])
      expect(halfOfBulk.filter((name) => name === whose).length, taken.join(', ')).toBeGreaterThanOrEqual(3);
  });
});
