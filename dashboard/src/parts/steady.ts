/** A list as it is on the screen, against what was read last. */
export interface Compared<Row> {
  /** As they are shown: each as it was read last, in the order in which they stand. */
  rows: readonly Row[];
  /** How many have come since that are not shown. */
  fresh: number;
  /** Rows that do not belong to the list any more. */
  gone: ReadonlySet<string>;
  /** Rows that newer ones have pushed out of what is read: nothing is known of them. */
  beyond: ReadonlySet<string>;
  /** Rows below all that is shown: they can follow without anything moving. */
  tail: readonly Row[];
}

/**
 * What is in `latest` changes in place and what is new waits. A row that is missing in front of one that is there has left the
 * list; of one that is missing at the end that is not known.
 */
export function compareRows<Row>(
  shown: readonly Row[],
  latest: readonly Row[],
  idOf: (row: Row) => string,
): Compared<Row> {
  const now = new Map(latest.map((row) => [idOf(row), row]));
  const ids = shown.map(idOf);
  const known = new Set(ids);
  const lastThere = ids.findLastIndex((id) => now.has(id));
  const end = latest.findLastIndex((row) => known.has(idOf(row)));
  const missing = ids.flatMap((id, index) => (now.has(id) ? [] : [{ id, isBefore: index < lastThere }]));
  const tail = end < 0 ? [] : latest.slice(end + 1);
  return {
    rows: shown.map((row) => now.get(idOf(row)) ?? row),
    fresh: latest.filter((row) => !known.has(idOf(row))).length - tail.length,
    gone: new Set(missing.filter(({ isBefore }) => isBefore).map(({ id }) => id)),
    beyond: new Set(missing.filter(({ isBefore }) => !isBefore).map(({ id }) => id)),
    tail,
  };
}
