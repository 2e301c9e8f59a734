/**
 * Records the histories that test/replay plays against the code of the day: `npm run build && node dist/scripts/record-histories.js`,
 * with TEMPORAL_ADDRESS naming a dev server (`temporal server start-dev`); folders after it restrict it to theirs. Record again only together with a change of the
 * workflow that is meant to break replay, and keep the old files as long as executions of that code may be alive.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { LookOutcome, LookRequest } from '../src/domain/sync-outcome.js';
import { createLogger } from '../src/logger.js';
import { setupTemporal } from '../src/temporal/setup.js';
import {
  getStateQuery,
  ITEM_WORKFLOW,
  itemWorkflowId,
  lookSignal,
  type ItemWorkflowInput,
} from '../src/workflows/messages.js';
import { historyToText } from './history-file.js';
import { recordShort, SHORT_SCENARIOS } from './record-other-histories.js';

const ROOT = fileURLToPath(new URL('../../test/fixtures/histories/', import.meta.url));
const ITEM_FOLDER = 'item-workflow';
const ONLY = process.argv.slice(2);
const TASK_QUEUE = `record-${randomUUID()}`;
const NAMESPACE = process.env['TEMPORAL_NAMESPACE'] ?? 'default';

const FAR = 3_600_000;
const result = { status: 'active', detail: null } as const;
const synced = (again = false): LookOutcome => ({
  kind: 'synced',
  again,
  ...result,
  wakeAt: Date.now() + FAR,
});
const HANDOVER: LookOutcome = { kind: 'handover' };

interface Scenario {
  name: string;
  input?: Omit<ItemWorkflowInput, 'itemId'>;
  /** What the looks answer, in order; afterwards nothing is to be done. */
  looks: ((request: LookRequest) => LookOutcome)[];
  /** Signals that follow the first, each after the workflow has come to rest, `burst` at once. */
  signals?: { burst: number }[];
  /** How many executions of the chain to keep; 1 unless it continues as new. */
  runs?: number;
}

const SCENARIOS: Scenario[] = [
  {
    name: 'first-sync-with-handover',
    looks: [
      () => HANDOVER,
      () => ({ kind: 'not_ready', status: 'pending', detail: null, wakeAt: Date.now() + 300 }),
      () => HANDOVER,
      () => synced(true),
      () => synced(),
    ],
  },
  {
    name: 'bursts-of-signals',
    looks: [() => synced(), () => synced(true)],
    signals: [{ burst: 15 }, { burst: 1 }, { burst: 30 }],
  },
  {
    name: 'pause-and-revival',
    looks: [
      () => synced(),
      () => ({
        kind: 'paused',
        status: 'erroring',
        detail: '[ITEM_LOGIN_REQUIRED] log in',
        wakeAt: Date.now() + FAR,
      }),
      () => ({
        kind: 'paused',
        status: 'erroring',
        detail: '[ITEM_LOCKED] locked',
        wakeAt: Date.now() + 400,
      }),
      () => ({ kind: 'superseded' }),
      () => synced(),
    ],
    signals: [{ burst: 1 }, { burst: 1 }],
  },
  {
    name: 'failure-and-idle',
    looks: [
      () => HANDOVER,
      () => {
        throw ApplicationFailure.nonRetryable('out of order', 'RECORDED');
      },
      () => ({ kind: 'idle', ...result, wakeAt: Date.now() + 250 }),
      () => synced(),
    ],
    signals: [{ burst: 1 }],
  },
  {
    name: 'looks-without-rest',
    looks: Array.from({ length: 22 }, () => () => synced(true)),
  },
  {
    name: 'continue-as-new',
    input: { historyLength: 20 },
    looks: [],
    signals: Array.from({ length: 8 }, () => ({ burst: 2 })),
    runs: 2,
  },
  {
    name: 'stopped',
    looks: [() => synced(), () => ({ kind: 'stopped', status: 'sync_disabled', detail: null, wakeAt: null })],
    signals: [{ burst: 1 }],
  },
];

async function main(): Promise<void> {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (!address) throw new Error('set TEMPORAL_ADDRESS to the host:port of a dev server');
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: NAMESPACE });
  await setupTemporal(client, createLogger('record-histories', 'warn'), {
    namespace: NAMESPACE,
    taskQueue: TASK_QUEUE,
    sweepIntervalMs: FAR,
  });
  const looks = new Map<string, Scenario['looks']>();
  const native = await NativeConnection.connect({ address });
  const withWorker = async (activities: object, body: () => Promise<void>): Promise<void> => {
    const worker = await Worker.create({
      connection: native,
      namespace: NAMESPACE,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: fileURLToPath(new URL('../workflow-bundle.js', import.meta.url)) },
      activities,
    });
    await worker.runUntil(body);
  };
  const lookAtItem = (request: LookRequest): LookOutcome =>
    looks.get(request.itemId)?.shift()?.(request) ?? { kind: 'idle', ...result, wakeAt: null };
  if (isWanted(ITEM_FOLDER))
    await withWorker({ lookAtItem }, async () => {
      for (const scenario of SCENARIOS) {
        const itemId = randomUUID();
        looks.set(itemId, [...scenario.looks]);
        await keep(ITEM_FOLDER, scenario.name, await record(client, itemId, scenario, looks));
      }
    });
  for (const scenario of SHORT_SCENARIOS.filter(({ folder }) => isWanted(folder)))
    await withWorker(scenario.activities(), async () =>
      keep(scenario.folder, scenario.name, await recordShort(client, TASK_QUEUE, scenario)),
    );
  await native.close();
  await connection.close();
}

const isWanted = (folder: string): boolean => ONLY.length === 0 || ONLY.includes(folder);

/** Of a chain of executions each has a file of its own. */
async function keep(folder: string, name: string, histories: readonly string[]): Promise<void> {
  await mkdir(`${ROOT}${folder}`, { recursive: true });
  for (const [index, history] of histories.entries())
    await writeFile(`${ROOT}${folder}/${name}${index === 0 ? '' : `.${index + 1}`}.json`, history);
}

async function record(
  client: Client,
  itemId: string,
  scenario: Scenario,
  looks: ReadonlyMap<string, unknown[]>,
): Promise<string[]> {
  const workflowId = itemWorkflowId(itemId);
  const runs = new Set<string>();
  const signal = async (): Promise<void> => {
    const handle = await client.workflow.signalWithStart(ITEM_WORKFLOW, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [{ itemId, ...scenario.input }],
      signal: lookSignal,
      signalArgs: [],
    });
    runs.add(handle.signaledRunId);
  };
  const rest = async (): Promise<void> => {
    for (;;) {
      await sleep(150);
      const { status } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') return;
      const { phase, look, wakeAt } = await client.workflow.getHandle(workflowId).query(getStateQuery);
      const soon = wakeAt !== null && wakeAt < Date.now() + 10_000 && looks.get(itemId)!.length > 0;
      if (phase !== 'syncing' && !look && !soon) return;
    }
  };
  await signal();
  for (const { burst } of scenario.signals ?? []) {
    await rest();
    await Promise.all(Array.from({ length: burst }, signal));
  }
  await rest();
  const kept = [...runs].slice(0, scenario.runs ?? 1);
  const histories: string[] = [];
  for (const runId of kept)
    histories.push(historyToText(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
  const last = client.workflow.getHandle(workflowId);
  if ((await last.describe()).status.name === 'RUNNING') await last.terminate();
  return histories;
}

await main();
