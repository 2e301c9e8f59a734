import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { findBrowser } from '../find-browser.js';
import type { RunningArdea } from './running-ardea.js';

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--font-render-hinting=none'],
  });

/** A person at a browser that is always the same, wherever the pictures are taken. */
export async function openPage(
  browser: Browser,
  { url }: RunningArdea,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-US',
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(30_000);
  return context.newPage();
}

export async function logIn(page: Page, { admin }: RunningArdea): Promise<void> {
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Log in' }).waitFor();
}

/** Nothing is being loaded any more, and no message flies in or out. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading').first().waitFor();
  const passing = '[role=status][aria-label=Loading], .mantine-Notification-root';
  await page.locator(passing).first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready');
  // The last frame of what slides in.
  await page.waitForTimeout(250);
}

/** The rectangle of something with a margin, within the window. */
export async function around(locator: Locator, margin: number) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (box === null) throw new Error(`Nothing to be seen of ${String(locator)}`);
  const window = locator.page().viewportSize() ?? { width: 0, height: 0 };
  const x = Math.max(0, box.x - margin);
  const y = Math.max(0, box.y - margin);
  return {
    x,
    y,
    width: Math.min(window.width - x, box.x + box.width + margin - x),
    height: Math.min(window.height - y, box.y + box.height + margin - y),
  };
}
