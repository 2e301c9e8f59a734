import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { ADMIN, createDashboard, type Dashboard } from '../support/dashboard.js';
import { createKeyboard, type Keyboard } from '../support/keyboard.js';

/** A walk through the whole product by somebody who cannot use a mouse, in the order in which one sets it up. */
let dashboard: Dashboard;
let page: Page;
let context: BrowserContext;
let keys: Keyboard;
let itemId = '';

beforeAll(async () => {
  dashboard = await createDashboard();
  ({ page, context } = await dashboard.person({ permissions: ['clipboard-read', 'clipboard-write'] }));
  keys = await createKeyboard(page);
});

afterAll(async () => {
  await dashboard?.close();
});

beforeEach(async () => {
  if (!page.isClosed()) await page.bringToFront();
});

const atBank = (name: string): Promise<unknown> =>
  dashboard.installation.simulator.control('POST', `/items/${itemId}/transactions`, { amount: '3.21', name });

const go = async (destination: string): Promise<void> => {
  await keys.tabTo('link', destination, { backwards: await isBelowNavigation() });
  await keys.press('Enter');
  await page.getByRole('heading', { level: 1, name: destination }).waitFor();
};
const isBelowNavigation = (): Promise<boolean> =>
  page.evaluate<boolean>('document.activeElement.closest("main") !== null');

/** Tab and Shift+Tab stay within the dialog, whose controls all have names. */
async function expectTrapped(): Promise<void> {
  for (const key of ['Tab', 'Shift+Tab'])
    for (let pressed = 0; pressed < 12; pressed += 1) {
      await keys.press(key);
      const here = await keys.focused();
      expect(here.isInDialog, `${key} leads out of the dialog, to ${here.role} "${here.name}"`).toBe(true);
      expect(here.name.trim(), `a ${here.role} of the dialog`).not.toBe('');
    }
}

async function expectClosedByEscape(dialog: string | RegExp, opener: string): Promise<void> {
  await keys.press('Escape');
  await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'hidden' });
  await expect.poll(async () => (await keys.focused()).name).toBe(opener);
}

describe('by keyboard alone', () => {
  it('one logs in, and is at the heading of the page', async () => {
    await page.goto('/login');
    await page.getByLabel('E-mail').waitFor();
    await keys.tabTo('textbox', 'E-mail');
    await keys.type(ADMIN.email);
    await keys.tabTo('textbox', 'Password');
    await keys.type(ADMIN.password);
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await expect.poll(async () => (await keys.focused()).name).toBe('Overview');
  });

  it('the first Tab of a page leads past the navigation', async () => {
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await keys.tabTo('link', 'Skip to content', { most: 1 });
    await keys.press('Enter');
    await keys.tabTo('radio', '24 hours', { most: 1 });
  });

  it('one adds an integration', async () => {
    await go('Integrations');
    await keys.tabTo('button', 'Add integration');
    await keys.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add integration' });
    await dialog.waitFor();
    await expectTrapped();
    await expectClosedByEscape('Add integration', 'Add integration');
    await keys.press('Enter');
    await dialog.waitFor();
    await expect.poll(async () => (await keys.focused()).name).toBe('Name');
    await keys.type('My Plaid');
    await keys.tabTo('combobox', 'Environment');
    await keys.press('Enter');
    const simulator = page.getByRole('option', { name: /Simulator/ });
    await simulator.waitFor();
    for (
      let pressed = 0;
      pressed < 5 && (await simulator.getAttribute('data-combobox-selected')) === null;
      pressed++
    )
      await keys.press('ArrowDown');
    await keys.press('Enter');
    await simulator.waitFor({ state: 'hidden' });
    await keys.tabTo('textbox', 'Client ID');
    await keys.type(DEFAULT_CLIENT.clientId);
    await keys.tabTo('textbox', 'Secret');
    await keys.type(DEFAULT_CLIENT.secret);
    await keys.tabTo('button', 'Check and add');
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'My Plaid' }).waitFor();
  });

  it('one views it and copies the webhook URL', async () => {
    const { installation } = dashboard;
    const id = page.url().split('/').at(-1)!;
    const urls = {
      heron_id: id,
      inbound_webhook_url: `${installation.url}/webhooks/plaid/${id}`,
      link_url: `${installation.url}/api/integrations/${id}/links`,
    };
    await go('Integrations');
    await keys.tabTo('link', 'View My Plaid');
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'My Plaid' }).waitFor();
    await keys.tabTo('button', 'Copy Webhook URL');
    await keys.press('Enter');
    await expect
      .poll(() => page.evaluate<string>('navigator.clipboard.readText()'))
      .toBe(urls.inbound_webhook_url);
    const item = await installation.newItem(urls, { transactions: 30, ready: true });
    itemId = item.item_id;
    await installation.link(urls, item, 'acme');
    await atBank('Zebra Books');
    await expect.poll(() => page.getByRole('img', { name: 'Done' }).count(), { timeout: 30_000 }).toBe(4);
  });

  it('one opens an Item and syncs it now', async () => {
    await go('Items');
    const row = page.getByRole('table', { name: 'Items' }).getByRole('link').first();
    await keys.tabTo('link', await row.innerText());
    await keys.press('Enter');
    await page.waitForURL(`**/items/${itemId}`);
    await keys.tabTo('button', 'Sync now');
    await keys.press('Enter');
    await page.getByText('Plaid is asked for changes now.').waitFor();
    // It was at work meanwhile, which takes the focus from nobody.
    expect((await keys.focused()).name).toBe('Sync now');
    await keys.tabTo('button', 'More actions');
    await keys.press('Enter');
    await expect.poll(async () => (await keys.focused()).name).toBe('Pause syncing');
    await keys.press('ArrowUp');
    await expect.poll(async () => (await keys.focused()).name).toBe('Stop, remove or erase');
    await keys.press('Escape');
    await expect.poll(async () => (await keys.focused()).name).toBe('More actions');
  });

  it('one reads a transaction’s history and is back at its row', async () => {
    await go('Transactions');
    const row = page.getByRole('table', { name: 'Transactions' }).getByRole('link').first();
    await row.waitFor();
    const description = await row.innerText();
    await keys.tabTo('link', description);
    await keys.press('Enter');
    await page.getByRole('dialog', { name: 'Transaction' }).getByText('First seen').first().waitFor();
    await expectTrapped();
    await expectClosedByEscape('Transaction', description);
    // What comes meanwhile takes the focus from nobody.
    await atBank('Heron Tea House');
    await page.getByRole('button', { name: /^\d+ new$/ }).waitFor();
    expect((await keys.focused()).name).toBe(description);
  });

  it('dialogs of the settings keep the focus and give it back', async () => {
    for (const [destination, opener, dialog] of [
      ['API keys', 'Create key', 'Create an API key'],
      ['Users', 'Invite', 'Invite a user'],
    ] as const) {
      await go(destination);
      await keys.tabTo('button', opener);
      await keys.press('Enter');
      await page.getByRole('dialog', { name: dialog }).waitFor();
      await expectTrapped();
      await expectClosedByEscape(dialog, opener);
    }
  });

  it('one logs out from the menu', async () => {
    await keys.tabTo('button', /^Account: /, { backwards: true });
    await keys.press('Enter');
    await expect.poll(async () => (await keys.focused()).name).toBe('My account');
    await keys.press('ArrowUp');
    await expect.poll(async () => (await keys.focused()).name).toBe('Log out');
    await keys.press('Enter');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await context.close();
  });

  it('all that had the focus on the way had a name and showed that it had it', () => {
    expect([...new Set(keys.faults)]).toEqual([]);
  });
});
