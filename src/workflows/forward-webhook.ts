import { proxyActivities } from '@temporalio/workflow';
import type { ForwardActivities, ForwardOutcome } from '../activities/forward-webhook.js';
import type { ForwardWorkflowInput } from './messages.js';

// How long and how often is decided by the activity, which knows the settings: it ends by returning, and gives each failure
// its delay. The policy below is for what it did not foresee, such as PostgreSQL being away.
const { forwardWebhook } = proxyActivities<ForwardActivities>({
  startToCloseTimeout: '1 minute',
  // Sent every 5 s (src/activities/forward-webhook.ts): a forward whose worker died goes on with another within seconds.
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '15 minutes' },
});

/** Passes one webhook on to the integrator's own URL until it is taken, given up or no longer wanted. */
export async function forwardWebhookWorkflow({ webhookId }: ForwardWorkflowInput): Promise<ForwardOutcome> {
  return forwardWebhook(webhookId);
}
