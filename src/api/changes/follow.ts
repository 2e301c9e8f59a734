import type { ChangeListener } from '../../db/change-listener.js';
import type {
  ChangeReadQueries,
  FeedPage,
  FeedPlace,
  FeedReadOptions,
} from '../../db/queries/changes-read.js';
import { AppError } from '../../domain/errors.js';

export interface FollowOptions extends FeedReadOptions {
  /** Longest wait for a change, in milliseconds; 0 reads once. */
  waitMs: number;
  /** Ends the wait early. */
  signal: AbortSignal;
}

/** Reads a page of the feed; with nothing to read it waits for a change. Between two looks it holds neither connection nor transaction. */
export type FollowChanges = (
  organizationId: string,
  from: FeedPlace | null,
  options: FollowOptions,
) => Promise<FeedPage>;

export interface FollowDeps {
  changes: ChangeReadQueries;
  changeListener: ChangeListener;
  /** Readers that may wait at the same time in this process. */
  mostWaiting?: number;
  /** A waiting reader looks this often even if no notification comes. */
  pollMs?: number;
}

const RETRY_AFTER_SECONDS = 5;

export function createFollowChanges({
  changes,
  changeListener,
  mostWaiting = 1_000,
  pollMs = 2_000,
}: FollowDeps): FollowChanges {
  const read = async (
    organizationId: string,
    from: FeedPlace | null,
    options: FeedReadOptions,
  ): Promise<FeedPage> => {
    const page = await changes.read(organizationId, from, options);
    if (page === 'ahead') throw new AppError('feed.cursor_ahead');
    return page;
  };

  return async (organizationId, from, { waitMs, signal, ...options }) => {
    const deadline = performance.now() + waitMs;
    let page = await read(organizationId, from, options);
    for (;;) {
      const left = deadline - performance.now();
      if (page.rows.length > 0 || left <= 0 || signal.aborted) return page;
      if (changeListener.waiting() >= mostWaiting)
        throw new AppError('service.unavailable', {
          description: 'Too many readers are waiting already. Ask again without wait, or later.',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      // Waiting begins before the look, so that a change right after the look wakes it.
      const looked = new AbortController();
      const woken = changeListener.next(
        organizationId,
        Math.min(pollMs, left),
        AbortSignal.any([signal, looked.signal]),
      );
      const hasMoved = (await changes.headPosition(organizationId)) !== page.next.position;
      if (hasMoved) {
        looked.abort();
        page = await read(organizationId, page.next, options);
      } else await woken;
    }
  };
}
