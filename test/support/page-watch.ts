import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page, Request } from 'playwright-core';

/** What a page must never do while it is used, one line for each time that it did. */
export function watchPage(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) faults.push(`elsewhere: ${url.href}`);
  });
  return faults;
}

/** Counts the streams of events that are open in a browser. */
export function watchStreams(browser: BrowserContext): { readonly open: number } {
  const open = new Set<Request>();
  const isStream = (request: Request): boolean => new URL(request.url()).pathname === '/api/events';
  browser.on('request', (request) => {
    if (isStream(request)) open.add(request);
  });
  browser.on('requestfinished', (request) => void open.delete(request));
  browser.on('requestfailed', (request) => void open.delete(request));
  return {
    get open() {
      // Of a page that was closed nobody tells how its requests ended.
      return [...open].filter((request) => !request.frame().page().isClosed()).length;
    },
  };
}

const MARK = 'ardeaTestMark';

/** Marks the document; `isSameDocument` tells whether it is still there: a full load takes the mark away. */
export const markDocument = (page: Page): Promise<unknown> => page.evaluate(`window.${MARK} = true`);
export const isSameDocument = (page: Page): Promise<boolean> => page.evaluate(`window.${MARK} === true`);

/** Bytes that came over the wire for a page and all that it loaded. */
export interface Transfer {
  /** Once nothing more has come for a while. */
  settledBytes(): Promise<number>;
  /** So far, of the paths that match. */
  bytesOf(paths: RegExp): number;
  /** By path, the largest first. */
  report(): string;
}

const QUIET_MS = 1_000;

export async function watchTransfer(page: Page): Promise<Transfer> {
  const session = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  const sizes = new Map<string, number>();
  session.on('Network.responseReceived', ({ requestId, response }) => {
    paths.set(requestId, `${new URL(response.url).pathname} ${response.headers['content-encoding'] ?? ''}`);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId) ?? requestId;
    sizes.set(path, (sizes.get(path) ?? 0) + encodedDataLength);
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  // What is promised is the size as gzip, which every browser takes; this one would take less.
  await session.send('Network.setExtraHTTPHeaders', { headers: { 'accept-encoding': 'gzip' } });
  const bytesOf = (pattern: RegExp): number =>
    [...sizes].reduce((sum, [path, size]) => (pattern.test(path) ? sum + size : sum), 0);
  const bytes = (): number => bytesOf(/^/);
  return {
    async settledBytes() {
      for (let before = -1; before !== bytes();) {
        before = bytes();
        await sleep(QUIET_MS);
      }
      return bytes();
    },
    bytesOf,
    report: () =>
      [...sizes]
        .sort(([, a], [, b]) => b - a)
        .map(([path, size]) => `${String(size).padStart(8)} ${path}`)
        .join('\n'),
  };
}
