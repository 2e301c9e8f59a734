import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, logIn, type Dashboard } from '../support/dashboard.js';
import { isSameDocument, markDocument, watchStreams } from '../support/page-watch.js';
import type { IntegrationUrls } from '../support/installation.js';

/** What happens elsewhere is on the screen by itself, and nothing moves under the eyes of who reads. */
let dashboard: Dashboard;
let integration: IntegrationUrls;
let itemId = '';
let context: BrowserContext;
let first: Page;
let second: Page;
let streams: { readonly open: number };

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  integration = await installation.createIntegration();
  const item = await installation.newItem(integration, { transactions: 120, ready: true });
  itemId = item.item_id;
  await installation.link(integration, item, 'acme');
  ({ context, page: first } = await dashboard.person());
  streams = watchStreams(context);
  await logIn(first);
});

afterAll(async () => {
  await dashboard?.close();
});

/** What takes longer than this is a reading after all, not news: it is many times what it takes. */
const SOON_MS = 10_000;
const soon = (locator: Locator): Promise<void> => locator.waitFor({ timeout: SOON_MS });
const atBank = (name: string): Promise<unknown> =>
  dashboard.installation.simulator.control('POST', `/items/${itemId}/transactions`, { amount: '4.20', name });
const rename = (name: string): Promise<unknown> =>
  dashboard.installation.call('PUT', `/api/integrations/${integration.heron_id}`, { integration: { name } });
const row = (page: Page, name: string): Locator =>
  page.getByRole('table').getByRole('link', { name, exact: true });

describe('one stream for the whole browser', () => {
  it('is all that two tabs need', async () => {
    await expect.poll(() => streams.open).toBe(1);
    await first.goto('/settings/integrations');
    await row(first, 'Simulator').waitFor();
    second = await context.newPage();
    await second.goto('/settings/integrations');
    await row(second, 'Simulator').waitFor();
    await Promise.all([markDocument(first), markDocument(second)]);
    await expect.poll(() => streams.open).toBe(1);
    await rename('Renamed for both');
    await Promise.all([soon(row(first, 'Renamed for both')), soon(row(second, 'Renamed for both'))]);
    expect(streams.open).toBe(1);
  });

  it('is taken over when the tab that had it is closed, and what happened in between is read', async () => {
    const third = await context.newPage();
    await third.goto('/settings/integrations');
    await row(third, 'Renamed for both').waitFor();
    await markDocument(third);
    await first.close();
    await rename('Renamed in between');
    await Promise.all([soon(row(second, 'Renamed in between')), soon(row(third, 'Renamed in between'))]);
    await expect.poll(() => streams.open).toBe(1);
    expect(await isSameDocument(second)).toBe(true);
    expect(await isSameDocument(third)).toBe(true);
    await third.close();
  });

  it('tells another person, too, within the organisation', async () => {
    const { page: other, context: otherContext } = await dashboard.person();
    await logIn(other);
    await other.goto('/settings/integrations');
    await row(other, 'Renamed in between').waitFor();
    await markDocument(other);
    await rename('Renamed once more');
    await soon(row(other, 'Renamed once more'));
    expect(await isSameDocument(other)).toBe(true);
    await otherContext.close();
  });
});

describe('a list that somebody reads', () => {
  it('stays where it is while new rows come, and shows them when asked', async () => {
    await second.goto('/transactions');
    const table = second.getByRole('table', { name: 'Transactions' });
    const rows = table.getByRole('row');
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(101);
    await markDocument(second);
    await second.mouse.wheel(0, 900);
    const read = rows.nth(30);
    const text = await read.innerText();
    const isStill = async (): Promise<string> => JSON.stringify(await read.boundingBox());
    await expect.poll(() => second.evaluate<number>('scrollY')).toBeGreaterThan(100);
    const place = await isStill();
    await atBank('Heron Tea House');
    await soon(second.getByRole('button', { name: '1 new' }));
    await atBank('Zebra Books');
    await soon(second.getByRole('button', { name: '2 new' }));
    expect(await read.innerText()).toBe(text);
    expect(await isStill()).toBe(place);
    expect(await row(second, 'Heron Tea House').count()).toBe(0);
    await second.getByRole('button', { name: '2 new' }).click();
    await row(second, 'Heron Tea House').waitFor();
    await row(second, 'Zebra Books').waitFor();
    expect(await isSameDocument(second)).toBe(true);
  });

  it('shows at once what has changed in a row that is there', async () => {
    const before = await row(second, 'Zebra Books').count();
    expect(before).toBe(1);
    const { body } = await dashboard.installation.call<{
      transactions: { reference_id: string; description: string }[];
    }>('GET', '/api/transactions/search?text=Zebra');
    const id = body.transactions[0]!.reference_id;
    await dashboard.installation.simulator.control('PATCH', `/items/${itemId}/transactions/${id}`, {
      name: 'Zebra Books and Maps',
    });
    await soon(row(second, 'Zebra Books and Maps'));
    expect(await isSameDocument(second)).toBe(true);
  });

  it('marks what has left it, and hides nothing that it says', async () => {
    const { control } = dashboard.installation.simulator;
    await second.goto('/transactions');
    await row(second, 'Zebra Books and Maps').waitFor();
    const { body } = await dashboard.installation.call<{ transactions: { reference_id: string }[] }>(
      'GET',
      '/api/transactions/search?text=Zebra',
    );
    await control('DELETE', `/items/${itemId}/transactions/${body.transactions[0]!.reference_id}`);
    const left = second.getByRole('row').filter({ hasText: 'Zebra Books and Maps' });
    const mark = left.getByText('changed', { exact: true });
    for (const width of [1440, 320]) {
      await second.setViewportSize({ width, height: 900 });
      await soon(mark);
      const [marked, amount] = await Promise.all([mark.boundingBox(), left.getByText('$4.20').boundingBox()]);
      const isBeside = marked!.x + marked!.width <= amount!.x || marked!.y + marked!.height <= amount!.y + 4;
      expect(isBeside, `at ${width} px`).toBe(true);
    }
    await second.setViewportSize({ width: 1280, height: 720 });
    await second.getByRole('button', { name: '1 changed' }).click();
    await left.waitFor({ state: 'detached' });
  });

  it('of Items and webhooks does so, too', async () => {
    await second.goto('/items');
    await second.getByRole('table', { name: 'Items' }).waitFor();
    await markDocument(second);
    const { installation } = dashboard;
    const item = await installation.newItem(integration, { transactions: 3, ready: true });
    await installation.link(integration, item, 'beta');
    await soon(second.getByRole('button', { name: '1 new' }));
    await second.getByRole('button', { name: '1 new' }).click();
    await second.getByText(item.item_id).waitFor();
    await second.getByRole('link', { name: 'Inbox', exact: true }).click();
    await second.getByRole('table', { name: 'Webhooks' }).waitFor();
    await installation.simulator.control('POST', `/items/${item.item_id}/transactions`, { amount: '1.00' });
    await soon(second.getByRole('button', { name: /^\d+ new$/ }));
    expect(await isSameDocument(second)).toBe(true);
  });
});
