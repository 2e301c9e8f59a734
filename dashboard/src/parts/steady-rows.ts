import { useState } from 'react';
import { compareRows } from './steady';

export interface Steady<Row> {
  rows: readonly Row[];
  /** Rows that have come since and are not shown yet. */
  fresh: number;
  /** Rows that are shown and do not belong to the list any more. */
  gone: number;
  /** What has to be said of a row that is not as it stands there, or may not be. */
  markOf: (row: Row) => RowMark | undefined;
  load: () => void;
}

export type RowMark = 'changed' | 'may be old';

/**
 * Rows that stay where they are while newer ones come: what is shown changes in place, what is new waits until the reader asks
 * for it, what has left the list stays and is marked. More rows at the end follow at once. `key` says which list it is: another
 * one is shown at once.
 */
export function useSteadyRows<Row>(
  latest: readonly Row[],
  idOf: (row: Row) => string,
  key: string,
): Steady<Row> {
  const [shown, setShown] = useState<{ key: string; rows: readonly Row[] }>({ key, rows: latest });
  const load = (): void => setShown({ key, rows: latest });
  if (shown.key !== key || (shown.rows.length === 0 && latest.length > 0)) {
    // Another list, or the first rows of an empty one: nobody reads anything that could jump.
    load();
    return { rows: latest, fresh: 0, gone: 0, markOf: () => undefined, load };
  }
  const { rows, fresh, gone, beyond, tail } = compareRows(shown.rows, latest, idOf);
  // Kept, so that they stay where they are from now on as well.
  if (tail.length > 0) setShown({ key, rows: [...rows, ...tail] });
  return {
    rows: tail.length > 0 ? [...rows, ...tail] : rows,
    fresh,
    gone: gone.size,
    markOf: (row) => (gone.has(idOf(row)) ? 'changed' : beyond.has(idOf(row)) ? 'may be old' : undefined),
    load,
  };
}
