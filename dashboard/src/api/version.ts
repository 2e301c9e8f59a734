import { useEffect, useState } from 'react';

const EVERY_MS = 5 * 60_000;
/** Of this page; none where it was not built. */
const own = (): string | undefined =>
  document.querySelector<HTMLMetaElement>('meta[name="ardea-build"]')?.content;

const served = async (): Promise<string | undefined> => {
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
    const mine = own();
    if (mine === undefined) return undefined;
    const look = async (): Promise<void> => {
      const build = await served();
      if (build !== undefined) setStale(build !== mine);
    };
    const onSign = (): void => void look();
    onSign();
    const timer = setInterval(onSign, EVERY_MS);
    addEventListener('focus', onSign);
    // A file of this build was asked for and is gone.
    addEventListener('vite:preloadError', onSign);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', onSign);
      removeEventListener('vite:preloadError', onSign);
    };
  }, []);
  return isStale;
}
