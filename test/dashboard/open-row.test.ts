import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, logIn, type Dashboard } from '../support/dashboard.js';
import { putItem, putTransactions } from '../support/transactions.js';

/** What a press on a row of the list opens beside it, and every way to leave it. */
let dashboard: Dashboard;
let page: Page;

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  await installation.createIntegration();
  const { id, organization_id } = await installation
    .db('integrations')
    .first<{ id: string; organization_id: string }>('id', 'organization_id');
  const owner = { organizationId: organization_id, integrationId: id };
  const item = await putItem(installation.db, { ...owner, endUserId: 'acme' });
  await putTransactions(installation.db, item, [
    { referenceId: 'first', description: 'acme coffee' },
    { referenceId: 'second', description: 'Tea' },
  ]);
  ({ page } = await dashboard.person());
  await logIn(page);
});

afterAll(async () => {
  await dashboard?.close();
});

const rows = () => page.getByRole('table', { name: 'Transactions' }).getByRole('row');
const heading = (name: string) => page.getByRole('heading', { name });

describe('a row that is opened', () => {
  it('opens in a tab of its own, beside the same list', async () => {
    // A word of the address that links must not take for their own.
    await page.goto('/transactions?text=acme&category=ROW');
    await heading('No transactions match').waitFor();
    await page.goto('/transactions?text=acme');
    const link = page.getByRole('link', { name: 'acme coffee' });
    const href = await link.getAttribute('href');
    expect(href).toMatch(/^\/transactions\?text=acme&row=txn_\w+$/);
    const opened = page.context().waitForEvent('page');
    await link.click({ modifiers: ['ControlOrMeta'] });
    const tab = await opened;
    await tab.getByRole('dialog', { name: 'Transaction' }).waitFor();
    expect(tab.url().endsWith(href!)).toBe(true);
    await tab.close();
    expect(new URL(page.url()).search).toBe('?text=acme');
  });

  it('is there at the press, before the router has come to its address, and follows the address from then on', async () => {
    await page.goto('/transactions?text=acme');
    const dialogAfter = (press: string) =>
      page.evaluate<boolean>(`(async () => {
        ${press};
        await new Promise(queueMicrotask);
        return document.querySelector('[role=dialog]') !== null;
      })()`);
    await page.getByRole('link', { name: 'acme coffee' }).waitFor();
    expect(await dialogAfter(`document.querySelector('main table tbody a').click()`)).toBe(true);
    await page.waitForURL(/text=acme&row=txn_/);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?text=acme');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.goBack();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.goForward();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('stays open after a double press, and closes at one beside it', async () => {
    await page.goto('/transactions?text=acme');
    await page.getByRole('link', { name: 'acme coffee' }).dblclick();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    expect(new URL(page.url()).search).toMatch(/text=acme&row=txn_/);
    await page.mouse.click(300, 500);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(() => new URL(page.url()).search).toBe('?text=acme');
  });

  it('stays open when the search that was typed before comes after it', async () => {
    await page.goto('/transactions');
    await page.getByRole('searchbox', { name: 'Search description or merchant' }).fill('acme');
    await page.getByRole('link', { name: 'acme coffee' }).click();
    await page.waitForURL(/(?=.*text=acme)(?=.*row=txn_)/);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await expect.poll(() => rows().count()).toBe(2);
    expect(await page.getByRole('dialog', { name: 'Transaction' }).isVisible()).toBe(true);
  });

  it('gives the focus to its row, also where it was opened by its address', async () => {
    await page.goto('/transactions?text=acme');
    const link = page.getByRole('link', { name: 'acme coffee' });
    const address = await link.getAttribute('href');
    await page.goto(address!);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(() => page.evaluate<string>('document.activeElement.textContent')).toBe('acme coffee');
  });

  it('can be left before the program that shows it is there', async () => {
    const { page: own, context } = await dashboard.person();
    await logIn(own, { path: '/transactions', landsOn: 'Transactions' });
    let isHeld = true;
    await own.route(/\/assets\/panel-[^/]*\.js$/, async (route) => {
      while (isHeld) await new Promise((resolve) => setTimeout(resolve, 50));
      await route.continue();
    });
    await own.goto('/transactions');
    const row = own.getByRole('link', { name: 'acme coffee' });
    const waiting = own.locator('[role=dialog][aria-busy=true]');
    for (const leave of [
      () => own.keyboard.press('Escape'),
      () => waiting.getByRole('button', { name: 'Close' }).click(),
      () => own.goBack(),
    ]) {
      await row.click();
      await waiting.waitFor();
      await leave();
      await waiting.waitFor({ state: 'hidden' });
      await expect.poll(() => new URL(own.url()).search).toBe('');
    }
    await row.click();
    await waiting.waitFor();
    isHeld = false;
    await own.getByRole('heading', { name: 'History' }).waitFor();
    await context.close();
  });
});
