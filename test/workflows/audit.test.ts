import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditActivities } from '../../src/activities/audit/activities.js';
import { createLookActivities } from '../../src/activities/look/activities.js';
import { createAuditUpkeepQueries } from '../../src/db/queries/audit-upkeep.js';
import { createRateBucketQueries } from '../../src/db/queries/rate-buckets.js';
import { budgetedGateway } from '../../src/plaid/budgeted-gateway.js';
import { createPlaidGateway } from '../../src/plaid/plaid-api.js';
import { createRateBudget } from '../../src/plaid/rate-budget.js';
import type { AuditRow } from '../../src/db/queries/audit-row.js';
import { createSignalSender, type SignalSender } from '../../src/temporal/signal-sender.js';
import {
  auditWorkflowId,
  INTEGRATION_AUDIT_WORKFLOW,
  itemWorkflowId,
  type IntegrationAuditWorkflowInput,
} from '../../src/workflows/messages.js';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createTestAudits } from '../support/audits.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { createSimulatorItem } from '../support/simulator.js';
import { liveIds } from '../support/stored.js';
import { createTestWorkflows, type TestWorkflows } from '../support/workflows.js';

const AT_ONCE = 2;
let simulator: RunningSimulator;
let workflows: TestWorkflows;
let engine: TestEngine;
let audits: ReturnType<typeof createTestAudits>;
let sender: SignalSender;
let activities: object;
const tokens: string[] = [];
const started: string[] = [];

beforeAll(async () => {
  workflows = await createTestWorkflows();
  simulator = await startSimulator();
  const { taskQueue } = workflows.temporal;
  sender = createSignalSender({ client: workflows.client, taskQueue, deadlineMs: 10_000 });
});
afterAll(async () => {
  await simulator.close();
  await workflows.close();
});
// One integration for each test: an audit of it is of these Items only.
beforeEach(async () => {
  engine = await createTestEngine({ baseUrl: simulator.url });
  audits = createTestAudits(engine);
  activities = {
    ...createLookActivities(engine.deps),
    ...createAuditActivities({ ...audits.deps, sender, atOnce: AT_ONCE }),
  };
  return async () => {
    for (const id of started.splice(0))
      await workflows.client.workflow
        .getHandle(id)
        .terminate()
        .catch(() => undefined);
    await simulator.control('PUT', '/latency', { latency: '0ms' });
    await engine.close();
  };
});

/** An Item whose history of so many rows is complete and stored. */
const syncedItem = async (transactions: number): Promise<string> => {
  const item = await createSimulatorItem(simulator.url, { transactions, ready: true, long_amounts: true });
  tokens.push(item.accessToken);
  const { link } = await engine.link(item);
  started.push(itemWorkflowId(link.id), auditWorkflowId(link.id));
  await engine.settle(link.id);
  expect(await liveIds(engine, link.id)).toHaveLength(transactions);
  return link.id;
};
const target = (itemId: string | null) => ({
  organizationId: engine.organizationId,
  integrationId: engine.integrationId,
  itemId,
});
const owned = (id: string) => ({ id, organizationId: engine.organizationId });
const ask = async (itemId: string | null): Promise<string> => {
  const { audit } = await audits.audits.request(target(itemId));
  if (itemId === null) started.push(auditWorkflowId(engine.integrationId));
  await sender.audit(
    itemId === null
      ? { kind: 'integration', ...owned(engine.integrationId) }
      : { kind: 'item', ...owned(itemId) },
  );
  return audit.id;
};
const ended = async (auditId: string): Promise<AuditRow> => {
  await eventually('the end of the audit', async () => {
    const { audit } = await audits.read(auditId);
    return audit.finished_at !== null;
  });
  return (await audits.read(auditId)).audit;
};
const lose = (itemId: string, count: number) =>
  engine.db.raw(
    `delete from transactions where id in (select id from transactions where item_id = ? order by reference_id limit ${count})`,
    [itemId],
  );
