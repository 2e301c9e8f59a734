import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SWEEP_WORKFLOW } from '../../src/workflows/messages.js';
import type { sweepWorkflow } from '../../src/workflows/sweep.js';
import { createTestWorkflows, type TestWorkflows } from '../support/workflows.js';

let workflows: TestWorkflows;
beforeAll(async () => {
  workflows = await createTestWorkflows();
});
afterAll(() => workflows.close());

const runSweep = (failure: ApplicationFailure): Promise<void> =>
  workflows.withWorker({ sweep: () => Promise.reject(failure) }, () =>
    workflows.client.workflow.execute<typeof sweepWorkflow>(SWEEP_WORKFLOW, {
      workflowId: `${SWEEP_WORKFLOW}/${workflows.temporal.taskQueue}/${failure.message}`,
      taskQueue: workflows.temporal.taskQueue,
      args: [],
    }),
  );

it('gives way to the next when PostgreSQL keeps it waiting for longer than it has', async () => {
  // Temporal ends an activity at once when its next attempt would come after its time.
  const away = ApplicationFailure.create({ message: 'no PostgreSQL', nextRetryDelay: '11 minutes' });
  await expect(runSweep(away)).resolves.toBeUndefined();
});

it('fails when no further attempt would help', async () => {
  const broken = ApplicationFailure.create({ message: 'a mistake', nonRetryable: true });
  await expect(runSweep(broken)).rejects.toMatchObject({ cause: { cause: { message: 'a mistake' } } });
});
