import { Counter, Histogram, type Registry } from 'prom-client';
import type { EndedRun } from '../activities/look/deps.js';
import type { Database } from '../db/database.js';
import { createPoolMetric } from '../pool-metrics.js';
import type { EndedWorkflow } from '../temporal/stuck-workflows.js';

export interface WorkerMetrics {
  /** A look that asked Plaid has ended. */
  onRun: (run: EndedRun) => void;
  /** The sweep has ended a workflow whose tasks failed again and again. */
  onEnded: (ended: EndedWorkflow) => void;
}

/** Prometheus metrics of the worker process. Names stand in the runbook. */
export function createWorkerMetrics(registry: Registry, db: Database): WorkerMetrics {
  const registers = [registry];
  registry.registerMetric(createPoolMetric(db));
  const runs = new Histogram({
    name: 'ardea_sync_run_duration_seconds',
    help: 'Looks that asked Plaid, by what came of them.',
    labelNames: ['kind', 'outcome'],
    buckets: [0.05, 0.1, 0.3, 1, 3, 10, 30, 120, 600],
    registers,
  });
  const errors = new Counter({
    name: 'ardea_plaid_errors_total',
    help: 'What was wrong with them, by error_code.',
    labelNames: ['code'],
    registers,
  });
  const restarts = new Counter({
    name: 'ardea_workflows_restarted_total',
    help: 'Workflows whose tasks failed again and again, ended and begun anew by the sweep.',
    labelNames: ['workflow', 'cause'],
    registers,
  });
  return {
    onEnded: ({ workflow, cause }) => restarts.inc({ workflow, cause }),
    onRun: ({ kind, outcome, code, startedAt }) => {
      runs.observe({ kind, outcome }, Math.max(0, Date.now() - startedAt.getTime()) / 1_000);
      if (code !== null) errors.inc({ code });
    },
  };
}