const noScratch = async (): Promise<void> => {
  expect(await engine.db('audit_suspects')).toEqual([]);
  expect(await engine.db('sync_staged_rows')).toEqual([]);
};
/** What the sweep does for audits, with no patience at all. */
const sweepAudits = async (): Promise<void> => {
  const owed = await createAuditUpkeepQueries({ db: engine.db, signalStaleAfterMs: 0 }).takeOwed(100);
  for (const item of owed.items) await sender.audit({ kind: 'item', ...item });
  for (const integration of owed.integrations) await sender.audit({ kind: 'integration', ...integration });
};
const replaying = (itemId: string) =>
  eventually('a staged page of the replay', async () => {
    const { rows } = await engine.db.raw<{ rows: unknown[] }>(
      `select 1 from sync_staged_rows join sync_staged_runs using (run_id) join audits using (item_id)
        where item_id = ? and phase = 'replaying' limit 1`,
      [itemId],
    );
    return rows.length > 0;
  });

describe("an Item's audit", () => {
  it('syncs the Item, finds what is lost, and has it repaired', async () => {
    const itemId = await syncedItem(1_200);
    await lose(itemId, 3);
    await workflows.withWorker(activities, async () => {
      const audit = await ended(await ask(itemId));
      expect(audit).toMatchObject({ state: 'done', verdict: 'differs', missing: 3, extra: 0, different: 0 });
      expect(audit).toMatchObject({ plaid_rows: 1_200, stored_rows: 1_197, replays: 2, pages: 6 });
      const outcome = await audits.repairs.request(engine.organizationId, audit.id);
      expect(outcome.kind).toBe('requested');
      await sender.look(owned(itemId));
      await eventually('the repair', async () => {
        const { repair_run_id } = (await audits.read(audit.id)).audit;
        return repair_run_id !== null;
      });
      expect(await liveIds(engine, itemId)).toHaveLength(1_200);
      expect(await ended(await ask(itemId))).toMatchObject({ verdict: 'clean', replays: 1 });
      await workflows.client.workflow.getHandle(auditWorkflowId(itemId)).result();
    });
    await noScratch();
    for (const id of [auditWorkflowId(itemId), itemWorkflowId(itemId)]) {
      const history = JSON.stringify(
        await workflows.client.workflow.getHandle(id).fetchHistory(),
        (_, value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : (value as unknown),
      );
      for (const secret of [...tokens, 'access-', DEFAULT_CLIENT.secret])
        expect(history).not.toContain(secret);
    }
  });

  it('is made by whatever worker comes, though its start was lost', async () => {
    const itemId = await syncedItem(10);
    const { audit } = await audits.audits.request(target(itemId));
    await sweepAudits();
    expect((await audits.read(audit.id)).audit.state).toBe('queued');
    await workflows.withWorker(activities, async () => {
      expect(await ended(audit.id)).toMatchObject({ verdict: 'clean' });
    });
  });

  it('is made although the worker died in the middle of the replay', async () => {
    const itemId = await syncedItem(3_000);
    await lose(itemId, 1);
    await simulator.control('PUT', '/latency', { latency: '150ms' });
    const worker = await workflows.createWorker(activities, { shutdownGraceTime: 1 });
    const running = worker.run();
    const auditId = await ask(itemId);
    await replaying(itemId);
    worker.shutdown();
    await running;
    expect((await audits.read(auditId)).audit.state).toBe('running');
    await simulator.control('PUT', '/latency', { latency: '0ms' });
    await workflows.withWorker(activities, async () => {
      expect(await ended(auditId)).toMatchObject({ verdict: 'differs', missing: 1, plaid_rows: 3_000 });
    });
    await noScratch();
  });

  it('is made although its workflow was terminated', async () => {
    const itemId = await syncedItem(3_000);
    await simulator.control('PUT', '/latency', { latency: '150ms' });
    await workflows.withWorker(activities, async () => {
      const auditId = await ask(itemId);
      await replaying(itemId);
      await workflows.client.workflow.getHandle(auditWorkflowId(itemId)).terminate();
      await simulator.control('PUT', '/latency', { latency: '0ms' });
      await eventually('the attempt to be over', async () => {
        const runs = await engine.db('sync_staged_runs');
        return runs.length === 0;
      });
      await sweepAudits();
      expect(await ended(auditId)).toMatchObject({ verdict: 'clean', replays: 1 });
    });
    await noScratch();
  });

  it('stops in the middle of a replay when it is cancelled', async () => {
    const itemId = await syncedItem(10_000);
    await simulator.control('PUT', '/latency', { latency: '1s' });
    await workflows.withWorker(activities, async () => {
      const auditId = await ask(itemId);
      await replaying(itemId);
      await audits.audits.cancel(engine.organizationId, auditId);
      await workflows.client.workflow.getHandle(auditWorkflowId(itemId)).result();
      expect((await audits.read(auditId)).audit).toMatchObject({ state: 'canceled', verdict: null });
    });
    await noScratch();
  });

  it('waits for its turn in the rate budget, and no failure comes of it', async () => {
    const itemId = await syncedItem(5);
    const denied: string[] = [];
    const bare = createPlaidGateway();
    const plaid = budgetedGateway(
      bare,
      createRateBudget({
        store: createRateBucketQueries(engine.db),
        scale: 1_000,
        windowMs: 1_000,
        logger: engine.deps.logger,
        observer: {
          denied: ({ scope, priority, endpoint }) => denied.push(`${scope} ${priority} ${endpoint}`),
          waited: () => undefined,
          limited: () => undefined,
        },
      }),
    );
    // One call makes the buckets; then Plaid is said to have refused the Item for a while.
    await plaid({
      baseUrl: simulator.url,
      clientId: DEFAULT_CLIENT.clientId,
      secret: DEFAULT_CLIENT.secret,
    }).syncPage(tokens.at(-1)!, null, { timeoutMs: 5_000 });
    await engine.db.raw(
      `update rate_buckets set blocked_until = clock_timestamp() + interval '3 seconds' where key like 'item % /transactions/sync'`,
    );
    const budgeted = createAuditActivities({ ...audits.deps, sender, plaid, atOnce: AT_ONCE });
    await workflows.withWorker({ ...activities, ...budgeted }, async () => {
      const audit = await ended(await ask(itemId));
      expect(audit).toMatchObject({ state: 'done', verdict: 'clean', replays: 1, pages: 1 });
      expect(denied.length).toBeGreaterThan(0);
      // It comes at the turn it was told, instead of asking again and again.
      expect(denied.length).toBeLessThan(5);
      expect(new Set(denied)).toEqual(new Set(['item bulk /transactions/sync']));
      const { rows } = await engine.db.raw<{ rows: [{ late: boolean }] }>(
        `select a.finished_at > b.blocked_until as late from audits a, rate_buckets b where a.id = ? and b.key like 'item % /transactions/sync'`,
        [audit.id],
      );
      expect(rows[0].late).toBe(true);
    });
    bare.close();
    await noScratch();
  });

  it('tells what failed for good', async () => {
    const itemId = await syncedItem(5);
    const worker = await workflows.createWorker({
      ...activities,
      replayForAudit: () => {
        throw ApplicationFailure.nonRetryable('out of order');
      },
    });
    await worker.runUntil(async () => {
      expect(await ended(await ask(itemId))).toMatchObject({
        state: 'failed',
        verdict: null,
        reason_code: 'STEP_FAILED',
        reason: 'out of order',
      });
    });
  });
});

describe("an integration's audit", () => {
  it('audits all its Items, some at once, and adds up', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push(await syncedItem(20));
    const [damaged, paused, deleted] = ids;
    await lose(damaged!, 2);
    await engine.links.setDesiredState(paused!, 'paused');
    await engine.links.setDesiredState(deleted!, 'disabled');
    let most = 0;
    const counting = setInterval(() => {
      void engine
        .db('audits')
        .where({ state: 'running' })
        .whereNotNull('item_id')
        .then((rows) => (most = Math.max(most, rows.length)))
        .catch(() => undefined);
    }, 20);
    await workflows.withWorker(activities, async () => {
      const { audit } = await audits.audits.request(target(null));
      started.push(auditWorkflowId(engine.integrationId));
      // Continues as new again and again.
      const handle = await workflows.client.workflow.start(INTEGRATION_AUDIT_WORKFLOW, {
        workflowId: auditWorkflowId(engine.integrationId),
        taskQueue: workflows.temporal.taskQueue,
        args: [
          { integrationId: engine.integrationId, historyLength: 10 } satisfies IntegrationAuditWorkflowInput,
        ],
      });
      const parent = await ended(audit.id);
      expect(parent).toMatchObject({
        state: 'done',
        verdict: 'differs',
        items: 4,
        items_ended: 4,
        items_clean: 2,
        items_differing: 1,
        items_not_audited: 1,
        items_failed: 0,
        missing: 2,
        extra: 0,
        plaid_rows: 60,
        stored_rows: 58,
      });
      await handle.result();
      expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
      const children = await audits.audits.list(
        engine.organizationId,
        { integrationId: engine.integrationId, parentId: audit.id },
        { before: null, limit: 10 },
      );
      expect(children.map((each) => each.item_id).sort()).toEqual(ids.filter((id) => id !== deleted).sort());

      const outcome = await audits.repairs.request(engine.organizationId, audit.id);
      expect(outcome).toMatchObject({ kind: 'requested' });
      await sender.look(owned(damaged!));
      await eventually('the repair', async () => (await liveIds(engine, damaged!)).length === 20);
      const again = await ended(await ask(null));
      expect(again).toMatchObject({ verdict: 'clean', items: 4, items_clean: 3, items_not_audited: 1 });
    });
    clearInterval(counting);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(AT_ONCE);
    await noScratch();
  });

  it('takes over an audit that runs already, and ends with its Items when it is cancelled', async () => {
    const [first, second] = [await syncedItem(5), await syncedItem(5)];
    const { audit: own } = await audits.audits.request(target(first));
    const { audit } = await audits.audits.request(target(null));
    const step = await audits.deps.fleets.advance(engine.integrationId, 1);
    // The one that was asked for before takes the only place.
    expect(step).toEqual({ start: [], open: 2 });
    expect((await audits.read(own.id)).audit.parent_id).toBe(audit.id);
    await audits.audits.cancel(engine.organizationId, audit.id);
    expect(await audits.deps.fleets.advance(engine.integrationId, 1)).toBeNull();
    const rows = await engine.db('audits').select<{ state: string; item_id: string }[]>('state', 'item_id');
    expect(rows.map((row) => row.state)).toEqual(['canceled', 'canceled', 'canceled']);
    expect(rows.map((row) => row.item_id).sort()).toEqual([first, second, null].sort());
  });

  it('does not let the sweep start more than its share', async () => {
    for (let index = 0; index < 3; index++) await syncedItem(5);
    await audits.audits.request(target(null));
    expect(await audits.deps.fleets.advance(engine.integrationId, 1)).toMatchObject({ open: 3 });
    const upkeep = createAuditUpkeepQueries({ db: engine.db, signalStaleAfterMs: 0 });
    const found = await upkeep.takeOwed(10);
    expect(found.items).toHaveLength(1);
    expect(found.integrations).toMatchObject([owned(engine.integrationId)]);
  });

  it('of no Items is clean', async () => {
    await workflows.withWorker(activities, async () => {
      expect(await ended(await ask(null))).toMatchObject({ state: 'done', verdict: 'clean', items: 0 });
    });
  });
});
