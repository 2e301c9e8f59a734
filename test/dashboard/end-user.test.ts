import type { Page } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN } from '../support/broken-api.js';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import type { BankItem, IntegrationUrls } from '../support/installation.js';

/** What an end user may ask for: a copy of all that is stored, and that it is forgotten. */
let dashboard: Dashboard;
let page: Page;
let integration: IntegrationUrls;
let items: BankItem[];

const rowsOf = async (): Promise<number> => {
  const { body } = await dashboard.installation.call<{ _summary: { transactions: number } }>(
    'GET',
    '/api/transactions?end_user_id=acme&limit=1000',
  );
  return body._summary.transactions;
};

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  integration = await installation.createIntegration();
  items = [];
  for (const transactions of [20, 10]) {
    const item = await installation.newItem(integration, {
      ...{ transactions, ready: true },
      // Different banks: none of them is the other one, linked again.
      institution_id: items.length === 0 ? 'ins_109508' : 'ins_109509',
    });
    await installation.link(integration, item, 'acme');
    items.push(item);
  }
  await installation.call('PUT', '/api/end_users', {
    end_user: { end_user_id: 'acme', name: 'Acme Coffee' },
  });
  await eventually('the rows of both Items', async () => (await rowsOf()) === 30);
  ({ page } = await dashboard.person());
  await logIn(page, { path: '/end-users/acme', landsOn: 'Acme Coffee' });
});

afterAll(async () => {
  await dashboard?.close();
});

const openErasure = async (): Promise<void> => {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Erase this end user' }).click();
};
const dialog = () => page.getByRole('dialog', { name: 'Erase acme' });

describe('the page of an end user', () => {
  it('shows the latest ten transactions, and leads to all of them', async () => {
    const latest = page.getByRole('region', { name: 'Latest transactions' });
    await expect.poll(() => latest.getByRole('row').count(), { timeout: 20_000 }).toBe(11);
    await latest.getByRole('link', { name: 'All transactions' }).click();
    await page.waitForURL(/\/transactions\?end_user=acme$/);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Acme Coffee' }).waitFor();
  });

  it('leads to the transactions of an id that reads like a number', async () => {
    const id = '1234567890123456789';
    await dashboard.installation.call('POST', '/api/end_users', { end_user: { end_user_id: id } });
    await page.goto(`/end-users/${id}`);
    await page.getByRole('main').getByRole('link', { name: 'Transactions', exact: true }).click();
    await expect
      .poll(() => page.getByRole('combobox', { name: 'End user' }).inputValue(), { timeout: 20_000 })
      .toBe(id);
  });

  it('says that accounts cannot be read', async () => {
    await page.route(/\/data_sources$/, (route) => route.fulfill(BROKEN));
    await page.goto('/end-users/acme');
    await page.getByRole('main').getByText('This could not be loaded').first().waitFor();
    await page.unrouteAll();
  });

  it('that lies behind the last one is not there, which is not to say that there are none', async () => {
    await page.goto('/end-users?page=99');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await page.getByText('No end users yet').count()).toBe(0);
    await page.getByRole('button', { name: 'To the first page' }).click();
    await page.getByRole('link', { name: 'Acme Coffee' }).waitFor();
  });

  it('tells what an erasure does where the Items cannot be read, too', async () => {
    await page.route(/\/api\/items\?/, (route) => route.fulfill(BROKEN));
    await page.goto('/end-users/acme');
    await openErasure();
    await dialog().getByText('Syncing of its 2 connections stops.').waitFor();
    await dialog().getByLabel('Remove its Items at Plaid too').check();
    await dialog().getByLabel('Type acme to confirm').fill('acme');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await openErasure();
    expect(await dialog().getByLabel('Type acme to confirm').inputValue()).toBe('');
    await page.unrouteAll();
  });

  it('tells what is left of an erasure, also where the dialog was closed meanwhile', async () => {
    let finish = (): void => undefined;
    const closed = new Promise<void>((resolve) => (finish = resolve));
    await page.route(/\/delete$/, async (route) => {
      await closed;
      await route.fulfill({
        status: 202,
        json: { heron_id: 'eus_1', end_user_id: 'acme', status: 'pending', links: [] },
      });
    });
    await page.goto('/end-users/acme');
    await openErasure();
    await dialog().getByLabel('Type acme to confirm').fill('acme');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    finish();
    await page.getByText('Something of acme is left.').waitFor();
    await openErasure();
    await dialog().getByText('Something is left').waitFor();
    await page.unrouteAll();
    await page.goto('/end-users/acme');
    await page.getByRole('heading', { level: 1, name: 'Acme Coffee' }).waitFor();
  });
});

describe('an end user', () => {
  it('is exported whole, as a file', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('end-user-acme.ndjson');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toEqual({ type: 'end', transactions: 30 });
    await page.getByText('Exported, with 30 transactions.').waitFor();
  });

  it('is erased only when its id was typed, and without barriers', async () => {
    await openErasure();
    await dialog().getByText('Its 30 transactions').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const erase = dialog().getByRole('button', { name: 'Erase' });
    await dialog().getByLabel('Type acme to confirm').fill('acm');
    expect(await erase.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    expect(await rowsOf()).toBe(30);
  });

  it('asks for the password where it was given long ago, and goes on in spite of Plaid', async () => {
    const { installation } = dashboard;
    await installation.db.raw(`update sessions set confirmed_at = confirmed_at - interval '1 hour'`);
    await installation.simulator.control('POST', '/faults', {
      ...{ kind: 'internal_error', item_id: items[0]!.item_id, endpoint: '/item/remove', times: null },
    });
    await openErasure();
    await dialog().getByLabel('Remove its Items at Plaid too').check();
    await dialog().getByLabel('Type acme to confirm').fill('acme');
    await page.keyboard.press('Enter');
    const password = page.getByRole('dialog', { name: 'Confirm with your password' });
    // Escape is for the uppermost dialog: what was filled in below it stays.
    await password.getByLabel('Password', { exact: true }).fill('never mind');
    await page.keyboard.press('Escape');
    await password.waitFor({ state: 'hidden' });
    expect(await dialog().getByLabel('Type acme to confirm').inputValue()).toBe('acme');
    await dialog().getByRole('button', { name: 'Erase' }).click();
    await password.getByLabel('Password', { exact: true }).fill('four herons at dawn');
    await page.keyboard.press('Enter');
    await dialog().getByText('Something is left').waitFor();
    await dialog().getByText('Plaid has not confirmed').waitFor();
    await dialog().getByText('Removed at Plaid').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(await rowsOf()).toBe(0);
  });

  it('is done with once Plaid has confirmed, too', async () => {
    await dashboard.installation.simulator.control('DELETE', '/faults');
    await dialog().getByRole('button', { name: 'Try again' }).click();
    await dialog().getByText('Its data and its name are erased.').waitFor();
    expect(await dialog().getByText('Removed at Plaid').count()).toBe(2);
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('heading', { level: 1, name: 'acme' }).waitFor();
    expect(await page.getByText('Acme Coffee').count()).toBe(0);
    expect(await page.getByText('Deleted at Plaid').count()).toBe(2);
  });
});
