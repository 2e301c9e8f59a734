import { request } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, logIn, type Dashboard } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import { INVITED_PASSWORD, invite, join } from '../support/people-in-browser.js';

/** What each role finds and may press, and that the API holds it whatever the page shows. */
const ROLES = ['read_only', 'member', 'admin'] as const;
type Role = (typeof ROLES)[number];

const MEMBER = 'mia@example.com';
const READER = 'ruth@example.com';

let dashboard: Dashboard;
let people: Record<Role, Page>;
const at = { integration: '', item: '', webhook: '' };
let links: { integrationPath: string; linkPath: string; webhookPath: string };

beforeAll(async () => {
  dashboard = await createDashboard();
  const { installation } = dashboard;
  const integration = await installation.createIntegration();
  const item = await installation.newItem(integration, { transactions: 5, ready: true });
  await installation.link(integration, item, 'acme');
  await installation.simulator.control('POST', `/items/${item.item_id}/transactions`, { amount: '9.99' });
  await eventually('a webhook is in the inbox', async () => {
    const { body } = await installation.call<{ plaid_webhooks: { heron_id: string }[] }>(
      'GET',
      '/api/plaid_webhooks',
    );
    at.webhook = body.plaid_webhooks[0]?.heron_id ?? '';
    return at.webhook !== '';
  });
  at.integration = integration.heron_id;
  at.item = item.item_id;
  links = {
    integrationPath: `/api/integrations/${at.integration}`,
    linkPath: `/api/integrations/${at.integration}/links/${at.item}`,
    webhookPath: `/api/plaid_webhooks/${at.webhook}`,
  };
  const { page: admin } = await dashboard.person();
  await logIn(admin);
  const member = await join(dashboard, await invite(admin, { email: MEMBER, role: 'Member' }), 'Mia');
  const reader = await join(dashboard, await invite(admin, { email: READER, role: 'Read-only' }), 'Ruth');
  people = { admin, member, read_only: reader };
});

afterAll(async () => {
  await dashboard?.close();
});

const settled = async (page: Page, path: string): Promise<void> => {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count(), { timeout: 20_000 }).toBe(0);
};

