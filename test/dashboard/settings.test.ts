import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { BROKEN } from '../support/broken-api.js';
import { ADMIN, createDashboard, logIn, type Dashboard } from '../support/dashboard.js';
import type { IntegrationUrls } from '../support/installation.js';
import { INVITED_PASSWORD, invite } from '../support/people-in-browser.js';

/** People and integrations: what is asked before it is done, what is sent, and what stands there when something cannot be read. */
let dashboard: Dashboard;
let page: Page;
let integration: IntegrationUrls;

beforeAll(async () => {
  dashboard = await createDashboard();
  integration = await dashboard.installation.createIntegration();
  ({ page } = await dashboard.person());
  await logIn(page);
});

afterAll(async () => {
  await dashboard?.close();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const path = (): string => `/settings/integrations/${integration.heron_id}`;
const openMenu = async (entry: string): Promise<void> => {
  await button('More actions').click();
  await page.getByRole('menuitem', { name: entry }).click();
};

describe('users', () => {
  it('are asked about before one ends the own session, or somebody’s', async () => {
    const sent: string[] = [];
    await page.route(/\/api\/users\/usr_/, (route) => {
      sent.push(route.request().postData() ?? '');
      return route.fulfill(BROKEN);
    });
    await page.goto('/settings/users');
    for (const [entry, dialog] of [
      ['Make member', 'Make yourself member'],
      ['Deactivate', 'Deactivate yourself'],
    ] as const) {
      await button(`Actions for ${ADMIN.email}`).click();
      await page.getByRole('menuitem', { name: entry }).click();
      const question = page.getByRole('dialog', { name: dialog });
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'hidden' });
    }
    expect(sent).toEqual([]);
    await page.unrouteAll();
  });

  it('have invites, which may be unread', async () => {
    await page.route(/\/api\/users\/invites/, (route) => route.fulfill(BROKEN));
    await page.goto('/settings/users');
    await page.getByRole('region', { name: 'Open invites' }).getByText('This could not be loaded').waitFor();
    await page.unrouteAll();
  });

  it('follow a link that cannot be checked, or are not logged in after it, and are not lost', async () => {
    const link = await invite(page, { email: 'nora@example.com', role: 'Member' });
    const { page: own, context } = await dashboard.person();
    await own.route(/\/api\/invites\/check/, (route) => route.abort());
    await own.goto(link);
    const again = own.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    expect(await own.getByText('This link does not work').count()).toBe(0);
    await own.unrouteAll();
    await again.click();
    await own.getByRole('heading', { name: /^Join / }).waitFor();
    await own.route(/\/api\/session$/, (route) => route.fulfill(BROKEN));
    await own.getByLabel('Password', { exact: true }).fill(INVITED_PASSWORD);
    await own.getByLabel('Password, again').fill(INVITED_PASSWORD);
    await own.getByRole('button', { name: 'Set password and log in' }).click();
    await own.getByText('Your password is set.').waitFor();
    expect(await own.getByLabel('E-mail').inputValue()).toBe('nora@example.com');
    await own.unrouteAll();
    await logIn(own, { path: null, email: 'nora@example.com', password: INVITED_PASSWORD });
    await context.close();
  });
});

describe('an integration', () => {
  it('tells readers of the screen the step that was just done, and no time that moves on', async () => {
    const { installation } = dashboard;
    await page.goto(path());
    const setUp = page.getByRole('region', { name: 'Set-up' });
    await setUp.getByText('Waiting for the first Item.').waitFor();
    expect(await setUp.locator('[aria-live]').count()).toBe(0);
    expect(await setUp.getByRole('status').textContent()).toBe('');
    const item = await installation.newItem(integration, { transactions: 3, ready: true });
    await installation.link(integration, item, 'acme');
    await expect
      .poll(() => setUp.getByRole('status').textContent(), { timeout: 30_000, interval: 50 })
      .toMatch(/^(Done: [^.]+\. ?)+$/);
  });

  it('is changed in what was changed: without spaces at the ends, and without undoing a colleague', async () => {
    const sent: unknown[] = [];
    await page.route(`**/api/integrations/${integration.heron_id}`, (route) => {
      if (route.request().method() === 'PUT') sent.push(route.request().postDataJSON());
      return route.continue();
    });
    await page.goto(path());
    await button('Edit').click();
    const form = page.getByRole('dialog', { name: /^Edit / });
    await form.getByLabel('Forward URL').fill(' https://example.com/hooks ');
    await form.getByLabel('Secret', { exact: true }).fill(` ${DEFAULT_CLIENT.secret} `);
    await dashboard.installation.call('PUT', `/api/integrations/${integration.heron_id}`, {
      integration: { name: 'Named by a colleague' },
    });
    await page.getByRole('dialog', { name: 'Edit Named by a colleague' }).waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'hidden' });
    expect(sent).toEqual([
      { integration: { client_secret: DEFAULT_CLIENT.secret, webhook_url: 'https://example.com/hooks' } },
    ]);
    await page.getByRole('heading', { level: 1, name: 'Named by a colleague' }).waitFor();
    await page.unrouteAll();
  });

  it('is deleted only once it is known what stops, and nothing stays typed', async () => {
    const dialog = page.getByRole('dialog', { name: /^Delete / });
    await page.goto(path());
    await openMenu('Delete');
    await dialog.getByText('Syncing of its one live Item stops.').waitFor();
    await dialog.getByLabel('Type Named by a colleague to confirm').fill('Named by a colleague');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isEnabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await openMenu('Delete');
    await dialog.getByRole('button', { name: 'Delete' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await page.route(/\/progress$/, (route) => route.fulfill(BROKEN));
    await page.goto(path());
    await openMenu('Delete');
    await dialog.getByText('This could not be loaded').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await page.goto('/settings/integrations');
    await page.getByRole('cell', { name: 'Could not be read' }).waitFor();
    await page.getByRole('cell', { name: 'Unknown' }).waitFor();
    await page.unrouteAll();
  });

  it('keeps its environment where the others cannot be read, and says so', async () => {
    await page.route(/\/api\/plaid_environments/, (route) => route.fulfill(BROKEN));
    await page.goto(path());
    await button('Edit').click();
    const form = page.getByRole('dialog', { name: /^Edit / });
    await form.getByText('The other environments could not be read').waitFor();
    expect(await form.getByRole('combobox', { name: 'Environment' }).inputValue()).toMatch(/^Simulator/);
    await page.unrouteAll();
  });

  it('has addresses that are copied over plain http, too', async () => {
    const { page: own, context } = await dashboard.person();
    // What browsers do on pages that came over plain http from another machine.
    await own.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await logIn(own);
    await own.goto(path());
    await own.getByRole('button', { name: 'Copy Webhook URL' }).click();
    await own.getByText('Copied: Webhook URL').waitFor({ state: 'attached' });
    await own.getByRole('button', { name: 'Edit', exact: true }).click();
    const name = own.getByRole('dialog').getByLabel('Name');
    await name.fill('');
    await name.press('Control+V');
    await expect.poll(() => name.inputValue()).toBe(integration.inbound_webhook_url);
    await context.close();
  });
});
