import { useSyncExternalStore } from 'react';

/** Less than what counts as just now: what comes between two ticks is never in the future. */
const EVERY_MS = 5_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  // It has stood still while nobody looked.
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** The time of a clock that all of the page shares, so that "ago" moves on without a timer for each. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
