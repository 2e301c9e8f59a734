import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { BROKEN } from '../support/broken-api.js';
import { ADMIN, createDashboard, findBarriers, logIn, type Dashboard } from '../support/dashboard.js';
import { isSameDocument, markDocument } from '../support/page-watch.js';

/** What stands on a page when there is nothing, when it cannot be read, and when nobody answers any more. */
let dashboard: Dashboard;
let page: Page;

const LISTS = [
  {
    path: '/items',
    api: '/api/items',
    name: 'Items',
    empty: 'No Items yet',
    filtered: 'No Items match',
  },
  {
    path: '/end-users',
    api: '/api/end_users',
    name: 'End users',
    empty: 'No end users yet',
    filtered: 'No end users match',
  },
  {
    path: '/transactions',
    api: '/api/transactions/search',
    name: 'Transactions',
    empty: 'No transactions yet',
    filtered: 'No transactions match',
  },
  {
    path: '/inbox',
    api: '/api/plaid_webhooks',
    name: 'Webhooks',
    empty: 'No webhooks yet',
    filtered: 'No webhooks match',
  },
  {
    path: '/settings/integrations',
    api: '/api/integrations',
    name: 'Integrations',
    empty: 'Connect your Plaid account',
  },
] as const;

const FILTERS: Partial<Record<string, string>> = {
  '/items': '?q=nowhere',
  '/end-users': '?q=nowhere',
  '/transactions': '?text=nowhere',
  '/inbox': '?item=nowhere',
};

beforeAll(async () => {
  dashboard = await createDashboard();
  ({ page } = await dashboard.person());
  await logIn(page);
});

afterAll(async () => {
  await dashboard?.close();
});

const isApi = (path: string) => (url: URL) => url.pathname === path;
const heading = (name: string | RegExp) => page.getByRole('heading', { name });

