import { startTransition, useEffect, useState } from 'react';

/** More than a screen holds. */
const SCREENFUL = 25;

/** Somebody comes here, and does not come back to where the page had been scrolled to. */
const isFirstVisit = (): boolean =>
  (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined)?.type ===
  'navigate';

let isAnyShown = false;

/**
 * What a screen holds of the first rows that the browser shows, all of them a moment later: those that nobody sees yet
 * must not keep those that somebody waits for. The later rows are made between what the reader does.
 */
export function useFirstRows<Row>(rows: readonly Row[]): readonly Row[] {
  const [isWhole, setWhole] = useState(() => isAnyShown || !isFirstVisit());
  useEffect(() => {
    isAnyShown = true;
    startTransition(() => setWhole(true));
  }, []);
  return isWhole || rows.length <= SCREENFUL ? rows : rows.slice(0, SCREENFUL);
}
