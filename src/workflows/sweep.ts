import { sweep } from './proxies.js';

/** One round of looking for lost signals, overdue Items and missing workflows; started by a schedule. */
export async function sweepWorkflow(): Promise<void> {
  await sweep();
}
