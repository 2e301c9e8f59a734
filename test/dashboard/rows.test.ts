import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_SORTED } from '../../src/db/queries/transaction-search.js';
import { ADMIN, createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import type { BankItem, IntegrationUrls } from '../support/installation.js';
import { putItem, putTransactions, type TestItemOptions } from '../support/transactions.js';

/** The lists of transactions and webhooks: what they are asked for, what is refused, and what a row really holds. */
const LONG_ID = '1234567890123456789';
const BODY = '{"item_id":"forged",  "n":1.50,"big":12345678901234567890}';

let dashboard: Dashboard;
let page: Page;
let integration: IntegrationUrls;
let owner: Omit<TestItemOptions, 'endUserId'>;

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  integration = await installation.createIntegration();
  const { id, organization_id } = await installation
    .db('integrations')
    .first<{ id: string; organization_id: string }>('id', 'organization_id');
  owner = { organizationId: organization_id, integrationId: id };
  const item = await putItem(installation.db, { ...owner, endUserId: LONG_ID });
  await putItem(installation.db, { ...owner, endUserId: 'true' });
  const [first] = await putTransactions(installation.db, item, [
    {
      referenceId: 'first',
      description: 'acme coffee',
      plaid: '{"transaction_id": "first", "amount": -1.50, "big": 12345678901234567890}',
    },
    { referenceId: 'second', description: 'Tea' },
  ]);
  await installation.db.raw(
    `insert into transaction_versions (transaction_id, version, organization_id, item_id, plaid)
     values (:first, 1, :organizationId, :id, '{"transaction_id": "first", "amount": -1.00, "big": 12345678901234567890}')`,
    { ...item, first },
  );
  await installation.db('transactions').where({ id: first }).update({ version: 2 });
  ({ page } = await dashboard.person({ permissions: ['clipboard-read', 'clipboard-write'] }));
  await logIn(page);
});

afterAll(async () => {
  await dashboard?.close();
});

const rows = () => page.getByRole('table', { name: 'Transactions' }).getByRole('row');
const heading = (name: string) => page.getByRole('heading', { name });
const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');

describe('the address', () => {
  it('of an end user whose id looks like a number, or like a word of JSON, shows their rows alone', async () => {
    await page.goto(`/transactions?end_user=${LONG_ID}`);
    await expect.poll(() => rows().count()).toBe(3);
    expect(await page.getByRole('combobox', { name: 'End user' }).inputValue()).toBe(LONG_ID);
    expect(page.url()).toContain(`end_user=${LONG_ID}`);
    await page.goto('/transactions?end_user=true');
    await heading('No transactions match').waitFor();
    await page.goto(`/end-users/${LONG_ID}`);
    await page.getByRole('link', { name: 'Transactions', exact: true }).last().click();
    await expect.poll(() => rows().count()).toBe(3);
  });

  it('of a page that is not there leads to the first one', async () => {
    await page.goto('/transactions?after=garbage&text=Tea');
    await heading('There is no such page').waitFor();
    await page.getByRole('button', { name: 'Go to the first page' }).click();
    await expect.poll(() => rows().count()).toBe(2);
    expect(new URL(page.url()).search).toBe('?text=Tea');
  });
});

describe('a search', () => {
  it('keeps the spaces that are typed', async () => {
    await page.goto('/transactions');
    const field = page.getByRole('searchbox', { name: 'Search description or merchant' });
    await field.pressSequentially('acme ');
    await page.waitForURL(/text=acme/);
    await expect.poll(() => rows().count()).toBe(2);
    await field.pressSequentially('coffee');
    await page.waitForURL(/text=acme\+coffee/);
    expect(await field.inputValue()).toBe('acme coffee');
    // Another address wins over what was typed.
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => field.inputValue()).toBe('');
  });

  it('waits for a whole date', async () => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/transactions/search?')) asked.push(request.url());
    });
    await page.goto('/transactions');
    await page.getByLabel('From').focus();
    await page.keyboard.type('01152026');
    await page.waitForURL(/from=2026-01-15/);
    await expect.poll(() => rows().count()).toBe(3);
    expect(asked.filter((url) => /date_from=0/.test(url))).toEqual([]);
  });

  it('is narrowed to an account of the end user', async () => {
    await page.goto(`/transactions?end_user=${LONG_ID}`);
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByRole('combobox', { name: 'Account' }).click();
    await page.getByRole('option', { name: 'Checking ··0000' }).click();
    await page.waitForURL(/account=dsa_/);
    // Links have Plaid's id.
    await page.goto(`/transactions?end_user=${LONG_ID}&account=acc-1`);
    await page.getByRole('button', { name: 'More filters (1)' }).click();
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Account' }).inputValue())
      .toBe('Checking ··0000');
  });
});

