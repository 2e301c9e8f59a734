import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import type { IntegrationUrls } from '../support/installation.js';

/** A newcomer sees the whole life of an Item, with nothing but the dashboard. */
let dashboard: Dashboard;
let integration: IntegrationUrls;
let page: Page;
let transactions: Page;

beforeAll(async () => {
  dashboard = await createDashboard();
  integration = await dashboard.installation.createIntegration();
  // Of a person of its own: the browser is slow with pages behind others.
  [{ page }, { page: transactions }] = await Promise.all([dashboard.person(), dashboard.person()]);
  await logIn(page);
  await logIn(transactions);
});

afterAll(async () => {
  await dashboard?.close();
});

const integrationPath = (): string => `/settings/integrations/${integration.heron_id}`;
const bank = (): Locator => page.getByRole('region', { name: 'At the simulated bank' });
const button = (name: string): Locator => bank().getByRole('button', { name, exact: true });
const form = (name: string): Locator => bank().getByRole('form', { name });
const answer = (of: Page = page): Locator => of.getByRole('status', { name: 'What the simulator answered' });
const focusIsOn = (what: Locator): Promise<void> => what.and(page.locator(':focus')).waitFor();

describe('the simulator’s panel', () => {
  it('links a test Item, which is synced a moment later', async () => {
    await page.goto(integrationPath());
    const card = page.getByRole('region', { name: 'Simulator', exact: true });
    await card.getByLabel('End user ID').fill(' ');
    await card.getByRole('button', { name: 'Link test Item' }).click();
    await card.getByText('Enter an ID, as your program would.').waitFor();
    await card.getByLabel('End user ID').fill('newcomer');
    await card.getByLabel('Transactions').fill('20');
    await card.getByRole('button', { name: 'Link test Item' }).click();
    await answer().getByText('was linked by newcomer').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await answer().getByRole('link', { name: 'Open the Item' }).click();
    await bank().waitFor();
    await page.getByText('Active', { exact: true }).first().waitFor();
    const item = page.url().split('/').at(-1)!;
    await transactions.goto(`/transactions?item=${item}`);
    const rows = transactions.getByRole('table', { name: 'Transactions' }).getByRole('row');
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(21);
  });

  it('spends: the row comes to a page that is open already', async () => {
    await button('Spend').click();
    const spend = form('Spend something');
    await focusIsOn(spend.getByLabel('Where'));
    await spend.getByLabel('Amount').fill('much');
    await spend.getByLabel('Where').fill('Heron Tea House');
    await spend.getByRole('button', { name: 'Spend' }).click();
    await spend.getByText('An amount like 12.34.').waitFor();
    await spend.getByLabel('Amount').fill('12.34');
    expect(await findBarriers(page)).toEqual([]);
    await spend.getByRole('button', { name: 'Spend' }).click();
    await answer().getByText('Heron Tea House was spent.').waitFor();
    await focusIsOn(button('Spend'));
    await transactions.getByRole('button', { name: '1 new' }).click();
    const row = transactions.getByRole('row').filter({ hasText: 'Heron Tea House' });
    await row.getByText('pending', { exact: true }).waitFor();
  });

  it('posts what is pending: its row goes and a posted one comes', async () => {
    await button('Post pending ones').click();
    await answer()
      .getByText(/^\d+ pending transactions? posted\.$/)
      .waitFor();
    await transactions.getByRole('button', { name: /^\d+ new/ }).click();
    const row = transactions.getByRole('row').filter({ hasText: 'Heron Tea House' });
    await row.waitFor();
    expect(await row.getByText('pending', { exact: true }).count()).toBe(0);
  });

  it('breaks the login, says what to do, and repairs it', async () => {
    await button('Break login').click();
    expect(await findBarriers(page)).toEqual([]);
    await form('Break the login').getByRole('button', { name: 'Break login' }).click();
    await page.getByText('Send the customer through Link in update mode').waitFor();
    await page.getByText('Erroring', { exact: true }).first().waitFor();
    await button('Repair').click();
    await answer().getByText('as by Link in update mode').waitFor();
    await page.getByText('Active', { exact: true }).first().waitFor();
  });

  it('lets an incident happen, and says in the form what the simulator refuses', async () => {
    await button('Inject a fault').click();
    const wrong = form('Inject a fault');
    await wrong.getByRole('button', { name: 'Switch on' }).click();
    await wrong.getByText('Choose what goes wrong.').waitFor();
    await wrong.getByRole('combobox', { name: 'What goes wrong' }).fill('notice');
    await page.getByRole('option', { name: /^Notice/ }).click();
    await wrong.getByRole('button', { name: 'Trigger it' }).click();
    await wrong
      .getByRole('alert')
      .getByText(/The simulator refuses: .*webhook_code/)
      .waitFor();
    await wrong.getByRole('combobox', { name: 'Webhook code' }).fill('expiration');
    await page.getByRole('option', { name: 'PENDING_EXPIRATION' }).click();
    await wrong.getByRole('button', { name: 'Trigger it' }).click();
    await page.getByText('Pending expiration', { exact: true }).first().waitFor();
  });

  it('switches a fault on by keyboard, counts what it does, and switches it off', async () => {
    await button('Inject a fault').focus();
    await page.keyboard.press('Enter');
    const kind = form('Inject a fault').getByRole('combobox', { name: 'What goes wrong' });
    await focusIsOn(kind);
    await page.keyboard.type('a proxy in front');
    await page.getByRole('option', { name: /^Bad gateway html/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await form('Inject a fault').getByText('Answers as a proxy in front of Plaid').waitFor();
    await form('Inject a fault').getByRole('combobox', { name: 'How often' }).click();
    await page.getByRole('option', { name: 'Until it is switched off' }).click();
    expect(await findBarriers(page)).toEqual([]);
    await form('Inject a fault').getByRole('button', { name: 'Switch on' }).click();
    const faults = bank().getByRole('list', { name: 'Faults that are on' });
    await faults.getByText('bad_gateway_html').waitFor();
    await faults.getByText('this Item · has not acted yet').waitFor();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await faults.getByText(/acted (once|\d+ times)/).waitFor();
    await button('Switch all off').click();
    await faults.waitFor({ state: 'detached' });
    await answer().getByText('1 fault switched off.').waitFor();
  });

  it('relinks from the menu, and leads to the new Item', async () => {
    const before = page.url();
    await button('More at the bank').focus();
    await page.keyboard.press('Enter');
    await focusIsOn(page.getByRole('menuitem', { name: 'Refresh from the bank' }));
    // What floats above the page is in none of its regions.
    const barriers = await findBarriers(page);
    expect(barriers.filter((barrier) => !barrier.startsWith('region: '))).toEqual([]);
    await page.getByRole('menuitem', { name: 'Relink as a new Item' }).click();
    const relink = form('Link the accounts again, as a new Item');
    await focusIsOn(relink.getByRole('button', { name: 'Relink' }));
    await page.keyboard.press('Enter');
    await answer().getByRole('link', { name: 'Open the new Item' }).click();
    await expect.poll(() => page.url()).not.toBe(before);
    await bank().waitFor();
  });
});

describe('where nothing can be simulated', () => {
  it('says so while the simulator does not answer', async () => {
    const path = `**/api/integrations/${integration.heron_id}/simulator`;
    await page.route(path, (route) =>
      route.fulfill({
        status: 503,
        json: { error: 'simulator.unavailable', description: 'Gone.', request_id: 'req_1' },
      }),
    );
    await page.goto(integrationPath());
    await page.getByText('The simulator does not answer').waitFor();
    await page.unroute(path);
    await page.getByRole('button', { name: 'Link test Item' }).waitFor();
    expect(await page.getByText('The simulator does not answer').count()).toBe(0);
  });

  it('shows nothing to those who may only look', async () => {
    await page.route('**/api/session', async (route) => {
      const answered = await route.fetch();
      const body = (await answered.json()) as { session: { user: { role: string } } };
      body.session.user.role = 'read_only';
      await route.fulfill({ response: answered, json: body });
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(integrationPath());
    await page.getByRole('region', { name: 'Code snippets' }).waitFor();
    expect(await page.getByRole('region', { name: 'Simulator', exact: true }).count()).toBe(0);
    expect(asked.filter((path) => path.endsWith('/simulator'))).toEqual([]);
  });
});
