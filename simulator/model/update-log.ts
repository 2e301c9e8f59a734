import type { Snapshot } from './transaction.js';

/** How a change is told, where it matters. */
export interface Telling {
  /** Told also when a later change supersedes it within the same update. */
  verbatim?: boolean;
  /** The last one on its page, if anything is left to tell. */
  endsPage?: boolean;
}

/** A change to an Item's transactions, in the order in which the bank's data changed. */
export type Change = Telling &
  (
    | { op: 'added' | 'modified'; snapshot: Snapshot }
    | { op: 'removed'; transactionId: string; accountId: string }
  );

export interface LogEntry {
  readonly telling: Telling;
  /** 1 for the first change of the Item, then without gaps. */
  readonly position: number;
  readonly op: Change['op'];
  readonly transactionId: string;
  readonly accountId: string;
  /** Position of the change before this one to the same transaction; 0 if this is its first. */
  readonly previous: number;
  readonly snapshot: Snapshot | null;
}

/** Where a reader stands: see docs/simulator.md, "Cursors". Positions count changes of the log. */
export interface ReadPosition {
  /** Everything up to here has been sent. */
  at: number;
  /** Where this chain of pages began; decides whether a row is new to the reader. */
  base: number;
  /** What was changed up to here was never sent to this reader (a cursor begun with "now"); else 0. */
  since: number;
  accountId: string | null;
}

export interface UpdatePage {
  added: Snapshot[];
  modified: Snapshot[];
  removed: { transaction_id: string; account_id: string }[];
  /** Position after the page; the head of the log when nothing is left. */
  next: number;
  hasMore: boolean;
}

/**
 * The append-only log of one Item. A page is the fold of what lies after a position: a row touched several times
 * appears once, where it was touched last, unless changes are marked verbatim. Entries that a later one supersedes are stepped over, so a page costs
 * its own length plus what it steps over, whatever the length of the log.
 */
export interface UpdateLog {
  readonly head: number;
  append(changes: readonly Change[]): void;
  entries(): readonly LogEntry[];
  /** The transaction as it is now, or null when it was removed or never was. */
  current(transactionId: string): Snapshot | null;
  /** All transactions as they are now, in order of their last change: the ground truth. */
  rows(): Snapshot[];
  pendingIds(): string[];
  page(from: ReadPosition, count: number): UpdatePage;
}

const PLAIN: Telling = {};

// One object for the many changes that are told plainly: logs have hundreds of thousands of entries.
const tellingOf = ({ verbatim, endsPage }: Change): Telling =>
  verbatim === undefined && endsPage === undefined
    ? PLAIN
    : { ...(verbatim === undefined ? {} : { verbatim }), ...(endsPage === undefined ? {} : { endsPage }) };

export const createUpdateLog = (): UpdateLog => {
  const log: LogEntry[] = [];
  const last = new Map<string, number>();
  const pending = new Set<string>();

  const entryAt = (position: number): LogEntry => log[position - 1] as LogEntry;

  const append = (changes: readonly Change[]): void => {
    for (const change of changes) {
      const { op } = change;
      const snapshot = op === 'removed' ? null : change.snapshot;
      const { transactionId, accountId } = op === 'removed' ? change : change.snapshot;
      const position = log.length + 1;
      log.push({
        position,
        op,
        transactionId,
        accountId,
        previous: last.get(transactionId) ?? 0,
        snapshot,
        telling: tellingOf(change),
      });
      last.set(transactionId, position);
      if (snapshot?.pending) pending.add(transactionId);
      else pending.delete(transactionId);
    }
  };

  /** Whether the reader of this position holds the row, given the row's newest entry. */
  const isKnown = (newest: LogEntry, { base, since }: ReadPosition): boolean => {
    let position = newest.previous;
    while (position > base && entryAt(position).telling.verbatim !== true)
      position = entryAt(position).previous;
    return position > since && entryAt(position).op !== 'removed';
  };

  const isLive = (entry: LogEntry): boolean => last.get(entry.transactionId) === entry.position;

  const page = (from: ReadPosition, count: number): UpdatePage => {
    const result: UpdatePage = { added: [], modified: [], removed: [], next: log.length, hasMore: false };
    let sent = 0;
    let room = count;
    for (let position = from.at + 1; position <= log.length; position++) {
      const entry = entryAt(position);
      if (
        !(isLive(entry) || entry.telling.verbatim === true) ||
        (from.accountId !== null && entry.accountId !== from.accountId)
      )
        continue;
      const known = isKnown(entry, from);
      // Came and went unseen: nothing to tell. A reader who began with "now" may hold the row from elsewhere.
      if (!known && entry.snapshot === null && from.since === 0) continue;
      if (sent === room) return { ...result, hasMore: true };
      if (entry.snapshot === null)
        result.removed.push({ transaction_id: entry.transactionId, account_id: entry.accountId });
      else (known ? result.modified : result.added).push(entry.snapshot);
      sent++;
      if (entry.telling.endsPage === true) room = sent;
      if (sent === room) result.next = position;
    }
    return { ...result, next: log.length };
  };

  return {
    get head() {
      return log.length;
    },
    append,
    entries: () => log,
    current: (transactionId) => {
      const position = last.get(transactionId);
      return position === undefined ? null : entryAt(position).snapshot;
    },
    rows: () => log.flatMap((entry) => (entry.snapshot !== null && isLive(entry) ? [entry.snapshot] : [])),
    pendingIds: () => [...pending],
    page,
  };
};
