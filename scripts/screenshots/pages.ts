/** npm run page-screenshots -- <folder>: every page at three widths, light and dark, to be looked at. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { linkItem, postItem, spend, untilLink, type IntegrationUrls } from './bank.js';
import { logIn, openBrowser, openPage, settled } from './camera.js';
import { PLAID_KEYS, startArdea, type RunningArdea } from './running-ardea.js';

const WIDTHS = [320, 768, 1440] as const;
const HEIGHT = 900;
const SCHEMES = ['light', 'dark'] as const;
const ACME = { id: 'acme', name: 'Acme Coffee' };

interface View {
  name: string;
  path: string;
  /** What is opened on it. */
  open?: (page: Page) => Promise<void>;
  /** Only what is within the window: dialogs do not grow with the page. */
  isWindow?: boolean;
}

const press =
  (...names: (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names)
      await page.getByRole('button', { name }).or(page.getByRole('menuitem', { name })).first().click();
  };

/** Items in every state that one looks different in. */
async function fill(ardea: RunningArdea): Promise<View[]> {
  const { integration } = await ardea.call<{ integration: IntegrationUrls }>('POST', '/api/integrations', {
    integration: {
      name: 'My Plaid',
      type: 'plaid',
      resource: 'transaction',
      base_url: ardea.simulatorUrl,
      client_id: PLAID_KEYS.clientId,
      client_secret: PLAID_KEYS.secret,
      webhook_url: `${ardea.url}/healthz`,
    },
  });
  const link = (endUser: { id: string; name: string }, institution: string, transactions: number) =>
    linkItem(ardea, integration, endUser, {
      institution_id: institution,
      username: 'user_small_business',
      transactions,
    });
  const item = await link(ACME, 'ins_109508', 420);
  const broken = await link(ACME, 'ins_109509', 60);
  const paused = await link({ id: 'juniper', name: 'Juniper Books' }, 'ins_109510', 60);
  const revoked = await link(
    { id: 'marlow', name: 'Marlow & Sons Hardware Supplies Ltd.' },
    'ins_109511',
    60,
  );
  const old = await link({ id: 'larkspur', name: 'Larkspur Florist' }, 'ins_127287', 90);
  const doubted = await link({ id: 'finch', name: 'Finch Bicycles' }, 'ins_109512', 1);
  for (const each of [item, broken, paused, revoked, old, doubted]) await untilLink(ardea, integration, each);
  await ardea.atBank('POST', `/items/${broken}/break`, {});
  await ardea.atBank('POST', `/items/${revoked}/revoke`, {});
  await ardea.call('POST', `/api/integrations/${integration.heron_id}/links/${paused}/pause`);
  for (const [each, endUser] of [
    [old, { id: 'larkspur', name: 'Larkspur Florist' }],
    [doubted, { id: 'finch', name: 'Finch Bicycles' }],
  ] as const) {
    const { item: again } = await ardea.atBank<{ item: { item_id: string; access_token: string } }>(
      'POST',
      `/items/${each}/relink`,
      {},
    );
    await postItem(ardea, integration, endUser, again);
    await untilLink(ardea, integration, again.item_id);
  }
  await ardea.atBank('POST', '/faults', {
    kind: 'webhook_reserialised_body',
    item_id: item,
    times: 1,
    retry: false,
  });
  await spend(ardea, item, { name: 'Fern & Fig Bakery', amount: '23.10' });
  const pending = await spend(ardea, item, { name: 'Lantern Street Diner', amount: '64.20' });
  await untilLink(ardea, integration, broken, ({ status }) => status === 'erroring');
  await ardea.atBank('POST', `/items/${item}/post`, { transaction_ids: [pending], amount: '76.20' });
  await ardea.call('POST', `/api/integrations/${integration.heron_id}/links/${item}/audit`);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const { transactions } = await ardea.call<{ transactions: { heron_id: string }[] }>(
    'GET',
    '/api/transactions/search?text=Lantern&pending=false',
  );
  const { plaid_webhooks: webhooks } = await ardea.call<{ plaid_webhooks: { heron_id: string }[] }>(
    'GET',
    '/api/plaid_webhooks?verdict=rejected',
  );
  const settings = '/settings/integrations';
  const own = `${settings}/${integration.heron_id}`;
  return [
    { name: 'overview', path: '/' },
    { name: 'overview-month', path: '/?window=30d' },
    { name: 'items', path: '/items' },
    { name: 'items-none', path: '/items?q=nothing-is-like-this' },
    { name: 'item', path: `/items/${item}` },
    { name: 'item-menu', path: `/items/${item}`, open: press('More actions'), isWindow: true },
    { name: 'item-erroring', path: `/items/${broken}` },
    { name: 'item-paused', path: `/items/${paused}` },
    { name: 'item-revoked', path: `/items/${revoked}` },
    { name: 'item-superseded', path: `/items/${old}` },
    { name: 'item-doubtful', path: `/items/${doubted}` },
    {
      name: 'item-relink',
      path: `/items/${item}`,
      open: press('More actions', 'Re-link instructions'),
      isWindow: true,
    },
    {
      name: 'item-delete',
      path: `/items/${item}`,
      open: press('More actions', /^Stop, remove/),
      isWindow: true,
    },
    { name: 'end-users', path: '/end-users' },
    { name: 'end-user', path: '/end-users/acme' },
    { name: 'transactions', path: '/transactions' },
    { name: 'transactions-filters', path: '/transactions', open: press(/^More filters/), isWindow: true },
    {
      name: 'transaction',
      path: `/transactions?row=${transactions[0]?.heron_id ?? ''}`,
      isWindow: true,
    },
    { name: 'inbox', path: '/inbox' },
    { name: 'webhook-rejected', path: `/inbox/${webhooks[0]?.heron_id ?? ''}` },
    { name: 'integrations', path: settings },
    { name: 'integration', path: own },
    { name: 'integration-edit', path: own, open: press('Edit'), isWindow: true },
    {
      name: 'integration-delete',
      path: own,
      open: press('More actions', 'Delete'),
      isWindow: true,
    },
    { name: 'api-keys', path: '/settings/api-keys' },
    { name: 'users', path: '/settings/users' },
    { name: 'users-invite', path: '/settings/users', open: press('Invite'), isWindow: true },
    { name: 'account', path: '/settings/account' },
    { name: 'no-such-page', path: '/no-such-page' },
    { name: 'no-such-item', path: '/items/nobody' },
  ];
}

