import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findBrowser } from '../../scripts/find-browser.js';
import type { BenchSession } from './session.js';

/** Runs in the page before anything of it does, and notes when what could be seen. Times count from the navigation's beginning. */
const WATCH = `(() => {
  const seen = (window.ardeaBench = { input: 0, painted: 0, changed: 0, marks: {}, busy: [], idle: 0 });
  for (const type of ['click', 'input', 'change', 'keydown'])
    addEventListener(type, (event) => { seen.input = event.timeStamp; }, true);
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.busy.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
  // A frame is on the screen when the first task after it runs.
  const afterPaint = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(null);
  });
  const wanted = {
    row: () => document.querySelector('main table tbody tr a'),
    rows: () => document.querySelectorAll('main table tbody tr').length >= 10,
    chart: () => document.querySelectorAll('main .recharts-surface').length >= 2,
    dialog: () => document.querySelector('[role=dialog]'),
    history: () => document.querySelector('[role=dialog]')?.textContent.includes('First seen'),
  };
  const look = () => {
    for (const [name, isThere] of Object.entries(wanted))
      if (seen.marks[name] === undefined && isThere()) {
        seen.marks[name] = null;
        afterPaint((now) => {
          seen.marks[name] = now;
          if (name === 'row') requestIdleCallback(() => { seen.idle = performance.now(); });
        });
      }
  };
  new MutationObserver((changes) => {
    look();
    if (!changes.some(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest('main, [role=dialog]'))) return;
    seen.changed = performance.now();
    afterPaint((now) => { seen.painted = now; });
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
})()`;

/** What the page's own clock says, in milliseconds. */
interface Seen {
  input: number;
  painted: number;
  changed: number;
  marks: Partial<Record<'row' | 'rows' | 'chart' | 'dialog' | 'history', number | null>>;
  /** Beginning and length of tasks of more than 50 ms. */
  busy: [number, number][];
  /** When the main thread had nothing to do for the first time after the first row. */
  idle: number;
}

export interface WatchedPage {
  page: Page;
  seen: () => Promise<Seen>;
  /** When the mark was on the screen. */
  until: (mark: keyof Seen['marks']) => Promise<number>;
}

export interface BenchBrowser {
  version: string;
  /** With the session, and nothing cached. */
  newVisitor(): Promise<{ context: BrowserContext; visit: (url: string) => Promise<WatchedPage> }>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

export async function openBrowser(session: BenchSession, apiUrl: string): Promise<BenchBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const [name = '', value = ''] = session.cookie.split('=');
  return {
    version: browser.version(),
    async newVisitor() {
      const context = await browser.newContext({
        baseURL: apiUrl,
        locale: 'en-US',
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
      });
      context.setDefaultTimeout(TIMEOUT_MS);
      await context.addInitScript(WATCH);
      await context.addCookies([{ name, value, url: apiUrl }]);
      const page = await context.newPage();
      return {
        context,
        async visit(url) {
          await page.goto(url, { waitUntil: 'commit' });
          return {
            page,
            seen: () => page.evaluate<Seen>('window.ardeaBench'),
            until: (mark) =>
              // In the page, because its policy forbids what Playwright would poll with.
              page.evaluate<number>(`new Promise((resolve, reject) => {
                const began = performance.now();
                const look = () => {
                  const at = window.ardeaBench.marks.${mark};
                  if (at) resolve(at);
                  else if (performance.now() - began > ${TIMEOUT_MS}) reject(new Error('no ${mark} on the page'));
                  else setTimeout(look, 4);
                };
                look();
              })`),
          };
        },
      };
    },
    close: () => browser.close(),
  };
}
