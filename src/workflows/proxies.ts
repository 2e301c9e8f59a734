/** The one place with timeouts and retries of activities. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { AuditActivities } from '../activities/audit/activities.js';
import type { LookActivities } from '../activities/look/activities.js';
import type { SweepActivities } from '../activities/sweep.js';
import { TASK_PRIORITY } from '../domain/task-priority.js';

/**
 * Everything that may take long. A first sync of a large history takes minutes, hence the long start-to-close; a dead worker
 * is noticed by the heartbeat (sent every 5 s, src/activities/look/activities.ts). Plaid's failures name their own retry
 * delay; the bound hands control back to the workflow now and then, which shows the trouble and goes on.
 */
const fullLookAs = (work: 'fresh' | 'item' | 'bulk') =>
  proxyActivities<LookActivities>({
    startToCloseTimeout: '45 minutes',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '2 hours',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
    // The fairness key, the organisation, is inherited from the workflow.
    priority: { priorityKey: TASK_PRIORITY[work] },
  }).lookAtItem;

/** By what the quick look has seen is to be done; `item` where it could not tell. */
export const fullLook = { fresh: fullLookAs('fresh'), item: fullLookAs('item'), bulk: fullLookAs('bulk') };

/** The short incremental sync inside the workflow task (docs/adr/0006): one attempt, the regular activity is its fallback. */
export const { lookAtItem: quickLook } = proxyLocalActivities<LookActivities>({
  startToCloseTimeout: '8 seconds',
  retry: { maximumAttempts: 1 },
});

/**
 * The schedule starts no sweep while one runs: one that died with its worker must be noticed within seconds, or lost
 * signals stay lost for as long as the timeout. Repeated while PostgreSQL is away; its time is over well before the run's
 * (ensureSweepSchedule in src/temporal/setup.ts), so that the workflow decides what then.
 */
export const { sweep } = proxyActivities<SweepActivities>({
  priority: { priorityKey: TASK_PRIORITY.sweep },
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '15 seconds' },
});

/** The short steps of an audit: statements in PostgreSQL, repeated until it is there. */
export const { beginAudit, requestAuditSync, settleAudit, failAudit, advanceIntegrationAudit } =
  proxyActivities<AuditActivities>({
    startToCloseTimeout: '3 minutes',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  });

/** Fails, and is tried again, for as long as the Item's own workflow has not synced it; it says itself when. */
export const { awaitAuditSync } = proxyActivities<AuditActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '12 hours',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A whole history under the rate budget, with Plaid's own waits between attempts; shorter than STAGED_RETENTION at its least. */
export const { replayForAudit } = proxyActivities<AuditActivities>({
  startToCloseTimeout: '100 minutes',
  heartbeatTimeout: '30 seconds',
  scheduleToCloseTimeout: '12 hours',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