describe('a row', () => {
  it("shows Plaid's object digit for digit, and whose sign its changes have", async () => {
    await page.goto(`/transactions?end_user=${LONG_ID}`);
    await page.getByRole('link', { name: 'acme coffee' }).click();
    const drawer = page.getByRole('dialog', { name: 'Transaction' });
    await drawer.getByText('amount, as Plaid has it: outflow is positive').waitFor();
    const owner = drawer.getByRole('link', { name: LONG_ID });
    expect(await owner.getAttribute('href')).toBe(`/end-users/${LONG_ID}`);
    expect(await drawer.locator('del').innerText()).toBe('-1.00');
    expect(await drawer.locator('ins').innerText()).toBe('-1.50');
    await drawer.getByRole('button', { name: 'Plaid’s object, as stored' }).first().click();
    const object = await drawer.getByRole('region', { name: 'the object of Plaid' }).innerText();
    expect(object).toContain('"amount": -1.50');
    expect(object).toContain('"big": 12345678901234567890');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('that was removed says when it was seen, changed and removed, and when it came again', async () => {
    const { db } = dashboard.installation;
    const item = await putItem(db, { ...owner, endUserId: 'removed' });
    const [id] = await putTransactions(db, item, [{ referenceId: 'gone', description: 'Gone' }]);
    await db.raw(
      `insert into transaction_versions (transaction_id, version, organization_id, item_id, plaid, removed_at, replaced_at)
       values (:id, 1, :organizationId, :item, '{"name": "Go"}', '2026-02-02T02:02:02Z', '2026-03-03T03:03:03Z')`,
      { id, organizationId: owner.organizationId, item: item.id },
    );
    await db('transactions').where({ id }).update({
      version: 2,
      created_at: '2026-01-01T01:01:01Z',
      removed_at: '2026-04-04T04:04:04Z',
    });
    await page.goto('/transactions?end_user=removed&removed=only');
    await page.getByRole('link', { name: 'Gone' }).click();
    const history = page
      .getByRole('dialog', { name: 'Transaction' })
      .locator('section', { has: heading('History') });
    await history.getByText('First seen').waitFor();
    const events = await history
      .getByRole('listitem')
      .filter({ has: page.locator('time') })
      .allInnerTexts();
    expect(events.map((text) => /^(.+)\s+(\w{3} \d+), 2026/.exec(text)?.slice(1))).toEqual([
      ['Removed by the bank', 'Apr 4'],
      ['Reported again (version 2)', 'Mar 3'],
      ['Removed by the bank', 'Feb 2'],
      ['First seen', 'Jan 1'],
    ]);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('has no button that is focused and not seen where the table is cards', async () => {
    const { page: narrow, context } = await dashboard.person({ viewport: { width: 320, height: 700 } });
    await logIn(narrow, { path: '/transactions', landsOn: 'Transactions' });
    await narrow.getByRole('link', { name: 'acme coffee' }).waitFor();
    expect(await narrow.getByRole('button', { name: 'Amount' }).count()).toBe(0);
    expect(await narrow.locator('th button:visible').count()).toBe(0);
    expect(await findBarriers(narrow)).toEqual([]);
    await context.close();
  });
});

describe('a webhook', () => {
  it('shows its body as it came, which is what was signed, and laid out when asked', async () => {
    await fetch(integration.inbound_webhook_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: BODY,
    });
    await page.goto('/inbox?verdict=rejected');
    await page.getByRole('link', { name: 'Rejected' }).click();
    const body = page.getByRole('region', { name: 'the body', exact: true });
    expect(await body.textContent()).toBe(BODY);
    await page.getByRole('button', { name: 'Copy the body', exact: true }).click();
    await expect.poll(clipboard).toBe(BODY);
    await page.getByText('Formatted', { exact: true }).click();
    expect(await page.getByRole('region', { name: 'the body, formatted' }).textContent()).toBe(
      '{\n  "item_id": "forged",\n  "n": 1.50,\n  "big": 12345678901234567890\n}',
    );
    expect(await findBarriers(page)).toEqual([]);
  });

  it('that is believed when it is replayed is shown as the one that it is now', async () => {
    const { installation } = dashboard;
    const bank = await installation.newItem(integration, { transactions: 1, ready: true });
    await installation.link(integration, bank, 'acme');
    await installation.simulator.control('POST', `/items/${bank.item_id}/transactions`, { amount: '9.99' });
    const verified = () =>
      installation
        .db('plaid_webhooks')
        .where({ plaid_item_id: bank.item_id, verdict: 'verified' })
        .first<{ id: string } | undefined>('id');
    await eventually('a verified webhook', async () => (await verified()) !== undefined);
    // As if Plaid had not had the key when it came.
    await installation
      .db('plaid_webhooks')
      .where({ id: (await verified())!.id })
      .update({ verdict: 'rejected', rejection: 'key_unknown', jwt_hash: null, item_id: null, gen: null });
    await page.goto('/inbox?verdict=rejected');
    await page.getByText('key').first().waitFor();
    await rejectedRow(bank).click();
    await page.getByText('Why it was rejected').waitFor();
    const before = page.url();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText('Replayed. Its Item is being checked.').waitFor();
    await page.waitForURL((url) => url.href !== before);
    await page.getByText('Why it was rejected').waitFor({ state: 'hidden' });
    await page.getByText('Once', { exact: true }).last().waitFor();
    await page.goBack();
    await page.waitForURL(/verdict=rejected/);
  });

  const rejectedRow = ({ item_id }: BankItem) =>
    page
      .getByRole('row')
      .filter({ has: page.getByTitle(item_id) })
      .getByRole('link')
      .first();
});

describe('a CSV', () => {
  const press = () => page.getByRole('button', { name: 'CSV' }).click();

  it('is saved as it is filtered', async () => {
    await page.goto('/transactions?text=Tea');
    const saved = page.waitForEvent('download');
    await press();
    const lines = (await readFile(await (await saved).path(), 'utf8')).split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(',Tea,');
  });

  it('that is refused is no file, but says why', async () => {
    await page.goto('/transactions?end_user=nobody');
    await heading('Not found').waitFor();
    let files = 0;
    page.on('download', () => (files += 1));
    await press();
    await page.getByRole('alert').getByText('There is no end user nobody').last().waitFor();
    expect(files).toBe(0);
  });

  it('asks for the password where the session has ended', async () => {
    const { page: own, context } = await dashboard.person();
    await logIn(own, { path: '/transactions', landsOn: 'Transactions' });
    await own.getByRole('link', { name: 'acme coffee' }).waitFor();
    // What the page reads by itself must not be what notices it.
    const listed = await (await own.request.get('/api/transactions/search?limit=100')).body();
    await own.route('**/api/transactions/search?*', (route) =>
      route.fulfill({ body: listed, contentType: 'application/json' }),
    );
    await context.clearCookies();
    await own.getByRole('button', { name: 'CSV' }).click();
    const ended = own.getByRole('dialog', { name: 'Your session has ended' });
    await ended.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await context.close();
  });
});

describe('with more rows than can be sorted by amount', () => {
  beforeAll(async () => {
    const large = await putItem(dashboard.installation.db, { ...owner, endUserId: 'large' });
    await dashboard.installation.db.raw(
      `insert into transactions (organization_id, end_user_id, item_id, reference_id, amount, date, description, plaid)
       select :organizationId, :endUserRowId, :id, 'l-' || n, n, '2020-01-01', 'Large ' || n, '{}' from generate_series(1, :rows::integer) n`,
      { ...large, rows: 100_001 },
    );
  });

  it('a double press of "Next" opens none of those that come under the pointer', async () => {
    await page.goto('/transactions?end_user=large');
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Next' }).dblclick();
    await page.waitForURL(/after=/);
    await expect.poll(() => page.getByRole('button', { name: 'Previous' }).isEnabled()).toBe(true);
    expect(new URL(page.url()).searchParams.has('row')).toBe(false);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('the page says so and leads back to the order by date', async () => {
    expect(MOST_SORTED).toBe(30_000);
    await page.goto('/transactions');
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Amount' }).click();
    await heading('Too many rows to sort by amount').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sort by date' }).click();
    await page.getByRole('link', { name: 'acme coffee' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('a CSV says where it ends', async () => {
    const saved = page.waitForEvent('download', { timeout: 120_000 });
    await page.getByRole('button', { name: 'CSV' }).click();
    await saved;
    await page.getByText('It ends after the first 100,000.').waitFor();
  });
});