describe('with nothing there', () => {
  it('the overview says where to begin', async () => {
    await heading('Welcome to Ardea').waitFor();
    expect(await page.getByRole('link', { name: 'Go to the integrations' }).getAttribute('href')).toBe(
      '/settings/integrations',
    );
  });

  it.each(LISTS)('$path says what will be there and how it comes', async ({ path, empty }) => {
    await page.goto(path);
    await heading(empty).waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it('a list of which the filters leave nothing says so, and one press shows all again', async () => {
    for (const { path, empty, ...list } of LISTS) {
      if (!('filtered' in list)) continue;
      await page.goto(`${path}${FILTERS[path]}`);
      await heading(list.filtered).waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await heading(empty).waitFor();
    }
  });
});

describe('what cannot be read', () => {
  const broken = (route: Route): Promise<void> => route.fulfill(BROKEN);

  it.each(LISTS)(
    '$path tells why, with the request, and tries again when asked',
    async ({ path, api, empty }) => {
      await page.route(isApi(api), broken);
      await page.goto(path);
      const alert = page.getByRole('main').getByRole('alert');
      await alert.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
      expect(await alert.innerText()).toMatch(/Something broke\.[^]*req_of_the_failure/);
      const again = alert.getByRole('button', { name: 'Try again' });
      await again.waitFor();
      await page.unrouteAll();
      // Anything that happens meanwhile has it read again, too.
      await Promise.race([again.click(), heading(empty).waitFor()]);
      await heading(empty).waitFor();
    },
  );

  it('the question who is there is asked again, too', async () => {
    await page.route(isApi('/api/session'), broken);
    await page.goto('/items');
    const alert = page.getByRole('alert');
    await alert.getByText('Something broke.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.unrouteAll();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await heading('No Items yet').waitFor();
  });

  it.each([
    '/items/none',
    '/end-users/none',
    '/inbox/none',
    '/settings/integrations/none',
    '/transactions?row=none',
  ])('%s is not found', async (path) => {
    await page.goto(path);
    await page.getByRole('alert').getByRole('heading', { name: 'Not found' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('a session that ends while a form is filled in', () => {
  it('asks for the password above it, and what was typed is still there to be sent', async () => {
    const { page: own, context } = await dashboard.person();
    await logIn(own, { path: '/settings/integrations', landsOn: 'Integrations' });
    await own.getByRole('button', { name: 'Add integration' }).click();
    const form = own.getByRole('dialog', { name: 'Add integration' });
    await form.getByLabel('Name').fill('Typed before the end');
    await form.getByRole('combobox', { name: 'Environment' }).click();
    await own.getByRole('option', { name: /Simulator/ }).click();
    await form.getByLabel('Client ID').fill(DEFAULT_CLIENT.clientId);
    await form.getByLabel('Secret', { exact: true }).fill(DEFAULT_CLIENT.secret);
    await context.clearCookies();
    await form.getByRole('button', { name: 'Check and add' }).click();
    const ended = own.getByRole('dialog', { name: 'Your session has ended' });
    await ended.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    // Closes nothing: not what cannot be closed, and not what waits below it.
    await own.keyboard.press('Escape');
    await ended.getByRole('button', { name: 'Log in' }).click();
    await ended.waitFor({ state: 'hidden' });
    expect(await form.getByLabel('Name').inputValue()).toBe('Typed before the end');
    await form.getByRole('button', { name: 'Check and add' }).click();
    await own.getByRole('heading', { level: 1, name: 'Typed before the end' }).waitFor();
    await context.close();
  });
});

describe('while the API does not answer', () => {
  const banner = () =>
    page.getByText('Ardea cannot be reached. What you see may be out of date. Trying again…');

  it('the page says so and keeps what it shows; when it is back all goes on without a reload', async () => {
    const { installation } = dashboard;
    await page.goto('/settings/integrations');
    await page.getByRole('link', { name: 'Typed before the end', exact: true }).waitFor();
    await markDocument(page);
    const row = page.getByRole('link', { name: 'Typed before the end', exact: true });
    const place = await row.boundingBox();
    await installation.api.end('SIGKILL');
    await banner().waitFor();
    expect(await row.boundingBox()).toEqual(place);
    // A page whose program is not there yet, and one whose data is not.
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await banner().waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Typed before the end', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await installation.startApi();
    await page.getByRole('table', { name: 'Users' }).waitFor({ timeout: 30_000 });
    await banner().waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Integrations', exact: true }).click();
    const created = await installation.call<{ integration: { heron_id: string } }>(
      'PUT',
      `/api/integrations/${(await integrationIds())[0]}`,
      { integration: { name: 'Changed after the outage', exact: true } },
    );
    expect(created.status).toBe(200);
    await page.getByRole('link', { name: 'Changed after the outage', exact: true }).waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  const integrationIds = async (): Promise<string[]> => {
    const { body } = await dashboard.installation.call<{ integrations: { heron_id: string }[] }>(
      'GET',
      '/api/integrations',
    );
    return body.integrations.map(({ heron_id }) => heron_id);
  };

  it('silence counts as no answer after half a minute', async () => {
    await page.clock.install();
    await page.goto('/settings/integrations');
    await page.getByRole('link', { name: 'Changed after the outage', exact: true }).waitFor();
    await page.route('**/api/**', () => undefined);
    await page.getByRole('link', { name: 'Items', exact: true }).click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    await page.clock.fastForward(31_000);
    await banner().waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    // What was asked meanwhile is silent, too.
    await page.clock.fastForward(31_000);
    await heading('No Items yet').waitFor();
    await banner().waitFor({ state: 'hidden' });
  });
});

describe('what goes on elsewhere', () => {
  it('a page of something that was deleted says so, whatever it has shown', async () => {
    const { installation } = dashboard;
    const { heron_id: id } = await installation.createIntegration();
    await page.goto(`/settings/integrations/${id}`);
    await page.getByRole('heading', { name: 'Addresses' }).waitFor();
    await markDocument(page);
    expect((await installation.call('DELETE', `/api/integrations/${id}`)).status).toBeLessThan(300);
    await page.getByRole('alert').getByRole('heading', { name: 'Not found' }).waitFor();
    expect(await isSameDocument(page)).toBe(true);
  });

  it('a log-out in one tab leaves nothing in the others, and one whose session had ended succeeds', async () => {
    const { page: first, context } = await dashboard.person();
    await logIn(first);
    const second = await context.newPage();
    await second.goto('/items');
    await second.getByRole('heading', { name: 'No Items yet' }).waitFor();
    await first.route(isApi('/api/session'), (route) =>
      route.request().method() === 'DELETE'
        ? route.fulfill({ status: 401, json: { code: 401, error: 'session.expired' } })
        : route.continue(),
    );
    await first.getByRole('button', { name: /^Account: / }).click();
    await first.getByRole('menuitem', { name: 'Log out' }).click();
    for (const tab of [first, second]) await tab.waitForURL('**/login');
    await context.close();
  });

  it('a page that the browser kept for its Back button shows nothing after the log-out', async () => {
    const { page: left, context } = await dashboard.person();
    await logIn(left);
    await left.goto('/items');
    await left.getByRole('heading', { name: 'No Items yet' }).waitFor();
    // The answer 204 leaves a browser where it is.
    await left.route('**/login', (route) => route.fulfill({ status: 204 }));
    await left.getByRole('button', { name: /^Account: / }).click();
    const leaves = left.waitForRequest('**/login');
    await left.getByRole('menuitem', { name: 'Log out' }).click();
    await leaves;
    // The browser of the tests keeps no page, so this one is told what a kept one is told.
    await left.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
    expect(await left.getByRole('heading', { name: 'No Items yet' }).count()).toBe(0);
    await left.unrouteAll();
    await left.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await left.waitForURL(/\/login\?to=/);
    await context.close();
  });
});

describe('when a newer dashboard is served', () => {
  const served = (build: string) =>
    page.route('**/version.json', (route) => route.fulfill({ json: { build } }));

  it('the page tells, and loads it when asked to', async () => {
    await page.goto('/items');
    await heading('No Items yet').waitFor();
    const note = page.getByText('A new version of the dashboard is available.');
    expect(await note.count()).toBe(0);
    await markDocument(page);
    await served('newer');
    // As when somebody comes back to the tab.
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await note.waitFor();
    expect(await isSameDocument(page)).toBe(true);
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(() => isSameDocument(page)).toBe(false);
    await heading('No Items yet').waitFor();
    expect(await note.count()).toBe(0);
  });

  it('a page that was loaded just before tells as soon as it is there', async () => {
    await served('newer');
    await page.goto('/items');
    await page.getByText('A new version of the dashboard is available.').waitFor();
    await page.unrouteAll();
    await page.goto('/items');
    await heading('No Items yet').waitFor();
  });

  it('a page whose old program is gone is loaded from the newer one', async () => {
    await markDocument(page);
    let isGone = true;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) isGone = false;
    });
    await page.route(/\/assets\/api-keys-page-[^/]*\.js$/, (route) =>
      isGone ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.getByRole('link', { name: 'API keys', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    expect(await isSameDocument(page)).toBe(false);
    await page.unrouteAll();
  });
});
