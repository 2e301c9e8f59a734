import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import { watchPage, watchTransfer } from '../support/page-watch.js';

/** What holds on all pages: no barriers, no overflow, and a session that ends without losing the place. */
let dashboard: Dashboard;
let pages: string[];
/** What is pressed, one after the other, until a dialog is open. */
let dialogs: { path: string; open: (string | RegExp)[] }[];

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  const integration = await installation.createIntegration();
  const item = await installation.newItem(integration, { transactions: 20, ready: true });
  await installation.link(integration, item, 'acme');
  await installation.simulator.control('POST', `/items/${item.item_id}/transactions`, { amount: '9.99' });
  let webhook: string | undefined;
  await eventually('a webhook is in the inbox', async () => {
    const { body } = await installation.call<{ plaid_webhooks: { heron_id: string }[] }>(
      'GET',
      '/api/plaid_webhooks',
    );
    webhook = body.plaid_webhooks[0]?.heron_id;
    return webhook !== undefined;
  });
  pages = [
    '/',
    '/items',
    `/items/${item.item_id}`,
    '/end-users',
    '/end-users/acme',
    '/transactions',
    '/inbox',
    `/inbox/${webhook}`,
    '/settings/integrations',
    `/settings/integrations/${integration.heron_id}`,
    '/settings/api-keys',
    '/settings/users',
    '/settings/account',
    '/no-such-page',
    '/invite',
  ];
  dialogs = [
    { path: '/settings/integrations', open: ['Add integration'] },
    { path: `/settings/integrations/${integration.heron_id}`, open: ['More actions', 'Delete'] },
    { path: '/settings/api-keys', open: ['Create key'] },
    { path: '/settings/users', open: ['Invite'] },
    { path: `/items/${item.item_id}`, open: ['More actions', 'Stop, remove or erase'] },
    { path: '/transactions', open: [/./] },
  ];
});

afterAll(async () => {
  await dashboard?.close();
});

const isLoaded = (page: Page): Promise<void> =>
  expect.poll(() => page.getByRole('status', { name: 'Loading' }).count(), { timeout: 20_000 }).toBe(0);
const settledHere = async (page: Page): Promise<void> => {
  await page.getByRole('heading').first().waitFor();
  await isLoaded(page);
};
const settled = async (page: Page, path: string): Promise<void> => {
  await page.goto(path);
  await settledHere(page);
};

/** A button or an entry of a menu; by a pattern the first link of the table. */
const pressable = (page: Page, name: string | RegExp): Locator =>
  typeof name === 'string'
    ? page
        .getByRole('button', { name, exact: true })
        .or(page.getByRole('menuitem', { name, exact: true }))
        .first()
    : page.getByRole('table').getByRole('link', { name }).first();

