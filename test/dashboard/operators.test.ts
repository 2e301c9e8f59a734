import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import type { BankItem, IntegrationUrls } from '../support/installation.js';

/** What somebody does who runs this: look for a webhook, tell accounts apart, prove that nothing is lost. */
let dashboard: Dashboard;
let page: Page;
let integration: IntegrationUrls;
let item: BankItem;

const call = async <T>(path: string): Promise<T> => (await dashboard.installation.call<T>('GET', path)).body;
const atBank = async <T>(method: string, path: string, body?: object): Promise<T> =>
  (await dashboard.installation.simulator.control<T>(method, path, body)).body;
const rowsOf = async (endUserId: string): Promise<number> => {
  const path = `/api/transactions?end_user_id=${endUserId}&limit=1000`;
  return (await call<{ _summary: { transactions: number } }>(path))._summary.transactions;
};

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  integration = await installation.createIntegration();
  item = await installation.newItem(integration, { transactions: 20, ready: true });
  await installation.link(integration, item, 'acme');
  await eventually('the first rows', async () => (await rowsOf('acme')) === 20);
  ({ page } = await dashboard.person());
  await logIn(page);
});

afterAll(async () => {
  await dashboard?.close();
});

describe('the inbox', () => {
  const rows = () => page.getByRole('table', { name: 'Webhooks' }).getByRole('row');

  it('is searched for what a body holds, and keeps that in the address', async () => {
    const forged = { webhook_type: 'TRANSACTIONS', webhook_code: 'DEFAULT_UPDATE', item_id: 'forged-item' };
    const answer = await fetch(integration.inbound_webhook_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(forged),
    });
    expect(answer.status).toBe(401);
    await atBank('POST', `/items/${item.item_id}/transactions`, { amount: '1.25', name: 'Bakery' });
    await eventually('a verified webhook', async () => {
      const { plaid_webhooks } = await call<{ plaid_webhooks: unknown[] }>(
        `/api/plaid_webhooks?item_id=${item.item_id}&verdict=verified`,
      );
      return plaid_webhooks.length > 0;
    });
    await page.goto('/inbox');
    await page.getByRole('searchbox', { name: 'Search Item, code, reason or body' }).fill('forged-item');
    await page.waitForURL(/q=forged-item/);
    await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(2);
    await page.reload();
    await page.getByText('header_missing').waitFor();
    expect(await rows().count()).toBe(2);
  });

  it('is narrowed to what came twice and by its forward, by keyboard, without barriers', async () => {
    const { webhooks } = await atBank<{ webhooks: { id: string }[] }>(
      'GET',
      `/webhooks?item_id=${item.item_id}`,
    );
    await atBank('POST', `/webhooks/${webhooks[0]!.id}/redeliver`, { same_token: true });
    await page.goto('/inbox');
    await page.getByRole('button', { name: 'More filters' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'It came' }).click();
    await page.getByRole('option', { name: 'More than once' }).click();
    await page.waitForURL(/redelivered=true/);
    await page.getByText('came 2 times').waitFor();
    expect(await rows().count()).toBe(2);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Forward' }).click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.waitForURL(/forward=failed/);
    await page.getByText('No webhook is like that').waitFor();
    await page.getByLabel('Item ID').fill(item.item_id);
    await page.keyboard.press('Enter');
    await page.waitForURL(/item=/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More filters (3)' }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => rows().count(), { timeout: 20_000 }).toBeGreaterThan(2);
  });

  it('is replayed as far as it is narrowed, never as a whole', async () => {
    await page.goto('/inbox');
    await rows().first().waitFor();
    expect(await page.getByRole('button', { name: 'Replay these' }).count()).toBe(0);
    await page.goto('/inbox?verdict=rejected');
    await page.getByRole('button', { name: 'Replay these' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay what the filters match' });
    await dialog.getByText('The oldest that match').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await dialog.getByText('It was verified again and is still rejected.').waitFor();
    expect(await dialog.getByRole('status').textContent()).toMatch(/^1 · /);
  });
});

describe('accounts that look alike, linked again', () => {
  let newer: BankItem;
  const twin = (balance: number, shop: string) => ({
    ...{ type: 'depository', subtype: 'checking', starting_balance: balance },
    meta: { name: 'Checking', mask: '0000' },
    transactions: [1, 2, 3, 4].map((n) => ({
      ...{ date_transacted: `2026-11-0${n}`, date_posted: `2026-11-0${n}` },
      ...{ amount: balance + n, description: `${shop} ${n}`, currency: 'USD' },
    })),
  });
  const choose = async (from: string, to: string): Promise<void> => {
    await page.getByRole('combobox', { name: `Checking ··0000, ${from}` }).click();
    await page.getByRole('option', { name: `Checking ··0000, ${to}` }).click();
  };

  beforeAll(async () => {
    const { installation } = dashboard;
    const older = await installation.newItem(integration, {
      ...{ username: 'user_custom', ready: true },
      password: JSON.stringify({ override_accounts: [twin(100, 'Tea'), twin(250, 'Books')] }),
    });
    await installation.link(integration, older, 'twins');
    await eventually('the rows of the older Item', async () => (await rowsOf('twins')) === 8);
    ({ item: newer } = await atBank<{ item: BankItem }>('POST', `/items/${older.item_id}/relink`, {
      ready: true,
    }));
    await installation.link(integration, newer, 'twins');
    await eventually('the doubtful relink', async () => {
      const { relinks } = await call<{ relinks: { reason: string }[] }>('/api/relinks?status=doubtful');
      return relinks.length === 1 && relinks[0]!.reason === 'accounts_ambiguous';
    });
  });

  it('are found on the overview', async () => {
    await page.goto('/');
    const needs = page.getByRole('region', { name: 'Needs a person now' });
    await needs.getByText('may show the same accounts as another one').first().waitFor();
    await needs
      .getByRole('link', { name: /of twins$/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'Linked again' }).getByText('Doubtful: decide').waitFor();
  });

  it('are paired by a person, who is told at the field where the pair is none', async () => {
    await page.goto(`/items/${newer.item_id}`);
    await page.getByRole('button', { name: 'Accept…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which accounts are one?' });
    await dialog.getByRole('combobox', { name: 'Checking ··0000, $100.00' }).waitFor();
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await dialog.getByText('Choose the account that it is in the newer Item.').first().waitFor();
    await choose('$100.00', '$250.00');
    await choose('$250.00', '$100.00');
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await expect.poll(() => dialog.getByText('These two are not one').count(), { timeout: 20_000 }).toBe(2);
    expect(await findBarriers(page)).toEqual([]);
    expect(await rowsOf('twins')).toBe(16);
    // An account is taken away from where it was chosen before.
    await choose('$100.00', '$100.00');
    await choose('$250.00', '$250.00');
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('region', { name: 'Linked again' }).getByText('Superseded').waitFor();
    expect(await rowsOf('twins')).toBe(8);
  });
});
