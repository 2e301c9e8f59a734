import { useEffect, useState } from 'react';

const EVERY_MS = 5 * 60_000;
const own = async (): Promise<string | undefined> => {
  try {
    const answer = await fetch('/version.json', { cache: 'no-store' });
    if (!answer.ok) return undefined;
    return ((await answer.json()) as { build?: string }).build;
  } catch {
    return undefined;
  }
};

/** Whether another build of the dashboard is served than the one that runs here. */
export function useStaleBundle(): boolean {
  const [isStale, setStale] = useState(false);
  useEffect(() => {
    if (import.meta.env.DEV) return undefined;
    let first: string | undefined;
    const look = async (): Promise<void> => {
      const build = await own();
      if (build === undefined) return;
      first ??= build;
      if (build !== first) setStale(true);
    };
    const onMissingFile = (event: Event): void => {
      // A page of the old build was asked for and is gone.
      event.preventDefault();
      setStale(true);
    };
    void look();
    const timer = setInterval(() => void look(), EVERY_MS);
    const onFocus = (): void => void look();
    addEventListener('focus', onFocus);
    addEventListener('vite:preloadError', onMissingFile);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', onFocus);
      removeEventListener('vite:preloadError', onMissingFile);
    };
  }, []);
  return isStale;
}
