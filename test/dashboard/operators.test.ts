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
    await page.getByText('It came without the Plaid-Verification header').waitFor();
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
    await page.getByText('No webhooks match').waitFor();
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
    const needs = page.getByRole('region', { name: 'Needs attention now' });
    await needs.getByText('It may show the accounts of another Item').first().waitFor();
    await needs
      .getByRole('link', { name: /of twins$/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'Linked again' }).getByText('Needs your decision').waitFor();
  });

  it('are paired by a person, who is told at the field where the pair is none', async () => {
    await page.goto(`/items/${newer.item_id}`);
    await page.getByRole('button', { name: 'Accept…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Match the accounts' });
    await dialog.getByRole('combobox', { name: 'Checking ··0000, $100.00' }).waitFor();
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await dialog.getByText('Choose the account that it is in the newer Item.').first().waitFor();
    await choose('$100.00', '$250.00');
    await choose('$250.00', '$100.00');
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await expect.poll(() => dialog.getByText('share no transactions').count(), { timeout: 20_000 }).toBe(2);
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

describe('the audit of an integration', () => {
  const start = async (): Promise<void> => {
    await page.goto(`/settings/integrations/${integration.heron_id}`);
    await page.getByRole('button', { name: 'Audit all Items' }).click();
  };
  const audits = () => page.getByRole('region', { name: 'Audits' });
  const latest = () => audits().getByRole('listitem').first();
  const storedRows = async (): Promise<number> => {
    const { rows } = await dashboard.installation.db.raw<{ rows: [{ count: number }] }>(
      `select count(*)::int from transactions t join items i on i.id = t.item_id
        where i.plaid_item_id = ? and t.removed_at is null`,
      [item.item_id],
    );
    return rows[0].count;
  };

  it('finds what is lost, leads to the Item, and mends it', async () => {
    const before = await storedRows();
    await dashboard.installation.db.raw(
      `delete from transactions where id = (
         select t.id from transactions t join items i on i.id = t.item_id
          where i.plaid_item_id = ? and t.removed_at is null order by t.id limit 1)`,
      [item.item_id],
    );
    await start();
    await latest().getByText('Differs').first().waitFor({ timeout: 120_000 });
    const items = latest().getByRole('list', { name: 'Items to look at' });
    const differing = items.getByRole('listitem').filter({ hasText: 'Differs' });
    await differing.getByText('1 missing, 0 extra, 0 different').waitFor();
    expect(await differing.getByRole('link').getAttribute('href')).toBe(`/items/${item.item_id}`);
    expect(await findBarriers(page)).toEqual([]);
    await latest().getByRole('button', { name: 'Repair' }).click();
    await latest()
      .getByText(/^Repair asked for/)
      .waitFor();
    await eventually('the repair', async () => (await storedRows()) === before);
  });

  it('is not clean while an Item could not be compared, and says so', async () => {
    const { installation } = dashboard;
    const broken = await installation.newItem(integration, {
      ...{ transactions: 5, ready: true },
      institution_id: 'ins_109509',
    });
    await installation.link(integration, broken, 'broken');
    await eventually('its rows', async () => (await rowsOf('broken')) === 5);
    await atBank('POST', `/items/${broken.item_id}/break`, { error_code: 'ITEM_LOGIN_REQUIRED' });
    await eventually('the broken login', async () => {
      const { items } = await call<{ items: unknown[] }>('/api/items?status=erroring');
      return items.length === 1;
    });
    await start();
    await latest().getByText('Incomplete').waitFor({ timeout: 120_000 });
    await latest().getByText('could not be audited').first().waitFor();
    await latest()
      .getByRole('link', { name: new RegExp(`^${broken.item_id.slice(0, 8)}`) })
      .waitFor();
    await page.goto(`/items/${broken.item_id}`);
    await audits().getByText('Not audited').waitFor();
    await audits().getByText('ITEM_LOGIN_REQUIRED').waitFor();
  });
});
