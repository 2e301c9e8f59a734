import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookActivities } from '../../src/activities/look/activities.js';
import type { LookOutcome, LookRequest } from '../../src/domain/sync-outcome.js';
import type { itemWorkflow } from '../../src/workflows/item.js';
import {
  getStateQuery,
  ITEM_WORKFLOW,
  itemWorkflowId,
  lookSignal,
  STATUS_ATTRIBUTE,
} from '../../src/workflows/messages.js';
import { eventually } from '../support/eventually.js';
import { createTestWorkflows, type ItemHandle, type TestWorkflows } from '../support/workflows.js';

let workflows: TestWorkflows;
let signal: TestWorkflows['signal'];

beforeAll(async () => {
  workflows = await createTestWorkflows();
  ({ signal } = workflows);
});
afterAll(() => workflows.close());

/** Runs `body` against a worker whose look at Items is `answer`. */
const withWorker = <T>(
  answer: (request: LookRequest) => Promise<LookOutcome>,
  body: () => Promise<T>,
): Promise<T> => workflows.withWorker({ lookAtItem: answer } satisfies LookActivities, body);

/** What the Temporal UI shows for the workflow. */
const detailsOf = async (handle: ItemHandle): Promise<string> => {
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return currentDetails ?? '';
};

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

  it('looks again after a signal that came while a regular activity ran', async () => {
    const itemId = randomUUID();
    let finish: (() => void) | null = null;
    const modes: string[] = [];
    await withWorker(
      async ({ mode }) => {
        modes.push(mode);
        if (modes.length === 1) return { kind: 'handover' };
        if (mode === 'full') await new Promise<void>((resolve) => (finish = resolve));
        return rested();
      },
      async () => {
        const handle = await signal(itemId);
        await eventually('the regular activity', () => finish !== null);
        await signal(itemId);
        await eventually('the signal', async () => (await handle.query(getStateQuery)).look);
        finish!();
        await eventually('another look', () => modes.length === 3);
        expect(modes).toEqual(['quick', 'full', 'quick']);
        await handle.terminate();
      },
    );
  });

  it('forgets a signal that came in the middle of a quick look, so that a replay does what it did', async () => {
    const itemId = randomUUID();
    const { client, temporal } = workflows;
    let looks = 0;
    const start = () =>
      client.workflow.signalWithStart<typeof itemWorkflow>(ITEM_WORKFLOW, {
        workflowId: itemWorkflowId(itemId),
        taskQueue: temporal.taskQueue,
        args: [{ itemId }],
        signal: lookSignal,
        signalArgs: [],
        // The look outlasts it, so that the worker sends heartbeats, and signals come in between. They come after four fifths of
        // it: a busy machine must not be late with them, or the look begins again.
        workflowTaskTimeout: '5 seconds',
      });
    await withWorker(
      async () => {
        looks += 1;
        await sleep(6_500);
        return rested();
      },
      async () => {
        const handle = await start();
        await eventually('the look', () => looks === 1);
        await start();
        await eventually('rest', async () => (await handle.query(getStateQuery)).phase === 'waiting');
        const { events } = await handle.fetchHistory();
        const signalled = events!.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes);
        const looked = events!.findIndex((event) => event.markerRecordedEventAttributes);
        expect(signalled).toBeLessThan(looked);
        expect(looks).toBe(1);
        expect(await handle.query(getStateQuery)).toMatchObject({ look: false });
        await start();
        await eventually('a look of a later signal', () => looks === 2);
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

describe('an item workflow that a person must help', () => {
  it('says so in its details and search attribute, answers queries, and changes with the reason', async () => {
    const itemId = randomUUID();
    let detail: string | null = '[ITEM_LOGIN_REQUIRED] log in';
    await withWorker(
      async () =>
        detail === null
          ? rested()
          : { kind: 'paused', status: 'erroring', detail, wakeAt: Date.now() + 3_600_000 },
      async () => {
        const handle = await signal(itemId);
        const shows = (text: string) => async () => (await detailsOf(handle)).includes(text);
        await eventually('the reason', shows('ITEM_LOGIN_REQUIRED'));
        expect(await handle.query(getStateQuery)).toMatchObject({
          phase: 'paused',
          status: 'erroring',
          detail,
        });
        await eventually('the search attribute', async () => {
          const { typedSearchAttributes } = await handle.describe();
          return typedSearchAttributes
            .getAll()
            .some(({ key, value }) => key.name === STATUS_ATTRIBUTE && value === 'erroring');
        });
        // Status and phase stay, the reason does not.
        detail = '[INVALID_API_KEYS] wrong keys';
        await signal(itemId);
        await eventually('the new reason', shows('INVALID_API_KEYS'));
        detail = null;
        await signal(itemId);
        await eventually('the end of it', shows('**active**, waiting'));
        await handle.terminate();
      },
    );
  });

  it('hands over when the quick look fails', async () => {
    const itemId = randomUUID();
    const modes: string[] = [];
    await withWorker(
      async ({ mode }) => {
        modes.push(mode);
        if (mode === 'quick') throw new Error('the database system is starting up');
        return rested();
      },
      async () => {
        const handle = await signal(itemId);
        await eventually(
          'rest',
          async () => modes.length >= 2 && (await handle.query(getStateQuery)).phase === 'waiting',
        );
        expect(modes).toEqual(['quick', 'full']);
        await handle.terminate();
      },
    );
  });

  it('shows a failure that nobody foresaw, and looks again on a signal', async () => {
    const itemId = randomUUID();
    let broken = true;
    await withWorker(
      async ({ mode }) => {
        if (mode === 'quick') return broken ? { kind: 'handover' } : rested();
        throw ApplicationFailure.nonRetryable('out of order');
      },
      async () => {
        const handle = await signal(itemId);
        await eventually('the failure', async () => (await detailsOf(handle)).includes('out of order'));
        const { phase, wakeAt } = await handle.query(getStateQuery);
        expect(phase).toBe('waiting');
        expect(wakeAt).toBeGreaterThan(Date.now());
        broken = false;
        await signal(itemId);
        await eventually('rest', async () => (await handle.query(getStateQuery)).detail === null);
        await handle.terminate();
      },
    );
  });

  it('does not spin when a look finds that its time has not come yet', async () => {
    const itemId = randomUUID();
    let looks = 0;
    await withWorker(
      async () => {
        looks += 1;
        // As with a clock of PostgreSQL that is behind.
        return { kind: 'idle', status: 'active', detail: null, wakeAt: Date.now() - 5_000 };
      },
      async () => {
        const handle = await signal(itemId);
        await eventually('a look', () => looks > 0);
        await sleep(1_000);
        expect(looks).toBeLessThan(8);
        await handle.terminate();
      },
    );
  });
});

/** Looks that the histories of a chain of executions hold, from its latest run back to its first. */
async function recordedLooks(itemId: string, latestRunId: string): Promise<number> {
  let recorded = 0;
  for (let runId = latestRunId; runId !== '';) {
    const { events } = await workflows.client.workflow
      .getHandle(itemWorkflowId(itemId), runId)
      .fetchHistory();
    for (const event of events ?? [])
      if (event.markerRecordedEventAttributes?.markerName === 'core_local_activity') recorded += 1;
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return recorded;
}

describe('continue-as-new', () => {
  it('loses no signal, however close it comes', async () => {
    const itemId = randomUUID();
    let sent = 0;
    let seen = 0;
    let looks = 0;
    let sentAt = 0;
    let lookedAt = 0;
    await withWorker(
      async () => {
        looks += 1;
        const now = sent;
        await sleep(Math.random() * 5);
        seen = now;
        lookedAt = Date.now();
        // As the commit tells what has become dirty in the middle of it.
        return rested({ again: sent > now });
      },
      async () => {
        const first = await signal(itemId, { historyLength: 25 });
        const runs = new Set<string>();
        // A busy machine takes more of them in at once, and begins fewer runs.
        for (let count = 0; count < 80 || (runs.size <= 3 && count < 800); count++) {
          // The fact before its signal, as intake does it.
          sent += 1;
          sentAt = Date.now();
          runs.add((await signal(itemId, { historyLength: 25 })).signaledRunId);
          if (count % 3 === 0) await sleep(Math.random() * 30);
        }
        const settled = await eventually('all is seen', () => seen === sent, 30_000).then(
          () => true,
          () => false,
        );
        if (!settled) {
          // Only what comes while the outcome of a quick look is on its way may be forgotten: the sweep sends that again.
          expect(sentAt - lookedAt).toBeLessThan(1_000);
          await signal(itemId, { historyLength: 25 });
          await eventually('all is seen', () => seen === sent);
        }
        expect(runs.size).toBeGreaterThan(3);
        const handle = workflows.client.workflow.getHandle(itemWorkflowId(itemId));
        const latest = await handle.describe();
        expect(latest.runId).not.toBe(first.signaledRunId);
        expect(latest.status.name).toBe('RUNNING');
        expect(latest.historyLength).toBeLessThan(80);
        // Coalesced, and the state went along.
        expect(looks).toBeLessThan(sent * 2);
        await eventually('rest', async () => (await handle.query(getStateQuery)).phase === 'waiting');
        // A look whose workflow task a signal undid is run again (local activities run at least once): what counts is
        // what the histories of the whole chain recorded, each exactly once.
        const recorded = await recordedLooks(itemId, latest.runId);
        expect((await handle.query(getStateQuery)).syncs).toBe(recorded);
        expect(recorded).toBeLessThanOrEqual(looks);
        await handle.terminate();
      },
    );
  });
});
