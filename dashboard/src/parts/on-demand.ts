import { useEffect, useSyncExternalStore } from 'react';
import { pageFile } from '../api/page-file';
import type * as Later from '../shell/later';

type OnDemand = typeof Later;

let loaded: OnDemand | undefined;
let loading: Promise<void> | undefined;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Rejects when a newer build has come, of which `vite:preloadError` tells the banners; may be called again. */
export function loadOnDemand(): Promise<void> {
  loading ??= pageFile(() => import('../shell/later')).then(
    (parts) => {
      loaded = parts;
      for (const listener of listeners) listener();
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

const quietly = (): void => void loadOnDemand().catch(() => undefined);

/** Fetches it as soon as somebody moves: before they can reach what needs it. */
export function loadAtFirstSign(): void {
  for (const sign of ['pointermove', 'pointerdown', 'keydown'])
    addEventListener(sign, quietly, { once: true, passive: true });
}

/** What opens only when it is asked for, once it is there; `isNeeded` fetches it. */
export function useOnDemand(isNeeded: boolean): OnDemand | undefined {
  useEffect(() => {
    if (isNeeded) quietly();
  }, [isNeeded]);
  return useSyncExternalStore(subscribe, () => loaded);
}