/** As the page itself would: the browser adds the cookie and the origin. */
const callFrom = (page: Page, method: string, path: string, body?: object) =>
  page.evaluate(
    async ([verb, url, json]) => {
      const answer = await fetch(url, {
        method: verb,
        ...(json === null ? {} : { headers: { 'content-type': 'application/json' }, body: json }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        error: text === '' ? undefined : (JSON.parse(text) as { error?: string }).error,
      };
    },
    [method, path, body ? JSON.stringify(body) : null] as const,
  );

const PLACES = () =>
  [
    { path: '/settings/integrations', button: 'Add integration', from: 'admin' },
    { path: `/settings/integrations/${at.integration}`, button: 'Edit', from: 'member' },
    { path: `/settings/integrations/${at.integration}`, button: 'More actions', from: 'admin' },
    { path: `/items/${at.item}`, button: 'Sync now', from: 'member' },
    { path: `/items/${at.item}`, button: 'More actions', from: 'member' },
    { path: `/inbox/${at.webhook}`, button: 'Replay', from: 'member' },
    { path: '/settings/users', button: 'Invite', from: 'admin' },
    { path: '/settings/api-keys', button: 'Create key', from: 'admin' },
  ] as const satisfies { path: string; button: string; from: Role }[];

/** Beginnings of what changes something, wherever it stands. */
const CHANGES =
  /^(Add|Edit|Delete|Rotate|Sync|Pause|Resume|Audit|Adopt|Stop|Replay|Invite|Create|Rename|Deactivate|Withdraw|More actions|Actions for|Accept|Reject|Revert|Repair|Erase|Spend|Break|Inject|Link a)/;

describe('what is there to press', () => {
  it.each(ROLES)('%s finds what the role may do, and nothing else', async (role) => {
    const page = people[role];
    for (const { path, button, from } of PLACES()) {
      await settled(page, path);
      const isThere = (await page.getByRole('button', { name: button, exact: true }).count()) > 0;
      expect(isThere, `${button} at ${path}`).toBe(ROLES.indexOf(role) >= ROLES.indexOf(from));
      if (role !== 'read_only') continue;
      const buttons = await page.getByRole('main').getByRole('button').all();
      const names = await Promise.all(
        buttons.map(async (each) => (await each.getAttribute('aria-label')) ?? (await each.innerText())),
      );
      expect(
        names.filter((name) => CHANGES.test(name)),
        path,
      ).toEqual([]);
    }
    const navigation = page.getByRole('navigation', { name: 'Main' });
    for (const name of ['API keys', 'Users'])
      expect(await navigation.getByRole('link', { name, exact: true }).count(), name).toBe(
        role === 'admin' ? 1 : 0,
      );
  });

  it('works for a member: the daily work, and an integration without its keys', async () => {
    const page = people.member;
    await settled(page, `/items/${at.item}`);
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Plaid is asked for changes now.').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Pause syncing' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /erase/i }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Stop syncing' }).click();
    const ending = page.getByRole('dialog', { name: 'Stop syncing this Item' });
    await ending.getByRole('button', { name: 'Stop syncing' }).waitFor();
    expect(await ending.getByRole('checkbox').count()).toBe(0);
    await ending.getByRole('button', { name: 'Cancel' }).click();

    await settled(page, `/settings/integrations/${at.integration}`);
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const form = page.getByRole('dialog', { name: /^Edit / });
    expect(await form.getByLabel('Secret', { exact: true }).count()).toBe(0);
    await form.getByLabel('Name').fill('Named by Mia');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Named by Mia' }).waitFor();

    await settled(page, `/inbox/${at.webhook}`);
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText('Replayed. Its Item is being checked.').waitFor();
  });
});

describe('what the role does not reach', () => {
  it('is refused by the API with the cookie of a reader', async () => {
    const tries = [
      ['PUT', links.integrationPath, { integration: { name: 'Mine' } }],
      ['POST', `${links.linkPath}/refresh`],
      ['POST', `${links.linkPath}/pause`],
      ['POST', `${links.linkPath}/audit`],
      ['DELETE', links.linkPath],
      ['POST', `${links.webhookPath}/replay`, { replay: { forward: false } }],
      ['GET', '/api/users'],
      ['GET', '/api/api_keys'],
    ] as const;
    for (const [method, path, body] of tries)
      expect(await callFrom(people.read_only, method, path, body), `${method} ${path}`).toEqual({
        status: 403,
        error: 'auth.forbidden',
      });
  });

  it('is refused by the API with the cookie of a member', async () => {
    const tries = [
      ['PUT', links.integrationPath, { integration: { client_secret: 'another' } }],
      ['DELETE', links.integrationPath],
      ['DELETE', `${links.linkPath}?erase=true`],
      ['POST', '/api/users/invites', { invite: { email: 'eve@example.com', role: 'admin' } }],
      ['GET', '/api/users'],
      ['POST', '/api/api_keys', { api_key: { name: 'mine' } }],
      ['GET', '/api/api_keys'],
    ] as const;
    for (const [method, path, body] of tries)
      expect(await callFrom(people.member, method, path, body), `${method} ${path}`).toEqual({
        status: 403,
        error: 'auth.forbidden',
      });
  });

  it('is explained where a reader comes to its page nevertheless', async () => {
    const page = people.read_only;
    for (const path of ['/settings/users', '/settings/api-keys']) {
      await settled(page, path);
      const notice = page.getByRole('alert');
      await notice.getByRole('heading', { name: 'You do not have access to this' }).waitFor();
      expect(await notice.innerText(), path).toContain('takes the role admin; yours is read_only');
    }
  });
});

describe('another site', () => {
  /** Node's fetch adds headers of its own; this sends just these. */
  const send = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ integration: { name: 'Taken over' } });
      const url = new URL(links.integrationPath, dashboard.installation.url);
      const sent = { ...headers, 'content-type': 'application/json' };
      const call = request(url, { method: 'PUT', headers: sent }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      });
      call.once('error', reject).end(body);
    });

  it('writes nothing with the cookie of somebody who is logged in', async () => {
    const [found] = await people.admin.context().cookies();
    const cookie = `${found!.name}=${found!.value}`;
    const own = dashboard.installation.url;
    expect(await send({ cookie, 'sec-fetch-site': 'cross-site' }), 'no Origin, from another site').toBe(403);
    expect(await send({ cookie, 'sec-fetch-site': 'same-site' }), 'no Origin, from a neighbour').toBe(403);
    expect(await send({ cookie, 'sec-fetch-site': 'none' }), 'no Origin, from no page').toBe(403);
    expect(await send({ cookie }), 'neither header').toBe(403);
    expect(await send({ cookie, origin: 'null' }), 'an opaque Origin').toBe(403);
    expect(await send({ cookie, origin: `${own}.evil.example` }), 'an Origin that begins alike').toBe(403);
    const { body } = await dashboard.installation.call<{ integration: { name: string } }>(
      'GET',
      links.integrationPath,
    );
    expect(body.integration.name).not.toBe('Taken over');
    expect(await send({ cookie, 'sec-fetch-site': 'same-origin' }), 'our own page').toBe(200);
  });

  it('cannot log its visitors in', async () => {
    const { page, context } = await dashboard.person();
    const own = dashboard.installation.url;
    await context.route('http://evil.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" enctype="text/plain" action="${own}/api/session">
          <input name='{"email":"ada@example.com","password":"four herons at dawn","a":"' value='"}'><button>Win</button></form>`,
      }),
    );
    await page.goto('http://evil.example/');
    const [answer] = await Promise.all([
      page.waitForResponse(`${own}/api/session`),
      page.getByRole('button', { name: 'Win' }).click(),
    ]);
    expect(answer.status()).toBe(403);
    expect(await context.cookies(own)).toEqual([]);
    await context.close();
  });
});

describe('a change of the role', () => {
  it('ends the sessions of that user, whose open page asks for a log-in and then shows less', async () => {
    const [admin, member] = [people.admin, people.member];
    await settled(member, `/items/${at.item}`);
    await member.getByRole('button', { name: 'Sync now' }).waitFor();
    await settled(admin, '/settings/users');
    await admin.getByRole('button', { name: `Actions for ${MEMBER}` }).click();
    await admin.getByRole('menuitem', { name: 'Make read-only' }).click();
    await admin.getByRole('button', { name: 'Change the role' }).click();
    await admin.getByRole('row', { name: new RegExp(`Mia.*Read-only`) }).waitFor();

    // By itself: nothing is pressed on the open page.
    const dialog = member.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor({ timeout: 30_000 });
    await dialog.getByLabel('Password', { exact: true }).fill(INVITED_PASSWORD);
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect
      .poll(() => member.getByRole('button', { name: 'Sync now' }).count(), { timeout: 20_000 })
      .toBe(0);
  });

  it('or the end of somebody’s activity leaves no way in', async () => {
    const admin = people.admin;
    await settled(admin, '/settings/users');
    await admin.getByRole('button', { name: `Actions for ${READER}` }).click();
    await admin.getByRole('menuitem', { name: 'Deactivate' }).click();
    const question = admin.getByRole('dialog', { name: `Deactivate ${READER}` });
    await question.getByRole('button', { name: 'Deactivate' }).click();
    await admin.getByRole('row', { name: /Ruth.*Deactivated/ }).waitFor();
    expect((await callFrom(people.read_only, 'GET', '/api/session')).status).toBe(401);
    await people.read_only.goto('/login');
    await people.read_only.getByLabel('E-mail').fill(READER);
    await people.read_only.getByLabel('Password', { exact: true }).fill(INVITED_PASSWORD);
    await people.read_only.getByRole('button', { name: 'Log in' }).click();
    await people.read_only.getByText('E-mail address or password is wrong.').waitFor();
  });
});
