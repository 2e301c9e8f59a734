import { createLookActivities } from '../../src/activities/look/activities.js';
import { createSweepActivities, type SweepActivities, type SweepDeps } from '../../src/activities/sweep.js';
import { createAuditUpkeepQueries } from '../../src/db/queries/audit-upkeep.js';
import { createForwardQueries } from '../../src/db/queries/forwards.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createRateBucketQueries } from '../../src/db/queries/rate-buckets.js';
import { createRetentionQueries } from '../../src/db/queries/retention.js';
import { createStagingQueries } from '../../src/db/queries/staging.js';
import { createSweepQueries } from '../../src/db/queries/sweep.js';
import { createSignalSender } from '../../src/temporal/signal-sender.js';
import { createStuckWorkflows } from '../../src/temporal/stuck-workflows.js';
import type { TestEngine } from './engine.js';
import type { TestWorkflows } from './workflows.js';

export interface EngineActivitiesOptions {
  signalStaleAfterMs: number;
  stuckAfterMs: number;
  onEnded?: SweepDeps['onEnded'];
  /** Within a worker `Context.current().heartbeat`. */
  heartbeat?: () => void;
}

const DEADLINE_MS = 10_000;
const HOUR_MS = 3_600_000;

/** The sweep of a test's engine, to be run by hand or, with a heartbeat, by a worker. */
export function createEngineSweep(
  { db, deps }: TestEngine,
  { client, temporal }: Pick<TestWorkflows, 'client' | 'temporal'>,
  { signalStaleAfterMs, stuckAfterMs, onEnded, heartbeat = () => undefined }: EngineActivitiesOptions,
): SweepActivities {
  return createSweepActivities({
    sweeps: createSweepQueries({ db, signalStaleAfterMs }),
    inbox: createInboxQueries({ db, signalStaleAfterMs, maxRejected: 10 }),
    forwards: createForwardQueries({ db }),
    staging: createStagingQueries(db),
    retention: createRetentionQueries(db, {
      limits: {
        syncRuns: { most: 100, forMs: HOUR_MS },
        consumed: { most: 100, forMs: HOUR_MS },
        unmatched: { forMs: HOUR_MS },
        rejected: { forMs: HOUR_MS },
      },
    }),
    rateBuckets: createRateBucketQueries(db),
    probes: { probeDue: () => Promise.resolve(0) },
    audits: createAuditUpkeepQueries({ db, signalStaleAfterMs }),
    statistics: { roll: () => Promise.resolve(0) },
    sender: createSignalSender({ client, taskQueue: temporal.taskQueue, deadlineMs: DEADLINE_MS }),
    stuck: createStuckWorkflows({ client, deadlineMs: DEADLINE_MS, stuckAfterMs }),
    logger: deps.logger,
    ...(onEnded ? { onEnded } : {}),
    heartbeat,
    limits: {
      unmatched: 10,
      rejected: 10,
      forwardCheckAfterMs: 1_000,
      stagedForMs: HOUR_MS,
      auditRetentionMs: HOUR_MS,
    },
  });
}

/** Looks and sweep as a worker runs them. */
export const createEngineActivities = (
  engine: TestEngine,
  workflows: Pick<TestWorkflows, 'client' | 'temporal'>,
  options: EngineActivitiesOptions,
) => ({ ...createLookActivities(engine.deps), ...createEngineSweep(engine, workflows, options) });
