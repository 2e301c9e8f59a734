import { Context } from '@temporalio/activity';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getStateQuery, itemWorkflowId, SWEEP_WORKFLOW } from '../../src/workflows/messages.js';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { linkItem, startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { eventually } from '../support/eventually.js';
import { createEngineActivities } from '../support/engine-activities.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { bankIds, createSimulatorItem } from '../support/simulator.js';
import { generationsOf, liveIds, storedItem, storedTransactions } from '../support/stored.js';
import { createTestWorkflows, type TestWorkflows } from '../support/workflows.js';

const STALE_MS = 200;
let simulator: RunningSimulator;
let engine: TestEngine;
let workflows: TestWorkflows;
let activities: object;
const accessTokens: string[] = [];
const itemIds: string[] = [];

beforeAll(async () => {
  workflows = await createTestWorkflows();
  simulator = await startSimulator();
  engine = await createTestEngine({ baseUrl: simulator.url });
  activities = createEngineActivities(engine, workflows, {
    signalStaleAfterMs: STALE_MS,
    stuckAfterMs: 3_600_000,
    heartbeat: () => Context.current().heartbeat(),
  });
});
afterAll(async () => {
  for (const itemId of itemIds)
    await workflows.client.workflow
      .getHandle(itemWorkflowId(itemId))
      .terminate()
      .catch(() => undefined);
  await engine.close();
  await simulator.close();
  await workflows.close();
});

const handleOf = (itemId: string) => workflows.client.workflow.getHandle(itemWorkflowId(itemId));
const stateOf = (itemId: string) => handleOf(itemId).query(getStateQuery);
const link = async (item: { itemId: string; accessToken: string }): Promise<string> => {
  const { link: linked } = await engine.link(item);
  accessTokens.push(item.accessToken);
  itemIds.push(linked.id);
  return linked.id;
};
/** An Item whose history of so many rows is complete. */
const bulkItem = (transactions: number) => createSimulatorItem(simulator.url, { transactions, ready: true });
const truth = (plaidItemId: string) => bankIds(simulator.url, plaidItemId);
const refresh = async (itemId: string): Promise<void> => {
  await engine.links.requestSync(itemId);
  await workflows.signal(itemId);
};
const isStatus = (itemId: string, status: string, phase: string) => async () => {
  const state = await stateOf(itemId);
  return state.status === status && state.phase === phase;
};
const holdsTruth = (itemId: string, plaidItemId: string) => async () => {
  const [live, expected] = [await liveIds(engine, itemId), await truth(plaidItemId)];
  return expected.length > 0 && JSON.stringify(live) === JSON.stringify(expected);
};

describe('the engine on Temporal', () => {
  it('syncs, pauses, shows why, and revives', async () => {
    const plaid = await linkItem(simulator);
    const itemId = await link(plaid);
    await workflows.withWorker(activities, async () => {
      await workflows.signal(itemId);
      await eventually(
        'Plaid being asked',
        async () => (await storedItem(engine, itemId)).not_ready_waits > 0,
      );
      expect((await stateOf(itemId)).status).toBe('pending');
      // No webhook, no signal: the history is waited out.
      await simulator.advance('1h');
      await eventually('the history', async () => (await storedItem(engine, itemId)).history === 'complete');
      expect(await holdsTruth(itemId, plaid.itemId)()).toBe(true);
      expect((await truth(plaid.itemId)).length).toBeGreaterThan(200);

      await simulator.control('POST', `/items/${plaid.itemId}/break`, { silent: true });
      await refresh(itemId);
      await eventually('the pause', isStatus(itemId, 'erroring', 'paused'));
      expect((await stateOf(itemId)).detail).toContain('ITEM_LOGIN_REQUIRED');
      await simulator.control('POST', `/items/${plaid.itemId}/repair`, { silent: true });
      await simulator.control('POST', `/items/${plaid.itemId}/transactions`, { amount: '1', silent: true });
      await refresh(itemId);
      await eventually('the revival', isStatus(itemId, 'active', 'waiting'));
      expect(await holdsTruth(itemId, plaid.itemId)()).toBe(true);

      await engine.links.setDesiredState(itemId, 'disabled');
      await workflows.signal(itemId);
      await handleOf(itemId).result();
      expect((await handleOf(itemId).describe()).status.name).toBe('COMPLETED');
    });
  });

  it('is rebuilt by the sweep after its workflow was terminated and a signal lost', async () => {
    const plaid = await bulkItem(20);
    const itemId = await link(plaid);
    await workflows.withWorker(activities, async () => {
      await workflows.signal(itemId);
      await eventually('the first sync', holdsTruth(itemId, plaid.itemId));
      await handleOf(itemId).terminate();
      await simulator.control('POST', `/items/${plaid.itemId}/transactions`, { amount: '1', silent: true });
      await engine.links.requestSync(itemId);
      await sleep(STALE_MS + 50);
      await workflows.client.workflow.execute(SWEEP_WORKFLOW, {
        workflowId: `sweep-${randomUUID()}`,
        taskQueue: workflows.temporal.taskQueue,
        args: [],
      });
      await eventually('the new row', holdsTruth(itemId, plaid.itemId));
      expect((await handleOf(itemId).describe()).status.name).toBe('RUNNING');
      const { dirty, synced } = await generationsOf(engine, itemId);
      expect(synced).toBe(dirty);
    });
  });
});

describe('a worker that stops in the middle of an update', () => {
  const midSync = (itemId: string) =>
    eventually('a staged page', async () => {
      const { rows } = await engine.db.raw<{ rows: unknown[] }>(
        'select 1 from sync_staged_rows join sync_staged_runs using (run_id) where item_id = ? limit 1',
        [itemId],
      );
      return rows.length > 0;
    });
  const attemptsOf = async (itemId: string): Promise<number> => {
    const { events } = await handleOf(itemId).fetchHistory();
    return (events ?? []).filter((event) => event.activityTaskStartedEventAttributes).length;
  };

  it('lets it finish within its grace', async () => {
    const plaid = await bulkItem(3_000);
    const itemId = await link(plaid);
    await simulator.control('PUT', '/latency', { latency: '150ms' });
    const worker = await workflows.createWorker(activities, { shutdownGraceTime: '25 seconds' });
    const running = worker.run();
    await workflows.signal(itemId);
    await midSync(itemId);
    worker.shutdown();
    await running;
    // Nobody else was there to do it.
    expect(await holdsTruth(itemId, plaid.itemId)()).toBe(true);
    await simulator.control('PUT', '/latency', { latency: '0ms' });
    await workflows.withWorker(activities, async () => {
      await eventually('rest', isStatus(itemId, 'active', 'waiting'));
    });
    expect(await engine.db('sync_runs').where({ item_id: itemId, pages: 6 })).toHaveLength(1);
  });

  it('gives it up when the grace ends, and the next one starts it over', async () => {
    const plaid = await bulkItem(3_000);
    const itemId = await link(plaid);
    await simulator.control('PUT', '/latency', { latency: '150ms' });
    const worker = await workflows.createWorker(activities, { shutdownGraceTime: 1 });
    const running = worker.run();
    await workflows.signal(itemId);
    await midSync(itemId);
    worker.shutdown();
    await running;
    expect(await storedTransactions(engine, itemId)).toEqual([]);
    expect((await storedItem(engine, itemId)).cursor).toBeNull();
    await simulator.control('PUT', '/latency', { latency: '0ms' });
    await workflows.withWorker(activities, async () => {
      await eventually('the whole history', holdsTruth(itemId, plaid.itemId));
      await eventually('rest', isStatus(itemId, 'active', 'waiting'));
    });
    expect((await storedTransactions(engine, itemId)).every((each) => each.version === 1)).toBe(true);
    expect(await engine.db('sync_staged_rows')).toEqual([]);
    expect(await attemptsOf(itemId)).toBe(1);
  });
});

/** Every string and every payload of a history. */
const textIn = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textIn).join('\n');
};

