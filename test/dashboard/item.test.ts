import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN } from '../support/broken-api.js';
import { createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import type { BankItem, IntegrationUrls } from '../support/installation.js';

/** What may be done about an Item by what has become of it, and what its page says where something cannot be read. */
let dashboard: Dashboard;
let page: Page;
let integration: IntegrationUrls;
let item: BankItem;

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  integration = await installation.createIntegration();
  item = await installation.newItem(integration, { transactions: 5, ready: true });
  await installation.link(integration, item, 'acme');
  await eventually('a run', async () => {
    const path = `/api/integrations/${integration.heron_id}/links/${item.item_id}/sync_runs`;
    const { body } = await installation.call<{ sync_runs: unknown[] }>('GET', path);
    return body.sync_runs.length > 0;
  });
  ({ page } = await dashboard.person());
  await logIn(page);
});

// A test that fails must not leave its answers to the next.
afterEach(async () => {
  await page.unrouteAll();
});

afterAll(async () => {
  await dashboard?.close();
});

const linkPath = (): string => `/api/integrations/${integration.heron_id}/links/${item.item_id}`;
const button = (name: string) => page.getByRole('button', { name, exact: true });
const open = async (): Promise<void> => {
  await page.goto(`/items/${item.item_id}`);
  await button('More actions').waitFor();
};
const menu = async (): Promise<string[]> => {
  await button('More actions').click();
  await page.getByRole('menuitem').last().waitFor();
  const entries = await page.getByRole('menuitem').allInnerTexts();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'hidden' });
  return entries;
};

describe('the timeline', () => {
  const run = (n: number) => ({
    ...{ heron_id: `run_${n}`, kind: 'update', outcome: 'synced', pages: 1, restarts: 1, duration_ms: 5 },
    ...{ added: 0, modified: 0, removed: 0, error_code: null, error_message: null, plaid_request_id: null },
    started: new Date(Date.UTC(2026, 0, 1, 0, 59 - n)).toISOString(),
  });

  it('shows a kind alone as far as it is loaded, and goes on to what is not, even where nothing is shown yet', async () => {
    const sync_runs = Array.from({ length: 20 }, (_, n) => run(n));
    await page.route(/\/sync_runs/, (route) => route.fulfill({ json: { sync_runs, next_cursor: 'more' } }));
    await page.route(/\/api\/plaid_webhooks\?/, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { plaid_webhooks: object[] };
      const old = {
        ...{ heron_id: 'whk_old', webhook_code: 'OLD_ONE', webhook_type: 'TRANSACTIONS', deliveries: 1 },
        ...{ verdict: 'verified', state: 'consumed', rejection: null, received: '2020-01-01T00:00:00.000Z' },
        forward: { state: 'none', error: null },
      };
      await route.fulfill({ json: { ...body, plaid_webhooks: [old], next_cursor: null } });
    });
    await open();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('1 restart ·').first().waitFor();
    expect(await timeline.getByText('OLD_ONE').count()).toBe(0);
    await timeline.getByText('Webhooks', { exact: true }).click();
    await timeline.getByText('OLD_ONE').waitFor();
    await timeline.getByText('Errors', { exact: true }).click();
    await timeline.getByText('None among the latest').waitFor();
    await timeline.getByRole('button', { name: 'Load more' }).waitFor();
  });
});

describe('what may be done about an Item', () => {
  it('that is in sync: its webhooks come here, and its customer can always be led through Link again', async () => {
    await open();
    await button('Sync now').waitFor();
    expect(await menu()).toEqual([
      'Pause syncing',
      'Audit: compare with Plaid',
      'Re-link instructions',
      'Stop, remove or erase',
    ]);
    await button('More actions').click();
    await page.getByRole('menuitem', { name: 'Re-link instructions' }).click();
    const relink = page.getByRole('dialog');
    await relink.getByText('Send the customer through Link in update mode').waitFor();
    const request = relink.getByRole('region', { name: 'the link token request of update mode' });
    expect(await request.textContent()).toContain('"access_token": "<access_token>"');
    await relink.getByText('Node', { exact: true }).click();
    expect(await request.textContent()).toContain('access_token: accessToken');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('whose webhooks go elsewhere: they are taken over only after a question', async () => {
    let calls = 0;
    await page.route(/\/adopt_webhook$/, (route) => {
      calls += 1;
      return route.continue();
    });
    const { db } = dashboard.installation;
    await db('items')
      .where({ plaid_item_id: item.item_id })
      .update({ plaid_webhook_url: 'https://old.example/' });
    await open();
    await button('More actions').click();
    await page.getByRole('menuitem', { name: /^Adopt webhook/ }).click();
    const question = page.getByRole('dialog', { name: 'Make Plaid send the webhooks here' });
    await question.getByText('https://old.example/').waitFor();
    expect(calls).toBe(0);
    await question.getByRole('button', { name: 'Adopt webhook' }).click();
    await question.waitFor({ state: 'hidden' });
    expect(calls).toBe(1);
  });

  it('to be erased: nothing stays ticked, and it takes more than a press', async () => {
    const dialog = page.getByRole('dialog', { name: 'Stop, remove or erase this Item' });
    const openDialog = async (): Promise<void> => {
      await button('More actions').click();
      await page.getByRole('menuitem', { name: 'Stop, remove or erase' }).click();
      await dialog.waitFor();
    };
    await open();
    await openDialog();
    await dialog.getByLabel('Erase its data').check();
    expect(await dialog.getByRole('button', { name: 'Stop and erase' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await openDialog();
    expect(await dialog.getByLabel('Erase its data').isChecked()).toBe(false);
    await dialog.getByRole('button', { name: 'Stop syncing' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('that is paused: it is resumed', async () => {
    await dashboard.installation.call('POST', `${linkPath()}/pause`);
    await open();
    await page.getByText('Nothing until it is resumed').waitFor();
    await button('Resume').click();
    await button('Sync now').waitFor();
  });

  it('that was deleted: nothing but to remove and erase what is left', async () => {
    await dashboard.installation.call('DELETE', linkPath());
    await open();
    await page.getByText('Posting it to the link URL again revives it').waitFor();
    expect([await button('Resume').count(), await button('Sync now').count()]).toEqual([0, 0]);
    expect(await menu()).toEqual(['Re-link instructions', 'Stop, remove or erase']);
  });

  it('whose integration was deleted: the same', async () => {
    await dashboard.installation.call('DELETE', `/api/integrations/${integration.heron_id}?force=true`);
    await open();
    await page.getByText('Nothing: its integration was deleted.').waitFor();
    expect(await button('Resume').count()).toBe(0);
    expect(await menu()).toEqual(['Re-link instructions', 'Stop, remove or erase']);
  });
});

describe('what of it cannot be read', () => {
  it('its audits and relinks say so', async () => {
    await page.route(/\/(audits|relinks)\?/, (route) => route.fulfill(BROKEN));
    await open();
    for (const name of ['Audits', 'Linked again'])
      await page.getByRole('region', { name }).getByText('This could not be loaded').waitFor();
  });
});
