import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { follow } from './event-stream';
import { helloQuery } from './hello';
import { sessionQuery } from './session';
import { createStaleness, type LiveEvent } from './staleness';

/**
 * `opened`: from now on everything is told. `reconnected`: the same, after a time in which nothing was. `lost`: it
 * has broken off. `refused`: there is no stream, perhaps because the session has ended.
 */
type News = LiveEvent[] | 'opened' | 'reconnected' | 'lost' | 'refused';

const AGAIN_MS = 5_000;
/** What was read so shortly before the stream began counts as read with it. */
const MOMENT_MS = 100;
const CHANNEL = 'ardea-events';

const pause = (ended: AbortSignal) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, AGAIN_MS);
    ended.addEventListener('abort', () => resolve(), { once: true });
  });

/** The one stream of this browser: the tab that holds the lock listens and tells the others. Answers how to leave. */
function openShared(onNews: (news: News) => void): () => void {
  const leaving = new AbortController();
  const ended = leaving.signal;
  const hall = new BroadcastChannel(CHANNEL);
  hall.onmessage = ({ data }: MessageEvent<News>) => onNews(data);
  const tell = (news: News): void => {
    hall.postMessage(news);
    onNews(news);
  };
  const lead = async (first: 'opened' | 'reconnected'): Promise<void> => {
    let opening = first;
    while (!ended.aborted) {
      const onOpen = (): void => {
        tell(opening);
        opening = 'reconnected';
      };
      const onEvents = (events: LiveEvent[]): void => {
        if (events.length > 0) tell(events);
      };
      const why = await follow(ended, { onOpen, onEvents, onLost: () => tell('lost') });
      if (ended.aborted) return;
      if (why === 'silent') continue;
      tell('refused');
      await pause(ended);
    }
  };
  const share = async (locks: LockManager): Promise<void> => {
    const isDone = await locks.request(CHANNEL, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await lead('opened');
      return lock !== null;
    });
    // Another tab listens. When it goes this one takes over, after a moment in which nobody did.
    if (!isDone) await locks.request(CHANNEL, { signal: ended }, () => lead('reconnected'));
  };
  // Locks exist in secure contexts only; elsewhere each tab has a stream of its own.
  if ('locks' in navigator) void share(navigator.locks).catch(() => undefined);
  else void lead('opened');
  return () => {
    leaving.abort();
    hall.close();
  };
}

/** Keeps what is on screen true: one stream of events per browser makes queries stale. */
export function useLiveEvents(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const staleness = createStaleness(queries, () => document.hidden);
    const askWho = (): void => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    const leave = openShared((news) => {
      // What was read before the stream was there may have changed in between.
      if (news === 'opened') staleness.noteReadBefore(Date.now() - MOMENT_MS);
      else if (news === 'reconnected') {
        askWho();
        staleness.noteAll();
      } else if (news === 'lost') {
        // Whether anybody is there at all: no answer is what the page then says.
        void queries.prefetchQuery(helloQuery);
      } else if (news === 'refused') askWho();
      else staleness.note(news);
    });
    const onSeen = (): void => {
      if (!document.hidden) staleness.seen();
    };
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      document.removeEventListener('visibilitychange', onSeen);
      staleness.close();
      leave();
    };
  }, [queries]);
}
