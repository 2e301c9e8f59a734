import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';

/** What holds on all pages: no barriers, no overflow, and a session that ends without losing the place. */
let dashboard: Dashboard;
let pages: string[];

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  const integration = await installation.createIntegration();
  const item = await installation.newItem(integration, { transactions: 20, ready: true });
  await installation.link(integration, item, 'acme');
  pages = [
    '/',
    '/items',
    `/items/${item.item_id}`,
    '/end-users',
    '/end-users/acme',
    '/transactions',
    '/inbox',
    '/settings/integrations',
    `/settings/integrations/${integration.heron_id}`,
    '/settings/api-keys',
    '/settings/users',
    '/settings/account',
    '/no-such-page',
  ];
});

afterAll(async () => {
  await dashboard?.close();
});

const settled = async (page: Page, path: string): Promise<void> => {
  await page.goto(path);
  await page.getByRole('heading').first().waitFor();
  await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count(), { timeout: 20_000 }).toBe(0);
};

describe('every page', () => {
  it.each([
    ['wide and light', { width: 1280, height: 900 }, 'light'],
    ['at 320 px and dark', { width: 320, height: 800 }, 'dark'],
  ] as const)('has no barriers and scrolls one way only: %s', async (_name, viewport, colorScheme) => {
    const { page, context } = await dashboard.person({ viewport, colorScheme });
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
    await context.close();
  });
});

describe('a session', () => {
  it('that has ended asks for the password over the page, and goes on there', async () => {
    const { page, context } = await dashboard.person();
    await logIn(page);
    await settled(page, '/inbox?verdict=rejected');
    await context.clearCookies();
    await page.getByRole('link', { name: 'Transactions', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill('four herons at dawn');
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('table', { name: 'Transactions' }).waitFor();
    await context.close();
  });

  it('serves no write that another site makes the browser send', async () => {
    const { page, context } = await dashboard.person();
    await logIn(page);
    const [cookie] = await context.cookies();
    const answer = await fetch(`${dashboard.installation.url}/api/session`, {
      method: 'DELETE',
      headers: { cookie: `${cookie!.name}=${cookie!.value}`, origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
    await settled(page, '/items');
    await page.getByRole('heading', { level: 1, name: 'Items' }).waitFor();
    await context.close();
  });

  it('can be begun and ended by keyboard alone', async () => {
    const { page, context } = await dashboard.person();
    await page.goto('/login');
    await page.getByLabel('E-mail').focus();
    await page.keyboard.type('ada@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('four herons at dawn');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to content');
    await page.getByRole('link', { name: 'Items', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Items' }).waitFor();
    await page.getByRole('button', { name: /^Account: / }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Log out' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await context.close();
  });
});