describe('every page', () => {
  it.each([
    ['wide and light', { width: 1280, height: 900 }, 'light'],
    ['at 320 px and dark', { width: 320, height: 800 }, 'dark'],
  ] as const)('has no barriers and scrolls one way only: %s', async (_name, viewport, colorScheme) => {
    const { page, context } = await dashboard.person({ viewport, colorScheme });
    const faults = watchPage(page, dashboard.installation.url);
    await page.goto('/login');
    expect(await findBarriers(page)).toEqual([]);
    await logIn(page);
    for (const path of pages) {
      await settled(page, path);
      expect(await findBarriers(page), path).toEqual([]);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, path).toBe(0);
    }
    for (const { path, open } of dialogs) {
      await settled(page, path);
      for (const name of open) await pressable(page, name).click();
      await page.getByRole('dialog').waitFor();
      await isLoaded(page);
      expect(await findBarriers(page), `${path}, ${open.join(', ')}`).toEqual([]);
    }
    // Nothing that the policy forbids, nothing from elsewhere, no error.
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('the first load', () => {
  it.each(['/login', '/', '/items', '/end-users', '/transactions', '/inbox'])(
    'of %s is small: page, program, styles, fonts and answers together',
    async (path) => {
      const { page: first, context } = await dashboard.person();
      if (path !== '/login') await logIn(first);
      // A page of its own: what the page after the log-in still loads, its charts among it, is not this page's.
      const page = await context.newPage();
      const transfer = await watchTransfer(page);
      await settled(page, path);
      if (path === '/') await page.locator('.recharts-surface').first().waitFor();
      const all = await transfer.settledBytes();
      // The overview can be read and used before its charts are there.
      const charts = transfer.bytesOf(/^\/assets\/charts-/);
      expect(charts > 0).toBe(path === '/');
      expect(charts, `charts at ${path}:\n${transfer.report()}`).toBeLessThanOrEqual(130_000);
      expect(all - charts, `bytes at ${path}:\n${transfer.report()}`).toBeLessThanOrEqual(300_000);
      expect(all - charts).toBeGreaterThan(50_000);
      // What opens on demand waits for the first sign of somebody.
      expect(transfer.bytesOf(/^\/assets\/(?:later|panel)-/)).toBe(0);
      await page.mouse.move(200, 200);
      await expect.poll(() => transfer.bytesOf(/^\/assets\/later-/), { timeout: 20_000 }).toBeGreaterThan(0);
      await context.close();
    },
  );
});

describe('what opens on demand', () => {
  const LATE_MS = 1_500;

  /** A page whose file for it comes late. */
  const person = async (path: string) => {
    const { page, context } = await dashboard.person();
    await logIn(page);
    const late = await context.newPage();
    await late.route('**/assets/later-*.js', async (route) => {
      await sleep(LATE_MS);
      await route.continue();
    });
    await settled(late, path);
    return { page: late, context };
  };

  const focused = (page: Page, attribute: string): Promise<string | null> =>
    page.locator(':focus').getAttribute(attribute);

  it('loses neither the focus nor what was pressed or typed before it came', async () => {
    const { page, context } = await person('/inbox');
    const verdict = page.getByRole('combobox', { name: 'Verdict' });
    await verdict.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'Rejected' }).waitFor();
    expect(await focused(page, 'aria-label')).toBe('Verdict');
    await page.keyboard.press('Escape');
    await page.getByRole('option', { name: 'Rejected' }).waitFor({ state: 'hidden' });
    expect(await findBarriers(page)).toEqual([]);
    await context.close();

    const other = await person('/transactions');
    const endUser = other.page.getByRole('combobox', { name: 'End user' });
    await endUser.pressSequentially('acm');
    await other.page.getByRole('option', { name: /acme/ }).click();
    await other.page.waitForURL(/end_user=acme/);
    await other.context.close();
  });

  it('gives the focus back to the button that opened it', async () => {
    const { page, context } = await person('/transactions');
    for (const [name, popup] of [
      [/^Account: /, 'menu'],
      ['More filters', 'dialog'],
    ] as const) {
      const button = page.getByRole('button', { name });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole(popup).waitFor();
      expect(await button.getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('Escape');
      await page.getByRole(popup).waitFor({ state: 'hidden' });
      await expect.poll(() => focused(page, 'id')).toBe(await button.getAttribute('id'));
    }
    await context.close();
  });

  it('comes after the first touch, too', async () => {
    const { page, context } = await person('/transactions');
    await page.getByRole('combobox', { name: 'Pending or posted' }).click();
    await page.getByRole('option', { name: 'Posted' }).click();
    await page.waitForURL(/pending=false/);
    await page.reload();
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Pending or posted' }).inputValue(), { timeout: 20_000 })
      .toBe('Posted');
    await context.close();
  });
});

describe('a session', () => {
  it('that has ended asks for the password over the page, and goes on there', async () => {
    const { page, context } = await dashboard.person();
    await logIn(page);
    await settled(page, '/inbox?verdict=rejected');
    await context.clearCookies();
    // Not a press of the mouse: what the page reads by itself may bring the dialog first, above the link.
    await page.getByRole('link', { name: 'Transactions', exact: true }).dispatchEvent('click');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill('four herons at dawn');
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('table', { name: 'Transactions' }).waitFor();
    await context.close();
  });
});
