import { setTimeout as sleep } from 'node:timers/promises';
import type { TemporalConfig } from '../config/temporal.js';
import type { Deps } from '../deps.js';
import { backoffMs } from '../domain/waiting.js';
import { prepareNamespace } from '../temporal/setup.js';
import { createWorker, type CreatedWorker } from './create-worker.js';
import type { WorkerHealth } from './health-server.js';
import type { WorkerMetrics } from './metrics.js';

export interface RunningWorker {
  health: WorkerHealth;
  /** Resolves when the worker has ended; rejects when it failed. */
  done: Promise<void>;
  /** Takes no new work, lets running updates finish within SHUTDOWN_GRACE. */
  stop(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Runs a worker from now on: waits for Temporal if it is away, and brings the namespace to what this version needs. */
export function runWorker(
  deps: Deps,
  temporal: TemporalConfig,
  metrics?: Partial<WorkerMetrics>,
): RunningWorker {
  const stopping = new AbortController();
  let created: CreatedWorker | null = null;
  return {
    health: {
      isRunning: () => created?.worker.getState() === 'RUNNING',
      state: () => created?.worker.getState() ?? 'CONNECTING',
    },
    done: run(),
    stop: () => {
      stopping.abort();
      if (created?.worker.getState() === 'RUNNING') created.worker.shutdown();
    },
  };

  async function run(): Promise<void> {
    created = await retried('Temporal is not reachable yet', () => createWorker(deps, temporal, metrics));
    if (created === null) return;
    const { worker, connection } = created;
    try {
      await retried('the namespace cannot be prepared yet', () => prepare(deps, temporal));
      const running = worker.run();
      if (stopping.signal.aborted) worker.shutdown();
      deps.logger.info(
        { taskQueue: deps.config.TEMPORAL_TASK_QUEUE, namespace: temporal.namespace },
        'worker is polling',
      );
      await running;
    } finally {
      stopping.abort();
      await connection.close();
    }
  }

  /** Null once stopped. */
  async function retried<T>(complaint: string, attempt: () => Promise<T>): Promise<T | null> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      try {
        return await attempt();
      } catch (error) {
        const waitMs = backoffMs(failures, FIRST_WAIT_MS, LONGEST_WAIT_MS);
        deps.logger.warn(
          { reason: error instanceof Error ? error.message : String(error), waitMs },
          complaint,
        );
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    return null;
  }
}

async function prepare(deps: Deps, temporal: TemporalConfig): Promise<true> {
  await prepareNamespace(deps.temporal.client, deps.logger, {
    namespace: temporal.namespace,
    taskQueue: deps.config.TEMPORAL_TASK_QUEUE,
    sweepIntervalMs: deps.config.SWEEP_INTERVAL,
  });
  return true;
}
