import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookActivities } from '../../src/activities/look/activities.js';
import type { LookOutcome, LookRequest } from '../../src/domain/sync-outcome.js';
import { createLogger } from '../../src/logger.js';
import { setupTemporal } from '../../src/temporal/setup.js';
import { getStateQuery, ITEM_WORKFLOW, itemWorkflowId, lookSignal } from '../../src/workflows/messages.js';
import { testTemporal, type TestTemporal } from '../support/temporal.js';

let temporal: TestTemporal;
let client: Client;
let native: NativeConnection;
let bundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  temporal = await testTemporal();
  client = new Client({
    connection: await Connection.connect({ address: temporal.address }),
    namespace: temporal.namespace,
  });
  native = await NativeConnection.connect({ address: temporal.address });
  await setupTemporal(client, createLogger('test', 'silent'), {
    namespace: temporal.namespace,
    taskQueue: temporal.taskQueue,
    sweepIntervalMs: 3_600_000,
  });
  bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
  });
});
afterAll(async () => {
  await native.close();
  await client.connection.close();
});

/** Runs `body` against a worker whose look at Items is `answer`. */
async function withWorker<T>(
  answer: (request: LookRequest) => Promise<LookOutcome>,
  body: () => Promise<T>,
): Promise<T> {
  const activities: LookActivities = { lookAtItem: answer };
  const worker = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue: temporal.taskQueue,
    workflowBundle: bundle,
    activities,
  });
  return worker.runUntil(body);
}

const signal = (itemId: string) =>
  client.workflow.signalWithStart(ITEM_WORKFLOW, {
    workflowId: itemWorkflowId(itemId),
    taskQueue: temporal.taskQueue,
    args: [{ itemId }],
    signal: lookSignal,
    signalArgs: [],
  });

async function eventually(
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}

const rested = (over: Partial<LookOutcome> = {}): LookOutcome => ({
  kind: 'synced',
  again: false,
  status: 'active',
  detail: null,
  wakeAt: null,
  ...over,
});

describe('item workflow', () => {
  it('looks once per burst of signals and shows its state', async () => {
    const itemId = randomUUID();
    let looks = 0;
    await withWorker(
      async () => {
        looks += 1;
        return rested();
      },
      async () => {
        const handle = await signal(itemId);
        await eventually('first look', () => looks >= 1);
        await eventually('rest', async () => (await handle.query(getStateQuery)).phase === 'waiting');
        const first = looks;
        await Promise.all(Array.from({ length: 10 }, () => signal(itemId)));
        await eventually('another look', () => looks > first);
        await eventually('rest', async () => (await handle.query(getStateQuery)).phase === 'waiting');
        expect(looks - first).toBeLessThan(10);
        expect(await handle.query(getStateQuery)).toMatchObject({ status: 'active', look: false });
        await handle.terminate();
      },
    );
  });

  it('hands over to a regular activity, and looks again while the Item is dirty', async () => {
    const itemId = randomUUID();
    const modes: string[] = [];
    await withWorker(
      async ({ mode }) => {
        modes.push(mode);
        if (mode === 'quick' && modes.length === 1) return { kind: 'handover' };
        return rested({ again: modes.length < 4 });
      },
      async () => {
        const handle = await signal(itemId);
        await eventually(
          'rest',
          async () => modes.length >= 4 && (await handle.query(getStateQuery)).phase === 'waiting',
        );
        expect(modes).toEqual(['quick', 'full', 'quick', 'quick']);
        await handle.terminate();
      },
    );
  });

  it('wakes at the time that the last look named', async () => {
    const itemId = randomUUID();
    const at: number[] = [];
    await withWorker(
      async () => {
        at.push(Date.now());
        return rested({ wakeAt: at.length < 3 ? Date.now() + 300 : null });
      },
      async () => {
        const handle = await signal(itemId);
        await eventually('three looks', () => at.length === 3);
        expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(290);
        await handle.terminate();
      },
    );
  });

  it('ends when nothing will ever be synced, and starts anew on a signal', async () => {
    const itemId = randomUUID();
    await withWorker(
      async () => ({ kind: 'stopped', status: 'sync_disabled', detail: null, wakeAt: null }),
      async () => {
        const first = await signal(itemId);
        await first.result();
        const second = await signal(itemId);
        await second.result();
        expect(second.signaledRunId).not.toBe(first.signaledRunId);
      },
    );
  });
});
