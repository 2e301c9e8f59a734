import { Client, Connection } from '@temporalio/client';
import { createLogger } from '../../src/logger.js';
import { createSignalSender, type SignalSender } from '../../src/temporal/signal-sender.js';
import { setupTemporal } from '../../src/temporal/setup.js';

export interface TemporalForBench {
  client: Client;
  /** Signals Items of one task queue as intake does. */
  sender(taskQueue: string): SignalSender;
  close(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 3_600_000;
const DEADLINE_MS = 30_000;

/** A client of the dev server, with what Ardea needs set up there. */
export async function connectTemporal(address: string, taskQueue: string): Promise<TemporalForBench> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: 'default' });
  await setupTemporal(client, createLogger('bench', 'warn'), {
    namespace: 'default',
    taskQueue,
    sweepIntervalMs: SWEEP_INTERVAL_MS,
  });
  return {
    client,
    sender: (queue) => createSignalSender({ client, taskQueue: queue, deadlineMs: DEADLINE_MS }),
    close: () => connection.close(),
  };
}
