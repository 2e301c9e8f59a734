import type { components } from '@ardea/api-schema';
import type { LiveEvent } from './staleness';

/** Three signs of life that did not come: the connection is open at this end only. */
const SILENCE_MS = 45_000;

interface Follower {
  onOpen: () => void;
  /** None at all: a sign of life. */
  onEvents: (events: LiveEvent[]) => void;
  /** It has broken off, and comes again by itself if it can: every quarter of an hour, or because nobody answers. */
  onLost: () => void;
}

/** Follows until the server refuses (`refused`: after a 401 or 503 the browser does not connect again), or falls silent. */
export const follow = (ended: AbortSignal, { onOpen, onEvents, onLost }: Follower) =>
  new Promise<'refused' | 'silent'>((resolve) => {
    const source = new EventSource('/api/events');
    let silence: ReturnType<typeof setTimeout> | undefined;
    const stop = (why: 'refused' | 'silent'): void => {
      clearTimeout(silence);
      source.close();
      resolve(why);
    };
    const hear = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        onLost();
        stop('silent');
      }, SILENCE_MS);
    };
    source.onopen = () => {
      hear();
      onOpen();
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      hear();
      onEvents((JSON.parse(data) as components['schemas']['LiveEvents']).events);
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) return stop('refused');
      hear();
      onLost();
    };
    hear();
    ended.addEventListener('abort', () => stop('refused'), { once: true });
  });
