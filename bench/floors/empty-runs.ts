import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Client } from '@temporalio/client';
import { freePort } from '../../local/port.js';
import type { Bench } from '../stack/bench.js';
import { type EmptyInput, emptyWorkflow, pokeSignal } from './empty-workflow.js';

/** Signal → empty activity done, against the same Temporal server. */
export interface EmptyRuns {
  /** Signals the workflow `id` and resolves when its activity has run. */
  run(id: string, local: boolean): Promise<void>;
  close(): void;
}

const TASK_QUEUE = 'bench-empty';

export async function startEmptyRuns(bench: Bench, client: Client): Promise<EmptyRuns> {
  const waiting = new Map<string, () => void>();
  const server = createServer((socket) => {
    createInterface(socket).on('line', (id) => {
      waiting.get(id)?.();
      waiting.delete(id);
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = await freePort();
  await bench.startChild({
    name: 'empty-worker',
    file: 'dist/bench/floors/empty-worker.js',
    env: {
      BENCH_PORT: String(port),
      BENCH_TEMPORAL_ADDRESS: await bench.temporalAddress(),
      BENCH_TASK_QUEUE: TASK_QUEUE,
      BENCH_REPORT_PORT: String((server.address() as AddressInfo).port),
    },
    healthUrl: `http://127.0.0.1:${port}`,
  });
  return {
    async run(id, local) {
      const workflowId = `${local ? 'local' : 'regular'}/${id}`;
      const done = new Promise<void>((resolve) => waiting.set(workflowId, resolve));
      const input: EmptyInput = { id: workflowId, local };
      await client.workflow.signalWithStart(emptyWorkflow, {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [input],
        signal: pokeSignal,
        signalArgs: [],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      await done;
    },
    close: () => void server.close(),
  };
}
