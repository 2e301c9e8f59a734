import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSignalSender } from '../../src/temporal/signal-sender.js';
import {
  createStuckWorkflows,
  type EndedWorkflow,
  type StuckWorkflows,
} from '../../src/temporal/stuck-workflows.js';
import {
  AUDIT_WORKFLOW,
  auditWorkflowId,
  FORWARD_WORKFLOW,
  forwardWorkflowId,
  ITEM_WORKFLOW,
  itemWorkflowId,
} from '../../src/workflows/messages.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createEngineActivities, createEngineSweep } from '../support/engine-activities.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { bankIds, createSimulatorItem } from '../support/simulator.js';
import { generationsOf, liveIds } from '../support/stored.js';
import { bundleWorkflows, createTestWorkflows, type TestWorkflows } from '../support/workflows.js';

const STUCK_AFTER_MS = 3_000;
const SWEEP = { signalStaleAfterMs: 200, stuckAfterMs: STUCK_AFTER_MS };
let simulator: RunningSimulator;
let engine: TestEngine;
let workflows: TestWorkflows;
let ofAnotherMake: WorkflowBundleWithSourceMap;
/** Knows no item workflow: the tasks of all fail, old and new. */
let withoutItems: WorkflowBundleWithSourceMap;
let stuck: StuckWorkflows;
let begun: string[];

beforeAll(async () => {
  workflows = await createTestWorkflows();
  simulator = await startSimulator();
  engine = await createTestEngine({ baseUrl: simulator.url });
  ofAnotherMake = await bundleWorkflows('test/fixtures/workflows/of-another-make.ts');
  withoutItems = await bundleWorkflows('src/workflows/sweep.ts');
  stuck = stuckAfter(STUCK_AFTER_MS);
  begun = [];
});
afterAll(async () => {
  for (const workflowId of begun)
    await workflows.client.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined);
  await engine.close();
  await simulator.close();
  await workflows.close();
});
beforeEach(async () => {
  // What earlier tests left owed.
  await engine.db('items').update({ desired_state: 'paused' });
  await engine.db.raw('update item_sync set claimed_gen = dirty_gen, synced_gen = dirty_gen');
});

const stuckAfter = (stuckAfterMs: number): StuckWorkflows =>
  createStuckWorkflows({ client: workflows.client, deadlineMs: 10_000, stuckAfterMs });
