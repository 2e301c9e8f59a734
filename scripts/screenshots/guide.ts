/** npm run guide-screenshots: the pictures of docs/guide.md, taken while a browser does what the guide says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import {
  linkItem,
  postItem,
  spend,
  untilLink,
  untilTransaction,
  type EndUser,
  type IntegrationUrls,
} from './bank.js';
import { around, logIn, openBrowser, openPage, settled } from './camera.js';
import { PLAID_KEYS, startArdea, type RunningArdea } from './running-ardea.js';
import { shrinkPng } from './shrink-png.js';

const FOLDER = join(process.cwd(), 'docs/images');
const LARGEST_BYTES = 150_000;
const WINDOW = { width: 1200, height: 720 };

const ACME: EndUser = { id: 'acme', name: 'Acme Coffee' };
const JUNIPER: EndUser = { id: 'juniper', name: 'Juniper Books' };

interface Shot {
  /** Only this and a margin; absent: the window. */
  of?: Locator;
  margin?: number;
  /** Of the window while the picture is taken. */
  height?: number;
  width?: number;
}

/** Takes the picture `docs/images/<name>.png`. */
async function shoot(page: Page, name: string, shot: Shot = {}): Promise<void> {
  const { of, margin = 24, height = WINDOW.height, width = WINDOW.width } = shot;
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement?.blur()');
  await settled(page);
  const path = join(FOLDER, `${name}.png`);
  const clip = of === undefined ? undefined : await around(of, margin);
  const png = shrinkPng(
    await page.screenshot({ animations: 'disabled', ...(clip === undefined ? {} : { clip }) }),
  );
  writeFileSync(path, png);
  console.log(`${name}.png  ${Math.round(png.length / 1_000)} kB`);
  if (png.length > LARGEST_BYTES) throw new Error(`${path} has ${png.length} bytes: show less of the page.`);
}

const goTo = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();

async function addIntegration(page: Page): Promise<IntegrationUrls> {
  await goTo(page, 'Integrations');
  await page.getByRole('heading', { name: 'Connect your Plaid account' }).waitFor();
  await shoot(page, 'integrations-empty', { height: 560 });
  await page.getByRole('button', { name: 'Add integration' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add integration' });
  const field = (name: string): Locator => dialog.getByRole('textbox', { name });
  await field('Name').fill('My Plaid');
  await dialog.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: /Simulator/ }).click();
  await field('Client ID').fill(PLAID_KEYS.clientId);
  const secret = dialog.getByLabel('Secret', { exact: true });
  await secret.fill('the-secret-of-another-environment');
  await secret.blur();
  await shoot(page, 'add-integration', { of: dialog, height: 800 });
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await page.locator('[name=client_secret][data-invalid=true]').waitFor();
  await secret.blur();
  await shoot(page, 'wrong-secret', { of: dialog, height: 960 });
  await secret.fill(PLAID_KEYS.secret);
  await dialog.getByRole('button', { name: 'Check and add' }).click();
  await page.getByRole('heading', { level: 1, name: 'My Plaid' }).waitFor();
  await shoot(page, 'integration', { height: 760 });
  await goTo(page, 'Integrations');
  await page.getByRole('link', { name: 'View My Plaid' }).waitFor();
  await shoot(page, 'integrations', { height: 480 });
  await page.getByRole('link', { name: 'View My Plaid' }).click();
  const id = new URL(await urlOf(page, /\/settings\/integrations\/itg_/)).pathname.split('/').at(-1)!;
  const { origin } = new URL(page.url());
  return {
    heron_id: id,
    inbound_webhook_url: `${origin}/webhooks/plaid/${id}`,
    link_url: `${origin}/api/integrations/${id}/links`,
  };
}

async function urlOf(page: Page, pattern: RegExp): Promise<string> {
  await page.waitForURL(pattern);
  return page.url();
}

async function createKey(page: Page): Promise<void> {
  await goTo(page, 'API keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Link service');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Your new API key' });
  await dialog.waitFor();
  await shoot(page, 'api-key', { of: dialog });
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
}

/** Steps 7 and 8, while the page of the integration is open: its checklist turns green. */
async function linkFirst(page: Page, ardea: RunningArdea, integration: IntegrationUrls): Promise<string> {
  await page.goto(`/settings/integrations/${integration.heron_id}`);
  const itemId = await linkItem(ardea, integration, ACME, {
    institution_id: 'ins_109508',
    username: 'user_small_business',
    transactions: 420,
  });
  await untilLink(ardea, integration, itemId);
  // The checks of keys, Item and sync are green; what is spent now brings the first webhook that tells of a change.
  await spend(ardea, itemId, { name: 'Blue Bottle Coffee', amount: '18.40' });
  const done = page.getByRole('img', { name: 'Done' });
  await done.nth(3).waitFor();
  await shoot(page, 'checklist', { of: page.getByRole('region', { name: 'Set-up' }), margin: 16 });
  return itemId;
}

async function showReading(page: Page, ardea: RunningArdea, itemId: string): Promise<void> {
  await spend(ardea, itemId, { name: 'Harbor Roasters Wholesale', amount: '1249.50', pending: false });
  await spend(ardea, itemId, { name: 'STRIPE TRANSFER', amount: '-2310.75', pending: false });
  const pending = await spend(ardea, itemId, { name: 'Lantern Street Diner', amount: '64.20' });
  await untilTransaction(ardea, { text: 'Lantern Street Diner', pending: true });
  await page.goto('/transactions');
  await page.getByRole('link', { name: 'Lantern Street Diner' }).waitFor();
  await shoot(page, 'transactions', { height: 640 });
  // A tip: the bank posts it with another amount.
  await ardea.atBank('POST', `/items/${itemId}/post`, { transaction_ids: [pending], amount: '76.20' });
  const posted = await untilTransaction(ardea, { text: 'Lantern Street Diner', pending: false });
  await page.goto(`/transactions?row=${posted.heron_id}`);
  const drawer = page.getByRole('dialog', { name: 'Transaction' });
  await drawer.getByText('Came from the pending row').waitFor();
  await shoot(page, 'transaction-history', { of: drawer, margin: 0, height: 720 });
  await page.goto(`/items/${itemId}`);
  await page.getByText('Webhook').first().waitFor();
  await shoot(page, 'item', { height: 760 });
}

