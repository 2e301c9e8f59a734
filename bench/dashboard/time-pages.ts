import type { BenchBrowser, WatchedPage } from './browser.js';

/** Milliseconds, one for each visit. */
export type Timings = Record<string, number[]>;

const add = (timings: Timings, name: string, ms: number): void => void (timings[name] ??= []).push(ms);

/** The first row is clicked, by the mouse, as soon as it is on the screen; answers when that was answered. */
async function clickFirstRow({ page, until }: WatchedPage): Promise<{ row: number; dialog: number }> {
  const row = await until('row');
  const box = await page.evaluate<{ x: number; y: number }>(
    `(() => { const { left, top, width, height } = document.querySelector('main table tbody tr a').getBoundingClientRect(); return { x: left + width / 2, y: top + height / 2 }; })()`,
  );
  await page.mouse.click(box.x, box.y);
  return { row, dialog: await until('dialog') };
}

async function timeInteractive(visited: WatchedPage, name: string, timings: Timings): Promise<void> {
  const { row, dialog } = await clickFirstRow(visited);
  add(timings, `${name}: rows on the screen`, row);
  add(timings, `${name}: a click on a row is answered`, dialog);
  const history = await visited.until('history');
  const { input, busy, idle } = await visited.seen();
  add(timings, `${name}: the main thread is idle`, idle);
  add(timings, `${name}: longest task`, Math.max(0, ...busy.map(([, duration]) => duration)));
  add(timings, `${name}: from the click to the row’s history`, history - input);
}

const OTHER_PAGES = [
  { name: 'overview, charts', path: '/', mark: 'chart' },
  { name: 'items', path: '/items', mark: 'rows' },
  { name: 'end users', path: '/end-users', mark: 'rows' },
  { name: 'inbox', path: '/inbox', mark: 'rows' },
] as const;

/**
 * Page loads, from the navigation on: by somebody who has never been there, and by somebody who has; beside a page without
 * any library that does the same.
 */
export async function timePages(browser: BenchBrowser, bareUrl: string, rounds: number): Promise<Timings> {
  const timings: Timings = {};
  for (let round = 0; round < rounds; round++) {
    const { context, visit } = await browser.newVisitor();
    try {
      await timeInteractive(await visit(bareUrl), 'floor, a bare page', timings);
      await timeInteractive(await visit('/transactions'), 'transactions, first visit', timings);
      await timeInteractive(await visit('/transactions'), 'transactions, again', timings);
      for (const { name, path, mark } of OTHER_PAGES)
        add(timings, name, await (await visit(path)).until(mark));
    } finally {
      await context.close();
    }
  }
  return timings;
}
