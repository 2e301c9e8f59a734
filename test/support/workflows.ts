import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { createLogger } from '../../src/logger.js';
import { setupTemporal } from '../../src/temporal/setup.js';
import type { itemWorkflow } from '../../src/workflows/item.js';
import {
  ITEM_WORKFLOW,
  itemWorkflowId,
  lookSignal,
  type ItemWorkflowInput,
} from '../../src/workflows/messages.js';
import { testTemporal, type TestTemporal } from './temporal.js';

/** Nothing of the SDK belongs into the output of a test that passes. */
const QUIET = new DefaultLogger('ERROR', () => undefined);

/** Silences the SDK of this process; before anything else of it is used. */
export const quietRuntime = (): void => {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({
    logger: QUIET,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter, forward: {} } },
  });
};

/** The workflows of a file, named from the root of the repository; without one those of production, from the sources. */
export const bundleWorkflows = (file = 'src/workflows/index.ts'): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../../${file}`, import.meta.url)),
    logger: QUIET,
  });

export type ItemHandle = WorkflowHandleWithSignaledRunId<typeof itemWorkflow>;

export interface TestWorkflows {
  temporal: TestTemporal;
  client: Client;
  bundle: WorkflowBundleWithSourceMap;
  /** For a worker of another make. */
  connected: Pick<WorkerOptions, 'connection' | 'namespace' | 'taskQueue'>;
  createWorker(activities: object, options?: Partial<WorkerOptions>): Promise<Worker>;
  /** Runs `body` while a worker with these activities runs. */
  withWorker<T>(activities: object, body: () => Promise<T>, options?: Partial<WorkerOptions>): Promise<T>;
  /** Signal-with-start, as intake and links do. */
  signal(itemId: string, input?: Omit<ItemWorkflowInput, 'itemId'>): Promise<ItemHandle>;
  close(): Promise<void>;
}

/** The run's Temporal dev server with a task queue of the caller's own, and one bundle for all workers of the file. */
export async function createTestWorkflows(): Promise<TestWorkflows> {
  quietRuntime();
  const temporal = await testTemporal();
  const { address, namespace, taskQueue } = temporal;
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const native = await NativeConnection.connect({ address });
  await setupTemporal(client, createLogger('test', 'silent'), {
    namespace,
    taskQueue,
    sweepIntervalMs: 3_600_000,
  });
  const bundle = await bundleWorkflows();
  const connected = { connection: native, namespace, taskQueue };
  const createWorker: TestWorkflows['createWorker'] = (activities, options = {}) =>
    Worker.create({
      ...connected,
      workflowBundle: bundle,
      activities,
      ...options,
    });
  return {
    temporal,
    client,
    bundle,
    connected,
    createWorker,
    async withWorker(activities, body, options) {
      const worker = await createWorker(activities, options);
      return worker.runUntil(body);
    },
    signal: (itemId, input = {}) =>
      client.workflow.signalWithStart<typeof itemWorkflow>(ITEM_WORKFLOW, {
        workflowId: itemWorkflowId(itemId),
        taskQueue,
        args: [{ itemId, ...input }],
        signal: lookSignal,
        signalArgs: [],
      }),
    async close() {
      await native.close();
      await client.connection.close();
    },
  };
}
