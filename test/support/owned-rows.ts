import type { OwnedRow } from '../../src/domain/task-priority.js';

/** The row ids of what a query of the sweep answers. */
export const idsOf = async (rows: Promise<readonly OwnedRow[]>): Promise<string[]> =>
  (await rows).map(({ id }) => id);
