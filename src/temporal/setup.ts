import { setTimeout as sleep } from 'node:timers/promises';
import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type Connection,
} from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { TASK_PRIORITY } from '../domain/task-priority.js';
import type { Logger } from '../logger.js';
import {
  INTEGRATION_ATTRIBUTE,
  ITEM_ATTRIBUTE,
  ORGANIZATION_ATTRIBUTE,
  STATUS_ATTRIBUTE,
  SWEEP_SCHEDULE_ID,
  SWEEP_WORKFLOW,
} from '../workflows/messages.js';

export interface SetupOptions {
  namespace: string;
  taskQueue: string;
  sweepIntervalMs: number;
}

const KEYWORD = 2;
const SEARCH_ATTRIBUTES = {
  [STATUS_ATTRIBUTE]: KEYWORD,
  [ITEM_ATTRIBUTE]: KEYWORD,
  [INTEGRATION_ATTRIBUTE]: KEYWORD,
  [ORGANIZATION_ATTRIBUTE]: KEYWORD,
} as const;
const NAMESPACE_VISIBLE_MS = 60_000;
const POLL_MS = 250;
const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;
const GRPC_UNIMPLEMENTED = 12;
const GRPC_PERMISSION_DENIED = 7;

const codeOf = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : null;

/**
 * Brings a Temporal namespace to what Ardea needs: the namespace itself, its search attributes, the sweep's schedule.
 * Idempotent. Where the operator service is closed to us (Temporal Cloud) the search attributes must be there already.
 */
export async function setupTemporal(client: Client, logger: Logger, options: SetupOptions): Promise<void> {
  await ensureNamespace(client, options.namespace, logger);
  await onceVisible(() => prepareNamespace(client, logger, options));
}

/**
 * The part of it that a worker needs before it polls: workflow tasks that set an unknown search attribute fail until it is
 * there, so a worker of a new version does not wait for somebody to run setup again.
 */
export async function prepareNamespace(client: Client, logger: Logger, options: SetupOptions): Promise<void> {
  await ensureSearchAttributes(client, options.namespace, logger);
  await ensureSweepSchedule(client, options);
}

/** Temporal's services learn of a new namespace from a cache: for some seconds they answer that it does not exist. */
async function onceVisible(call: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + NAMESPACE_VISIBLE_MS; ;) {
    try {
      return await call();
    } catch (error) {
      if (codeOf(error) !== GRPC_NOT_FOUND || Date.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function ensureNamespace(client: Client, namespace: string, logger: Logger): Promise<void> {
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (codeOf(error) !== GRPC_NOT_FOUND) throw error;
    await client.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('3 days'),
    });
    logger.info({ namespace }, 'namespace registered');
  }
}

async function ensureSearchAttributes(client: Client, namespace: string, logger: Logger): Promise<void> {
  const { operatorService } = client.connection as Connection;
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in (customAttributes ?? {}))),
    );
    if (Object.keys(missing).length > 0)
      await operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  } catch (error) {
    const code = codeOf(error);
    if (code === GRPC_ALREADY_EXISTS) return;
    if (code !== GRPC_UNIMPLEMENTED && code !== GRPC_PERMISSION_DENIED) throw error;
    logger.warn(
      `search attributes cannot be added here; make sure that ${Object.keys(SEARCH_ATTRIBUTES).join(', ')} exists (Keyword)`,
    );
  }
}

/** Creates the sweep's schedule, or brings an existing one to this interval and task queue. The worker calls it at start, too. */
export async function ensureSweepSchedule(
  client: Client,
  { taskQueue, sweepIntervalMs }: SetupOptions,
): Promise<void> {
  const spec = { intervals: [{ every: sweepIntervalMs }] };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: SWEEP_WORKFLOW,
    taskQueue,
    workflowId: SWEEP_WORKFLOW,
    args: [],
    // Far longer than its activity may take (src/workflows/proxies.ts), as it also waits while no worker runs.
    workflowRunTimeout: '1 day' as const,
    priority: { priorityKey: TASK_PRIORITY.sweep },
  };
  // A sweep that takes long is not joined by a second one; what it misses the next one finds.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' as const };
  try {
    await client.schedule.create({ scheduleId: SWEEP_SCHEDULE_ID, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(SWEEP_SCHEDULE_ID)
      .update((previous) => ({ ...previous, spec, action, policies }));
  }
}