async function showEndUser(page: Page, ardea: RunningArdea, integration: IntegrationUrls): Promise<void> {
  const second = await linkItem(ardea, integration, ACME, {
    institution_id: 'ins_109509',
    username: 'user_transactions_dynamic',
    transactions: 160,
  });
  const other = await linkItem(ardea, integration, JUNIPER, {
    institution_id: 'ins_127287',
    username: 'user_small_business',
    transactions: 90,
  });
  await untilLink(ardea, integration, second);
  await untilLink(ardea, integration, other);
  await page.goto('/end-users');
  await page.getByRole('link', { name: ACME.name }).click();
  await page.getByRole('link', { name: 'First Gingham Credit Union' }).waitFor();
  await shoot(page, 'end-user', { height: 620 });
  await showBrokenLogin(page, ardea, integration, second);
  await showRelink(page, ardea, integration, other);
}

async function showBrokenLogin(
  page: Page,
  ardea: RunningArdea,
  integration: IntegrationUrls,
  itemId: string,
): Promise<void> {
  await ardea.atBank('POST', `/items/${itemId}/break`, { error_code: 'ITEM_LOGIN_REQUIRED' });
  await untilLink(ardea, integration, itemId, ({ status }) => status === 'erroring');
  await page.goto(`/items/${itemId}`);
  await page.getByText('Send the customer through Link in update mode').waitFor();
  await shoot(page, 'update-mode', { height: 560 });
  await ardea.atBank('POST', `/items/${itemId}/repair`, {});
  await untilLink(ardea, integration, itemId);
}

async function showRelink(
  page: Page,
  ardea: RunningArdea,
  integration: IntegrationUrls,
  old: string,
): Promise<void> {
  const { item } = await ardea.atBank<{ item: { item_id: string; access_token: string } }>(
    'POST',
    `/items/${old}/relink`,
    { old: 'break' },
  );
  await postItem(ardea, integration, JUNIPER, item);
  await untilLink(ardea, integration, old, ({ superseded_by_item_id }) => superseded_by_item_id !== null);
  await page.goto(`/items/${item.item_id}`);
  const card = page.getByRole('region', { name: 'Linked again' });
  await card.waitFor();
  await shoot(page, 'relink', { of: card, margin: 16, height: 1000 });
}

/** Somebody parses a webhook of Plaid and forwards what comes out of it. */
async function showRejected(page: Page, ardea: RunningArdea, itemId: string): Promise<void> {
  await ardea.atBank('POST', '/faults', {
    kind: 'webhook_reserialised_body',
    item_id: itemId,
    webhook_code: 'SYNC_UPDATES_AVAILABLE',
    times: 1,
    retry: false,
  });
  await spend(ardea, itemId, { name: 'Fern & Fig Bakery', amount: '23.10' });
  await page.goto('/inbox?verdict=rejected');
  await page.getByRole('table', { name: 'Webhooks' }).getByRole('link').first().click();
  await page.getByText('Why it was rejected').waitFor();
  await shoot(page, 'rejected-webhook', { height: 520 });
}

const SIMULATOR = '**/api/integrations/*/simulator';

/** The pages as they are with Plaid: without what they offer where a simulator plays it. */
const hideSimulator = (page: Page): Promise<unknown> =>
  page.route(SIMULATOR, (route) =>
    route.fulfill({
      json: {
        simulator: { available: false, reason: 'As with Plaid.', actions: [], faults: [], fault_kinds: [] },
      },
    }),
  );

async function showSimulator(page: Page, integration: IntegrationUrls, itemId: string): Promise<void> {
  await page.unroute(SIMULATOR);
  await page.goto(`/settings/integrations/${integration.heron_id}`);
  const link = page.getByRole('region', { name: 'Simulator', exact: true });
  await link.getByRole('button', { name: 'Link test Item' }).waitFor();
  await shoot(page, 'simulator-link', { of: link, margin: 16, height: 1100 });
  await page.goto(`/items/${itemId}`);
  const bank = page.getByRole('region', { name: 'At the simulated bank' });
  await bank.getByRole('button', { name: 'Spend', exact: true }).click();
  await bank.getByLabel('Where').fill('Heron Tea House');
  await bank.getByLabel('Amount').fill('12.34');
  await shoot(page, 'simulator-panel', { of: bank, margin: 16, height: 900 });
}

mkdirSync(FOLDER, { recursive: true });
const ardea = await startArdea();
try {
  const browser = await openBrowser();
  const page = await openPage(browser, ardea, { viewport: WINDOW, deviceScaleFactor: 1.5 });
  try {
    await hideSimulator(page);
    await page.goto('/login');
    await page.getByLabel('E-mail').fill(ardea.admin.email);
    await shoot(page, 'log-in', { height: 600 });
    await logIn(page, ardea);
    const integration = await addIntegration(page);
    await createKey(page);
    const itemId = await linkFirst(page, ardea, integration);
    await showReading(page, ardea, itemId);
    await showEndUser(page, ardea, integration);
    await showRejected(page, ardea, itemId);
    await showSimulator(page, integration, itemId);
  } finally {
    await browser.close();
  }
} finally {
  await ardea.end();
}
