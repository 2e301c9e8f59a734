import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker, type WorkflowBundleOption, type WorkerOptions } from '@temporalio/worker';
import { createAuditActivities } from '../activities/audit/activities.js';
import { createForwardActivities } from '../activities/forward-webhook.js';
import { createPost } from '../activities/forward-post.js';
import { createLookActivities } from '../activities/look/activities.js';
import { createIntegrationProbes } from '../activities/probe-integrations.js';
import { createSweepActivities } from '../activities/sweep.js';
import type { TemporalConfig } from '../config/temporal.js';
import { createAuditCompareQueries } from '../db/queries/audit-compare.js';
import { createAuditFleetQueries } from '../db/queries/audit-fleet.js';
import { createAuditRunQueries } from '../db/queries/audit-runs.js';
import { createAuditUpkeepQueries } from '../db/queries/audit-upkeep.js';
import { createForwardQueries } from '../db/queries/forwards.js';
import { createInboxQueries } from '../db/queries/inbox.js';
import { createItemLookQueries } from '../db/queries/item-look.js';
import { createLookResultQueries } from '../db/queries/look-results.js';
import { createRetentionQueries } from '../db/queries/retention.js';
import { createStagingQueries } from '../db/queries/staging.js';
import { createSweepQueries } from '../db/queries/sweep.js';
import type { Deps } from '../deps.js';
import { createSignalSender } from '../temporal/signal-sender.js';
import { createStuckWorkflows } from '../temporal/stuck-workflows.js';
import type { WorkerMetrics } from './metrics.js';

export type Activities = ReturnType<typeof createActivities>;

/** A forward whose start was lost is started again by a sweep after this time. */
const FORWARD_CHECK_AFTER_MS = 60_000;

/** Every activity of the task queue, from the composition root. */
export function createActivities(deps: Deps, metrics: Partial<WorkerMetrics> = {}) {
  const { config, db, logger, secrets, plaid } = deps;
  const staging = createStagingQueries(db);
  const forwards = createForwardQueries({ db });
  const signalStaleAfterMs = config.SIGNAL_STALE_AFTER;
  const { onRun, onEnded } = metrics;
  const { client } = deps.temporal;
  // Nothing here is in a hurry: it waits where intake may not.
  const deadlineMs = config.SIGNAL_DEADLINE * 10;
  const sender = createSignalSender({ client, taskQueue: config.TEMPORAL_TASK_QUEUE, deadlineMs });
  return {
    ...createLookActivities({
      db,
      looks: createItemLookQueries(db),
      results: createLookResultQueries(db),
      pauses: deps.pauses,
      staging,
      runs: deps.syncRuns,
      secrets,
      plaid,
      settings: config,
      logger,
      now: Date.now,
      ...(onRun ? { onRun } : {}),
    }),
    ...createAuditActivities({
      runs: createAuditRunQueries({ db, signalStaleAfterMs }),
      compares: createAuditCompareQueries(db),
      fleets: createAuditFleetQueries(db),
      staging,
      secrets,
      plaid,
      settings: config,
      sender,
      atOnce: config.AUDIT_CONCURRENCY,
      logger,
      now: Date.now,
    }),
    ...createForwardActivities({
      forwards,
      heartbeat: () => Context.current().heartbeat(),
      post: createPost({ timeoutMs: config.FORWARD_TIMEOUT, allowPrivate: config.FORWARD_ALLOW_PRIVATE }),
      firstWaitMs: config.FORWARD_FIRST_WAIT,
      longestWaitMs: config.FORWARD_LONGEST_WAIT,
      windowMs: config.FORWARD_WINDOW,
    }),
    ...createSweepActivities({
      sweeps: createSweepQueries({ db, signalStaleAfterMs }),
      inbox: createInboxQueries({ db, signalStaleAfterMs, maxRejected: config.INBOX_MAX_UNVERIFIED }),
      forwards,
      staging,
      retention: createRetentionQueries(db, {
        limits: {
          syncRuns: { most: config.SYNC_RUNS_MAX, forMs: config.SYNC_RUNS_RETENTION },
          consumed: { most: config.INBOX_MAX_CONSUMED, forMs: config.INBOX_RETENTION },
          unmatched: { forMs: config.INBOX_RETENTION },
          rejected: { forMs: config.INBOX_UNVERIFIED_RETENTION },
        },
      }),
      rateBuckets: deps.rateBuckets,
      probes: createIntegrationProbes({ pauses: deps.pauses, secrets, plaid, settings: config, logger }),
      audits: createAuditUpkeepQueries({ db, signalStaleAfterMs }),
      statistics: deps.statistics,
      sender,
      stuck: createStuckWorkflows({ client, deadlineMs, stuckAfterMs: config.STUCK_WORKFLOW_AFTER }),
      logger,
      ...(onEnded ? { onEnded } : {}),
      heartbeat: () => Context.current().heartbeat(),
      limits: {
        unmatched: config.INBOX_MAX_UNMATCHED,
        rejected: config.INBOX_MAX_UNVERIFIED,
        forwardCheckAfterMs: FORWARD_CHECK_AFTER_MS,
        stagedForMs: config.STAGED_RETENTION,
        auditRetentionMs: config.AUDIT_RETENTION,
      },
    }),
  };
}

/** The bundle that `npm run build` made, or the sources where there is none (tests run on TypeScript). */
export function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const bundle: WorkflowBundleOption = {
    codePath: fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)),
  };
  if (existsSync(bundle.codePath)) return { workflowBundle: bundle };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)) };
}

export interface CreatedWorker {
  worker: Worker;
  connection: NativeConnection;
}

/** Connects and creates the worker; rejects while Temporal is down (the caller tries again). */
export async function createWorker(
  deps: Deps,
  temporal: TemporalConfig,
  metrics?: Partial<WorkerMetrics>,
  source: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> = workflowSource(),
): Promise<CreatedWorker> {
  const { config } = deps;
  const { connectionOptions } = temporal;
  const connection = await NativeConnection.connect({
    ...(connectionOptions.address === undefined ? {} : { address: connectionOptions.address }),
    ...(connectionOptions.tls === undefined ? {} : { tls: connectionOptions.tls }),
    ...(typeof connectionOptions.apiKey === 'string' ? { apiKey: connectionOptions.apiKey } : {}),
    ...(connectionOptions.metadata === undefined ? {} : { metadata: connectionOptions.metadata }),
  });
  try {
    const worker = await Worker.create({
      ...source,
      connection,
      namespace: temporal.namespace,
      taskQueue: config.TEMPORAL_TASK_QUEUE,
      activities: createActivities(deps, metrics),
      // An update in the middle of its pages may finish; then it is cancelled and starts over elsewhere.
      shutdownGraceTime: config.SHUTDOWN_GRACE,
      shutdownForceTime: config.SHUTDOWN_GRACE + 10_000,
      maxCachedWorkflows: config.WORKER_MAX_CACHED_WORKFLOWS,
      maxConcurrentActivityTaskExecutions: config.WORKER_CONCURRENCY,
      maxConcurrentLocalActivityExecutions: config.WORKER_CONCURRENCY,
    });
    return { worker, connection };
  } catch (error) {
    // The caller tries again, for ever, with a connection of its own each time.
    await connection.close().catch(() => undefined);
    throw error;
  }
}
