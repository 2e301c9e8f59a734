import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import type { IntegrationAuditWorkflowInput } from './messages.js';
import { advanceIntegrationAudit } from './proxies.js';

const HISTORY_LENGTH = 1_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Lets the audits of an integration's Items start, some at once, until all have ended. They are workflows of their own; which
 * of them wait, run and have ended is read from PostgreSQL at each step, so this one may be thrown away any time.
 */
export async function integrationAuditWorkflow(input: IntegrationAuditWorkflowInput): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; ;) {
    const step = await advanceIntegrationAudit(input.integrationId);
    if (step === null) return;
    // Long audits are looked at less and less often; one that ends makes room, and the next looks come soon again.
    waitMs = step.started > 0 ? FIRST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    await sleep(waitMs);
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    if (continueAsNewSuggested || historyLength > (input.historyLength ?? HISTORY_LENGTH))
      return continueAsNew<typeof integrationAuditWorkflow>(input);
  }
}