describe('no secret', () => {
  it('is in any history (invariant I7)', async () => {
    // One more whose failures carry what Plaid said.
    const plaid = await bulkItem(5);
    const itemId = await link({ ...plaid, accessToken: `access-sandbox-${randomUUID()}` });
    await workflows.withWorker(activities, async () => {
      await workflows.signal(itemId);
      await eventually('the refusal', isStatus(itemId, 'erroring', 'paused'));
      // And one that is retried.
      const port = new URL(simulator.url).port;
      await engine.db('integrations').update({ base_url: `http://127.0.0.1:${Number(port) === 9 ? 10 : 9}` });
      await engine.link(plaid);
      accessTokens.push(plaid.accessToken);
      await workflows.signal(itemId);
      await eventually('a failure', async () => (await storedItem(engine, itemId)).failures > 2);
      await engine.db('integrations').update({ base_url: simulator.url });
      await eventually('the sync', isStatus(itemId, 'active', 'waiting'));
    });
    expect(accessTokens.length).toBeGreaterThan(5);
    for (const each of itemIds) {
      const history = await handleOf(each).fetchHistory();
      const bytes = textIn(history);
      expect(bytes).toContain(each);
      for (const secret of [...accessTokens, 'access-', DEFAULT_CLIENT.secret])
        expect(bytes).not.toContain(secret);
    }
  });
});
