import type { components } from '@ardea/api-schema';
import type { Query, QueryClient } from '@tanstack/react-query';

export type LiveEvent = components['schemas']['LiveEvent'];

/** Which queries each kind of event makes stale, by the first part of their keys. */
const CONCERNS: Readonly<Record<Exclude<LiveEvent['type'], 'reset'>, readonly string[]>> = {
  // A webhook is consumed by the sync of its Item, which is told as the Item's.
  item: ['items', 'end_users', 'progress', 'integrations', 'inbox'],
  transactions: ['transactions', 'items', 'end_users', 'progress'],
  webhook: ['inbox', 'items', 'progress'],
  integration: ['integrations', 'progress', 'items', 'end_users', 'inbox'],
  end_user: ['end_users'],
  audit: ['audits'],
  relink: ['items', 'transactions'],
};

/** The first change is read at once; what comes on its heels is read together. */
const READ_EVERY_MS = 1_000;
/** Statistics cost more than rows do: they follow at a walk. */
const WALK_EVERY_MS = 5_000;
const AT_A_WALK: ReadonlySet<unknown> = new Set(['statistics']);
/** No event is about them. */
const UNTOLD: ReadonlySet<unknown> = new Set(['session', 'hello', 'environments']);

/** Whose queries are stale: of these Items, or of all. */
type Items = Set<string> | 'all';

export interface Staleness {
  note(events: readonly LiveEvent[]): void;
  /** Anything may have changed. */
  noteAll(): void;
  /** What was read before `moment` (ms of the epoch) may have changed since; it is read again in a second. */
  noteReadBefore(moment: number): void;
  /** The page is seen again. */
  seen(): void;
  close(): void;
}

/**
 * Collects what has changed and has it read anew, at most once a second. What is being read is let come to its end and read once
 * more: to break it off each time would starve a list that takes longer than events keep away. While nobody sees the page things
 * are only marked: they are read when somebody does.
 */
export function createStaleness(queries: QueryClient, isHidden: () => boolean): Staleness {
  const kinds = new Map<string, Items>();
  const due = new Set<Query>();
  let reading: ReturnType<typeof setTimeout> | undefined;
  let walking: ReturnType<typeof setTimeout> | undefined;

  const noteKind = (kind: string, item: string | undefined): void => {
    const before = kinds.get(kind);
    if (before === 'all') return;
    kinds.set(kind, item === undefined ? 'all' : (before ?? new Set()).add(item));
  };

  const isConcerned = ({ queryKey: [kind, about] }: Query): boolean => {
    const items = typeof kind === 'string' ? kinds.get(kind) : undefined;
    if (items === undefined) return false;
    const one = (about as { item_id?: unknown } | undefined)?.item_id;
    return items === 'all' || typeof one !== 'string' || items.has(one);
  };

  const noteQueries = (mayHaveChanged: (query: Query) => boolean): void => {
    for (const query of queries.getQueryCache().findAll({
      predicate: (each) =>
        !UNTOLD.has(each.queryKey[0]) &&
        mayHaveChanged(each) &&
        // Being read for the first time: it is as new as can be.
        (each.state.data !== undefined || each.state.fetchStatus === 'idle'),
    }))
      due.add(query);
  };

  const readAgain = (query: Query): void => {
    due.delete(query);
    void queries.invalidateQueries({
      predicate: (each) => each === query,
      refetchType: isHidden() ? 'none' : 'active',
    });
  };

  const read = (): void => {
    for (const query of queries.getQueryCache().findAll({ predicate: isConcerned })) due.add(query);
    kinds.clear();
    for (const query of due) if (query.state.fetchStatus === 'idle') readAgain(query);
    reading = setTimeout(readOn, READ_EVERY_MS);
  };
  const readOn = (): void => {
    reading = undefined;
    readSoon();
  };

  /** At once, unless that was a moment ago. */
  function readSoon(): void {
    if (reading === undefined && (kinds.size > 0 || due.size > 0)) read();
  }

  const walk = (): void => {
    walking = undefined;
    for (const query of queries.getQueryCache().findAll({ predicate: isSlow })) due.add(query);
    readSoon();
  };
  const isSlow = ({ queryKey: [kind] }: Query): boolean => AT_A_WALK.has(kind);
  const walkSoon = (): void => {
    walking ??= setTimeout(walk, WALK_EVERY_MS);
  };

  return {
    note(events) {
      if (events.length === 0) return;
      for (const { type, item_id } of events)
        if (type === 'reset') this.noteAll();
        else for (const kind of CONCERNS[type]) noteKind(kind, item_id);
      readSoon();
      walkSoon();
    },
    noteAll() {
      // Those of a first reading are no burden; later ones walk.
      noteQueries((each) => !isSlow(each));
      readSoon();
      walkSoon();
    },
    noteReadBefore(moment) {
      noteQueries(({ state }) => state.dataUpdatedAt < moment);
      // Not at once: a page that has only just shown its rows owes its reader an answer to the first click.
      reading ??= setTimeout(readOn, READ_EVERY_MS);
    },
    seen() {
      clearTimeout(reading);
      reading = undefined;
      readSoon();
    },
    close() {
      clearTimeout(reading);
      clearTimeout(walking);
    },
  };
}