const handleOf = (workflowId: string) => workflows.client.workflow.getHandle(workflowId);
const eventsOf = async (workflowId: string, runId?: string) =>
  (await workflows.client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
/** When its tasks failed, as the history has it. */
const failuresOf = async (workflowId: string): Promise<number[]> =>
  (await eventsOf(workflowId))
    .filter((event) => event.workflowTaskFailedEventAttributes)
    .map((event) => tsToMs(event.eventTime));
const signal = (workflowId: string) => handleOf(workflowId).signal('look');

const start = (type: string, workflowId: string): Promise<unknown> => {
  begun.push(workflowId);
  return workflows.client.workflow.start(type, {
    workflowId,
    taskQueue: workflows.temporal.taskQueue,
    args: [{}],
    // An attempt after the first one ends by this, not by an answer of the worker.
    workflowTaskTimeout: '1 second',
  });
};

/** A workflow whose history the real one cannot replay; `until` it has an event that the name stands for. */
const startUnreplayable = async (
  type: string,
  workflowId: string,
  until:
    'timerStartedEventAttributes' | 'activityTaskScheduledEventAttributes' = 'timerStartedEventAttributes',
  somethingElse: () => Promise<void> = async () => undefined,
): Promise<string> => {
  await workflows.withWorker(
    { somethingElse },
    async () => {
      await start(type, workflowId);
      await eventually('its history', async () => (await eventsOf(workflowId)).some((event) => event[until]));
    },
    // No task waits for a worker that is gone.
    { workflowBundle: ofAnotherMake, maxCachedWorkflows: 0, shutdownGraceTime: 1 },
  );
  return (await handleOf(workflowId).describe()).runId;
};

/**
 * Signals until its history has more failures than that. One that runs into the timeout of its task is not written down as a
 * failure, nor are those after it until something comes in.
 */
const failOnce = async (workflowId: string, than = 0): Promise<number[]> => {
  let signalledAt = 0;
  await eventually('a failure', async () => {
    if (Date.now() - signalledAt > 1_000) {
      await signal(workflowId);
      signalledAt = Date.now();
    }
    return (await failuresOf(workflowId)).length > than;
  });
  return failuresOf(workflowId);
};

/** Lets its tasks fail often enough, and from the first to the last for longer than a workflow is given. */
const failRepeatedly = async (workflowId: string): Promise<void> => {
  for (let at: number[] = []; at.length < 5 || at.at(-1)! - at[0]! < STUCK_AFTER_MS;)
    at = await failOnce(workflowId, at.length);
};

const link = async (): Promise<{ itemId: string; truth: string[] }> => {
  const item = await createSimulatorItem(simulator.url, { transactions: 20, ready: true });
  const { link: linked } = await engine.link(item);
  return { itemId: linked.id, truth: await bankIds(simulator.url, item.itemId) };
};
/** As if its signal had been repeated for a day. */
const longOwed = (itemId: string) =>
  engine
    .db('item_sync')
    .where('item_id', itemId)
    .update({ repeated_signals: 50, signalled_at: new Date(Date.now() - 86_400_000) });
const runOf = async (workflowId: string) => {
  const { runId, status } = await handleOf(workflowId).describe();
  return { runId, status: status.name };
};

describe('an item workflow whose history cannot be replayed', () => {
  it('is ended and begun anew by the sweep, and its Item is synced again', async () => {
    const { itemId, truth } = await link();
    const workflowId = itemWorkflowId(itemId);
    const runId = await startUnreplayable(ITEM_WORKFLOW, workflowId);
    const ended: EndedWorkflow[] = [];
    const activities = createEngineActivities(engine, workflows, {
      ...SWEEP,
      onEnded: (each) => ended.push(each),
    });
    const results: number[] = [];
    await workflows.withWorker(activities, async () => {
      await failOnce(workflowId);
      expect(await liveIds(engine, itemId)).toEqual([]);
      await eventually('the sync', async () => {
        results.push((await activities.sweep()).restarted);
        return (await liveIds(engine, itemId)).length === truth.length;
      });
    });
    expect(await liveIds(engine, itemId)).toEqual(truth);
    const { dirty, synced } = await generationsOf(engine, itemId);
    expect(synced).toBe(dirty);
    expect(results.filter((restarted) => restarted > 0)).toEqual([1]);
    expect(ended).toMatchObject([{ workflow: 'item', workflowId, runId, cause: 'NON_DETERMINISTIC_ERROR' }]);
    expect(ended[0]!.message).toContain('TMPRL1100');
    const [last] = (await eventsOf(workflowId, runId)).slice(-1);
    expect(last!.workflowExecutionTerminatedEventAttributes!.reason).toContain('NON_DETERMINISTIC_ERROR');
    const now = await runOf(workflowId);
    expect(now).toMatchObject({ status: 'RUNNING' });
    expect(now.runId).not.toBe(runId);
  });

  it.each([
    { workflow: 'forward' as const, type: FORWARD_WORKFLOW, idOf: forwardWorkflowId },
    { workflow: 'audit' as const, type: AUDIT_WORKFLOW, idOf: auditWorkflowId },
  ])('is not the only kind: $workflow', async ({ workflow, type, idOf }) => {
    const id = randomUUID();
    const runId = await startUnreplayable(type, idOf(id));
    await workflows.withWorker({}, () => failRepeatedly(idOf(id)));
    expect(await stuck.end(workflow, id)).toMatchObject({ workflow, runId });
    expect(await runOf(idOf(id))).toEqual({ runId, status: 'TERMINATED' });
    expect(await stuck.end(workflow, id)).toBeNull();
  });
});

describe('a workflow is left alone', () => {
  const sweepOnce = async (itemId: string): Promise<number> => {
    await longOwed(itemId);
    const { restarted, signalled } = await createEngineSweep(engine, workflows, SWEEP).sweep();
    expect(signalled).toBe(1);
    return restarted;
  };

  it('that waits for a worker', async () => {
    const { itemId } = await link();
    const workflowId = itemWorkflowId(itemId);
    await start(ITEM_WORKFLOW, workflowId);
    const before = await runOf(workflowId);
    await sleep(STUCK_AFTER_MS + 100);
    expect(await sweepOnce(itemId)).toBe(0);
    expect(await runOf(workflowId)).toEqual(before);
  });

  it('whose tasks have failed once or twice before its worker went away', async () => {
    const { itemId } = await link();
    const workflowId = itemWorkflowId(itemId);
    const runId = await startUnreplayable(ITEM_WORKFLOW, workflowId);
    await workflows.withWorker({}, () => failOnce(workflowId));
    await sleep(STUCK_AFTER_MS + 1_500);
    expect(await sweepOnce(itemId)).toBe(0);
    expect(await runOf(workflowId)).toEqual({ runId, status: 'RUNNING' });
  });

  it('whose tasks have not failed for long yet, and while an activity of it runs', async () => {
    const [failing, busy] = [randomUUID(), randomUUID()];
    const ids = [failing, busy].map(itemWorkflowId);
    await startUnreplayable(ITEM_WORKFLOW, ids[0]!);
    await startUnreplayable(
      ITEM_WORKFLOW,
      ids[1]!,
      'activityTaskScheduledEventAttributes',
      () => Context.current().cancelled,
    );
    await workflows.withWorker({}, () => Promise.all(ids.map(failRepeatedly)));
    expect(await stuckAfter(3_600_000).end('item', failing)).toBeNull();
    expect(await stuck.end('item', busy)).toBeNull();
    // The one has failed for as long as the other.
    expect(await stuck.end('item', failing)).toMatchObject({ workflowId: ids[0] });
  });

  it('that somebody else has begun anew in the moment before its end', async () => {
    const id = randomUUID();
    const workflowId = itemWorkflowId(id);
    const runId = await startUnreplayable(ITEM_WORKFLOW, workflowId);
    await workflows.withWorker({}, () => failRepeatedly(workflowId));
    const { connection } = workflows.client;
    const client = new Client({
      connection,
      namespace: workflows.temporal.namespace,
      interceptors: {
        workflow: [
          {
            async terminate(input, next) {
              await handleOf(workflowId).terminate();
              await start(ITEM_WORKFLOW, workflowId);
              return next(input);
            },
          },
        ],
      },
    });
    const raced = createStuckWorkflows({ client, deadlineMs: 10_000, stuckAfterMs: STUCK_AFTER_MS });
    expect(await raced.end('item', id)).toBeNull();
    const now = await runOf(workflowId);
    expect(now).toMatchObject({ status: 'RUNNING' });
    expect(now.runId).not.toBe(runId);
  });

  it('that is healthy, or not there', async () => {
    const id = randomUUID();
    expect(await stuck.end('item', id)).toBeNull();
    await workflows.withWorker(
      {
        lookAtItem: async () => ({
          kind: 'synced',
          again: false,
          status: 'active',
          detail: null,
          wakeAt: null,
        }),
      },
      async () => {
        begun.push(itemWorkflowId(id));
        await workflows.signal(id);
        await eventually('a look', async () =>
          (await eventsOf(itemWorkflowId(id))).some((event) => event.markerRecordedEventAttributes),
        );
        expect(await stuck.end('item', id)).toBeNull();
      },
    );
  });

  it('that was begun anew and fails again, until it has failed for as long as the first', async () => {
    const { itemId } = await link();
    const workflowId = itemWorkflowId(itemId);
    const sender = createSignalSender({
      client: workflows.client,
      taskQueue: workflows.temporal.taskQueue,
      deadlineMs: 10_000,
    });
    await workflows.withWorker(
      {},
      async () => {
        await start(ITEM_WORKFLOW, workflowId);
        await failRepeatedly(workflowId);
        expect(await stuck.end('item', itemId)).toMatchObject({ cause: 'WORKFLOW_WORKER_UNHANDLED_FAILURE' });
        await sender.look({ id: itemId, organizationId: engine.organizationId });
        await failOnce(workflowId);
        const { runId } = await runOf(workflowId);
        for (const until = Date.now() + STUCK_AFTER_MS - 500; Date.now() < until; await sleep(100))
          expect(await stuck.end('item', itemId)).toBeNull();
        expect(await runOf(workflowId)).toEqual({ runId, status: 'RUNNING' });
      },
      { workflowBundle: withoutItems },
    );
  });
});
