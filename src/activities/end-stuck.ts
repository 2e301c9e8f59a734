import type { OwnedRow, SignalledRow } from '../domain/task-priority.js';
import type { Logger } from '../logger.js';
import type { EndedWorkflow, StuckWorkflows, SweptWorkflow } from '../temporal/stuck-workflows.js';

export interface EndStuckDeps {
  stuck: StuckWorkflows;
  logger: Logger;
  onEnded?: (ended: EndedWorkflow) => void;
}

/** Of forwards nobody counts the signals: one is owed only when nothing has worked on it for longer than it may take. */
type Candidate = OwnedRow & Partial<SignalledRow>;

/**
 * As many are looked at in one round, whatever is the matter: with no worker, or far too few, thousands are owed and none is
 * stuck.
 */
const MOST = 20;
/**
 * Whoever is owed work after so many repeated signals (4 minutes by the default settings, as the delays double) may be stuck;
 * most are in the middle of a long update. The count goes on until a sync or a webhook: a workflow that was begun anew and fails
 * again, by a mistake in the code, is looked at after twice the time, and in the end every 15 minutes; and the new one has to fail
 * for as long as the first before it is ended.
 */
const REPEATED_SIGNALS = 4;

/**
 * Ends the workflows among these that are stuck, so that the signal or start that follows begins them anew. Answers how many.
 * One that cannot be looked at is owed again later.
 */
export function createEndStuck({ stuck, logger, onEnded }: EndStuckDeps) {
  return async (workflow: SweptWorkflow, rows: readonly Candidate[]): Promise<number> => {
    const signals = ({ repeatedSignals = REPEATED_SIGNALS }: Candidate): number => repeatedSignals;
    const candidates = rows
      .filter((row) => signals(row) >= REPEATED_SIGNALS)
      .sort((one, other) => signals(other) - signals(one))
      .slice(0, MOST);
    const ended = await Promise.all(
      candidates.map(async ({ id }) => {
        const found = await stuck.end(workflow, id).catch((error: unknown) => {
          logger.warn({ err: error, workflow, id }, 'a workflow that may be stuck could not be looked at');
          return null;
        });
        if (found === null) return 0;
        logger.warn({ ...found, id }, 'a workflow whose tasks failed again and again is begun anew');
        onEnded?.(found);
        return 1;
      }),
    );
    return ended.filter((count) => count > 0).length;
  };
}
