import type { WorkPriority } from './gcra.js';

/** A row and whose it is: Temporal shares the workers between organisations. */
export interface OwnedRow {
  id: string;
  organizationId: string;
}

/** One whose signal the sweep repeats. */
export interface SignalledRow extends OwnedRow {
  /** Since the first signal, the one to come included. */
  repeatedSignals: number;
}

/**
 * Priority keys of Temporal's tasks, 1 (first) to 5, where tasks queue for a worker.
 * - `sweep`: one at a time, and what brings lost signals back must not wait behind what piled up
 * - `item`: tasks of item workflows. What a quick look does is known only once it has begun, and a workflow keeps its priority.
 */
export const TASK_PRIORITY = { sweep: 1, fresh: 2, item: 3, bulk: 4 } as const satisfies Record<
  WorkPriority | 'sweep' | 'item',
  number
>;
