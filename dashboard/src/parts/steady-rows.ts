import { useState } from 'react';

interface Steady<Row> {
  rows: readonly Row[];
  /** Rows that have come since and are not shown yet. */
  fresh: number;
  load: () => void;
}

/**
 * Rows that stay where they are while newer ones come: what is shown changes in place, and what is new waits until the
 * reader asks for it. `key` says which list it is: another one is shown at once.
 */
export function useSteadyRows<Row>(
  latest: readonly Row[],
  idOf: (row: Row) => string,
  key: string,
): Steady<Row> {
  const [shown, setShown] = useState<{ key: string; rows: readonly Row[] }>({ key, rows: latest });
  if (shown.key !== key || (shown.rows.length === 0 && latest.length > 0)) {
    // Another list, or the first rows of an empty one: nobody reads anything that could jump.
    setShown({ key, rows: latest });
    return { rows: latest, fresh: 0, load: () => undefined };
  }
  const now = new Map(latest.map((row) => [idOf(row), row]));
  const known = new Set(shown.rows.map(idOf));
  return {
    rows: shown.rows.map((row) => now.get(idOf(row)) ?? row),
    fresh: latest.filter((row) => !known.has(idOf(row))).length,
    load: () => setShown({ key, rows: latest }),
  };
}