const EMPTY: readonly View[] = [
  '/',
  '/items',
  '/end-users',
  '/transactions',
  '/inbox',
  '/settings/integrations',
].map((path) => ({ name: `empty${path.replaceAll('/', '-').replace(/-$/, '-overview')}`, path }));

async function shootAll(
  browser: Browser,
  ardea: RunningArdea,
  folder: string,
  views: readonly View[],
): Promise<void> {
  for (const colorScheme of SCHEMES)
    for (const width of WIDTHS) {
      const page = await openPage(browser, ardea, { viewport: { width, height: HEIGHT }, colorScheme });
      const shoot = async ({ name, path, open, isWindow = false }: View): Promise<void> => {
        await page.goto(path);
        await settled(page);
        await open?.(page);
        await settled(page);
        await page.screenshot({
          path: join(folder, `${name}-${width}-${colorScheme}.png`),
          fullPage: !isWindow,
          animations: 'disabled',
        });
      };
      await shoot({ name: 'log-in', path: '/login' });
      await logIn(page, ardea);
      for (const view of views) await shoot(view);
      await page.context().close();
    }
}

const [, , wanted = '', only = ''] = process.argv;
if (wanted === '') {
  console.error(
    'Give the folder: npm run page-screenshots -- <folder> [names of pages, a regular expression]',
  );
  process.exit(2);
}
const folder = resolve(wanted);
mkdirSync(folder, { recursive: true });
const chosen = (views: readonly View[]): View[] => views.filter(({ name }) => new RegExp(only).test(name));
const ardea = await startArdea();
try {
  const browser = await openBrowser();
  try {
    await shootAll(browser, ardea, folder, chosen(EMPTY));
    await shootAll(browser, ardea, folder, chosen(await fill(ardea)));
  } finally {
    await browser.close();
  }
} finally {
  await ardea.end();
}
