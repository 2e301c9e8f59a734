import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createWebhookIntake, type WebhookIntakeDeps } from '../../../src/api/webhooks/intake.js';
import { signWebhook } from '../../support/plaid-keys.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { plaidBody, startWebhookApp, type WebhookApp } from './webhook-app.js';

let database: TestDatabase;
let app: WebhookApp;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startWebhookApp({ databaseUrl: database.url, webhookUrl: 'https://hooks.example.com' });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(() => {
  app.signalled.length = 0;
});

const intakeDeps = (): WebhookIntakeDeps => ({
  ...app.deps,
  verify: app.deps.verifyWebhook,
  signals: {
    look: ({ id }) => app.signalled.push(`look/${id}`),
    forward: ({ id }) => app.signalled.push(`forward/${id}`),
  },
});

it('hands a webhook to the forward once, however often it is delivered', async () => {
  const body = plaidBody();
  const headers = { 'plaid-verification': await signWebhook(body, { key: app.key }) };
  const { webhook_id } = (await (await app.send(body, headers)).json()) as { webhook_id: string };
  await app.send(body, headers);
  expect(webhook_id).toMatch(/^iwh_/);
  const [row] = await app.rows();
  expect(row).toMatchObject({ forward_state: 'pending' });
  expect(app.signalled).toEqual([`forward/${String(row!.id)}`]);
});

it('does not forward what it does not believe', async () => {
  await app.send(plaidBody(), { 'plaid-verification': 'x' });
  expect(app.signalled).toEqual([]);
});

it('signals also what is committed after its sender was told to come again', async () => {
  const outcome = await app.deps.links.link({
    ...app.tenant,
    plaidItemId: 'slow',
    accessToken: 'access-sandbox-1',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  const itemId = outcome.link.id;
  await app.deps.db('item_sync').where({ item_id: itemId }).update({ claimed_gen: 1 });

  const holder = await app.deps.db.transaction();
  await holder.raw('select lock_plaid_item(?, ?)', [app.tenant.integrationId, 'slow']);
  const intake = createWebhookIntake({ ...intakeDeps(), commitTimeoutMs: 300 });
  const body = Buffer.from(plaidBody({ item_id: 'slow' }));
  const taking = intake.take({
    integrationId: app.tenant.integrationId,
    body,
    headers: { 'plaid-verification': await signWebhook(body, { key: app.key }) },
  });
  await expect(taking).rejects.toMatchObject({ code: 'service.unavailable' });
  expect(app.signalled).toEqual([]);
  await holder.commit();
  await vi.waitFor(() => expect(app.signalled).toContain(`look/${itemId}`));
});

it('looks an integration up once for many webhooks, and again after a while', async () => {
  const { inbox } = app.deps;
  const findIntegration = vi.fn(inbox.findIntegration);
  const intake = createWebhookIntake({
    ...intakeDeps(),
    inbox: { ...inbox, findIntegration },
    integrationCacheMs: 100,
  });
  await Promise.all(Array.from({ length: 20 }, () => intake.integration(app.tenant.integrationId)));
  expect(findIntegration).toHaveBeenCalledTimes(1);
  await app.deps.db('integrations').where({ id: app.tenant.integrationId }).update({ client_id: 'changed' });
  await vi.waitFor(async () =>
    expect(await intake.integration(app.tenant.integrationId)).toMatchObject({ client_id: 'changed' }),
  );
});
