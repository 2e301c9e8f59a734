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

const SIGNS = ['pointermove', 'pointerdown', 'keydown'] as const;

/** As soon as somebody moves: before they can reach what needs it. Answers how to wait no longer. */
export function atFirstSign(load: () => void): () => void {
  const stop = (): void => {
    for (const sign of SIGNS) removeEventListener(sign, onSign);
  };
  const onSign = (): void => {
    stop();
    load();
  };
  for (const sign of SIGNS) addEventListener(sign, onSign, { passive: true });
  return stop;
}

export const loadAtFirstSign = (): void => void atFirstSign(quietly);

/** What opens only when it is asked for, once it is there; `isNeeded` fetches it. */
export function useOnDemand(isNeeded: boolean): OnDemand | undefined {
  useEffect(() => {
    if (isNeeded) quietly();
  }, [isNeeded]);
  return useSyncExternalStore(subscribe, () => loaded);
}
