/**
 * The fold of an update: the pages from a stored cursor to `has_more: false` reduced to what each transaction ends as.
 * Plaid defines no order between added, modified and removed of one page; as its own samples do, a page is replayed as
 * added, then modified, then removed, and pages in the order received. The last word on an id wins, so an id that is
 * removed on page k and added again on page k+1 stays, and one added on page k and removed on k+1 goes.
 */
export interface PageIds {
  /** transaction_id of each row in `added`, then of each in `modified`: the order in which rows are staged. */
  upserts: readonly string[];
  removed: readonly string[];
}

export interface FoldedUpdate {
  /** Positions of the rows to store, counted over all upserts of all pages from 0; ascending. */
  upserts: number[];
  /** The ids of those rows, in no particular order. */
  kept: string[];
  /** Ids to tombstone, in the order of their removal. */
  removed: string[];
}

export interface UpdateFold {
  add(page: PageIds): void;
  /** Upserts seen so far, superseded ones included: the position that the next one gets. */
  readonly upsertCount: number;
  result(): FoldedUpdate;
}

const REMOVED = -1;

export function createUpdateFold(): UpdateFold {
  // Insertion order carries the order of removals; a re-inserted id moves to the end.
  const last = new Map<string, number>();
  let upsertCount = 0;
  const set = (id: string, position: number): void => {
    last.delete(id);
    last.set(id, position);
  };
  return {
    add(page) {
      for (const id of page.upserts) set(id, upsertCount++);
      for (const id of page.removed) set(id, REMOVED);
    },
    get upsertCount() {
      return upsertCount;
    },
    result() {
      const upserts: number[] = [];
      const kept: string[] = [];
      const removed: string[] = [];
      for (const [id, position] of last) {
        if (position === REMOVED) removed.push(id);
        else {
          upserts.push(position);
          kept.push(id);
        }
      }
      return { upserts: upserts.sort((a, b) => a - b), kept, removed };
    },
  };
}
