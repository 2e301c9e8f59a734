interface Dated {
  /** ISO 8601, UTC. */
  at: string;
}

/** A list, latest first, of which perhaps only the beginning is loaded. */
export interface BegunList<E extends Dated> {
  entries: readonly E[];
  hasMore: boolean;
}

/** Of those that go on the one whose end comes first on the way back; undefined: all are loaded. */
export function nextToLoad<E extends Dated, L extends BegunList<E>>(lists: readonly L[]): L | undefined {
  const endOf = ({ entries }: L): string => entries.at(-1)?.at ?? '9';
  return lists
    .filter(({ hasMore }) => hasMore)
    .sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1))
    .at(0);
}

/** As one list, down to where all of them are known: below that one of them would be missing. */
export function mergeBegun<E extends Dated>(lists: readonly BegunList<E>[]): E[] {
  const floor = nextToLoad<E, BegunList<E>>(lists)?.entries.at(-1)?.at;
  return lists
    .flatMap(({ entries }) => entries)
    .filter(({ at }) => floor === undefined || at >= floor)
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}
