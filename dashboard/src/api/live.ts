import type { components } from '@ardea/api-schema';
import type { QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

type LiveEvent = components['schemas']['LiveEvent'];
type News = LiveEvent[] | 'reconnected';

/** Which queries each kind of event makes stale, by the first part of their keys. */
const CONCERNS: Readonly<Record<Exclude<LiveEvent['type'], 'reset'>, readonly string[]>> = {
  item: ['items', 'end_users', 'progress', 'integrations'],
  transactions: ['transactions', 'items', 'end_users', 'progress'],
  webhook: ['inbox', 'items', 'progress'],
  integration: ['integrations', 'progress', 'items'],
  end_user: ['end_users'],
  audit: ['audits'],
  relink: ['items', 'transactions'],
};

/** Statistics cost more than rows do: they follow at a walk. */
const STATISTICS_EVERY_MS = 5_000;

interface Channel {
  close(): void;
}

/** The one stream of this browser: the tab that holds the lock listens and tells the others. */
function openShared(onMessage: (events: News) => void): Channel {
  const ended = new AbortController();
  const hall = new BroadcastChannel('ardea-events');
  hall.onmessage = ({ data }: MessageEvent<News>) => onMessage(data);
  const lead = async (): Promise<void> => {
    let opened = 0;
    const source = new EventSource('/api/events');
    const tell = (news: News): void => {
      hall.postMessage(news);
      onMessage(news);
    };
    source.onopen = () => {
      // What happened while there was no stream is unknown: everything shown is read anew.
      if (opened++ > 0) tell('reconnected');
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      tell((JSON.parse(data) as components['schemas']['LiveEvents']).events);
    };
    // The browser reconnects by itself, but not after an answer like 401 or 503.
    const again = setInterval(() => {
      if (source.readyState === EventSource.CLOSED && !ended.signal.aborted) {
        clearInterval(again);
        closed();
      }
    }, 5_000);
    let closed: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      closed = resolve;
      ended.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    clearInterval(again);
    source.close();
    if (!ended.signal.aborted) await lead();
  };
  // Locks exist in secure contexts only; elsewhere each tab has a stream of its own.
  if ('locks' in navigator)
    void navigator.locks.request('ardea-events', { signal: ended.signal }, lead).catch(() => undefined);
  else void lead();
  return {
    close() {
      ended.abort();
      hall.close();
    },
  };
}

function invalidate(queries: QueryClient, events: readonly LiveEvent[]): void {
  const kinds = new Set(events.flatMap(({ type }) => (type === 'reset' ? [] : CONCERNS[type])));
  const items = new Set(events.map(({ item_id }) => item_id));
  const areAllNamed = !items.has(undefined);
  void queries.invalidateQueries({
    predicate: ({ queryKey: [kind, about] }) => {
      if (typeof kind !== 'string' || !kinds.has(kind)) return false;
      const one = (about as { item_id?: unknown } | undefined)?.item_id;
      return !areAllNamed || typeof one !== 'string' || items.has(one);
    },
  });
}

/** Keeps what is on screen true: one stream of events per browser makes queries stale. */
export function useLiveEvents(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let statisticsDue: ReturnType<typeof setTimeout> | undefined;
    const channel = openShared((news) => {
      if (news === 'reconnected' || news.some(({ type }) => type === 'reset')) {
        void queries.invalidateQueries();
        return;
      }
      invalidate(queries, news);
      statisticsDue ??= setTimeout(() => {
        statisticsDue = undefined;
        void queries.invalidateQueries({ queryKey: ['statistics'] });
      }, STATISTICS_EVERY_MS);
    });
    return () => {
      clearTimeout(statisticsDue);
      channel.close();
    };
  }, [queries]);
}
