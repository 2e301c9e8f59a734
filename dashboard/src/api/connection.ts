import { useSyncExternalStore } from 'react';

/** What the last answers say about the API and the session. */
export type Connection = 'up' | 'down' | 'expired';

let current: Connection = 'up';
const listeners = new Set<() => void>();

/** Notes what an answer, or its absence, says. Only a log-in ends `expired`. */
export function reportAnswer(now: Connection, { loggedIn = false } = {}): void {
  if (now === current || (current === 'expired' && now === 'up' && !loggedIn)) return;
  current = now;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => current);
