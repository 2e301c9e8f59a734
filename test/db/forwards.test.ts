import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createForwardQueries, type ForwardQueries } from '../../src/db/queries/forwards.js';
import { createInboxReplayQueries } from '../../src/db/queries/inbox-replay.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';
import { idsOf } from '../support/owned-rows.js';

const URL = 'https://hooks.example.com/plaid';
const STALE_AFTER_MS = 50;
let database: TestDatabase;
let db: Database;
let forwards: ForwardQueries;
let tenant: TestTenant;
let webhookId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, name: 'test' });
  forwards = createForwardQueries({ db });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  await db('plaid_webhooks').del();
  tenant = await createTestTenant({ db, secrets: testSecretBox(), webhookUrl: URL });
  webhookId = await receive();
});

const receive = async (): Promise<string> => {
  const inbox = createInboxQueries({ db, signalStaleAfterMs: STALE_AFTER_MS, maxRejected: 1 });
  const received = await inbox.receive({
    ...tenant,
    verdict: 'verified',
    plaidItemId: 'item',
    webhookType: null,
    webhookCode: null,
    body: Buffer.from('{ }'),
    headers: { 'plaid-verification': 'a.b.c' },
    jwtHash: randomBytes(32),
    forward: true,
  });
  return received.webhookId;
};

const row = (): Promise<Record<string, unknown>> => db('plaid_webhooks').where({ id: webhookId }).first();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('begins an attempt with the URL of this moment and counts it', async () => {
  expect(await forwards.begin(webhookId, 60_000)).toMatchObject({
    webhookId,
    url: URL,
    body: Buffer.from('{ }'),
    headers: { 'plaid-verification': 'a.b.c' },
    attempts: 1,
  });
  await db('integrations')
    .where({ id: tenant.integrationId })
    .update({ webhook_url: `${URL}/new` });
  expect(await forwards.begin(webhookId, 60_000)).toMatchObject({ url: `${URL}/new`, attempts: 2 });
});

it('ends with what was sent', async () => {
  await forwards.begin(webhookId, 60_000);
  await forwards.recordFailure(webhookId, 'HTTP 500', false);
  expect(await row()).toMatchObject({ forward_state: 'pending', forward_error: 'HTTP 500' });
  await forwards.markSent(webhookId);
  expect(await row()).toMatchObject({ forward_state: 'sent', forward_error: null });
  expect((await row()).forwarded_at).toBeInstanceOf(Date);
  expect(await forwards.begin(webhookId, 60_000)).toBeNull();
});

it('begins anew with a replay, however old the webhook is', async () => {
  await db('plaid_webhooks').update({ received_at: new Date(0) });
  await forwards.begin(webhookId, 60_000);
  await forwards.recordFailure(webhookId, 'HTTP 500', true);
  const replays = createInboxReplayQueries({ db, signalStaleAfterMs: STALE_AFTER_MS });
  const replay = async () => (await replays.replay(tenant.organizationId, [webhookId], true))[0];
  expect(await replay()).toMatchObject({ forward: true });
  const begun = await forwards.begin(webhookId, 60_000);
  expect(begun).toMatchObject({ attempts: 1 });
  expect(Date.now() - begun!.wantedAt.getTime()).toBeLessThan(60_000);

  // What an erasure has left of one is nothing to send.
  await db('plaid_webhooks').update({ body: Buffer.alloc(0), headers: {}, forward_state: 'stopped' });
  expect(await replay()).toMatchObject({ forward: false });
  expect(await forwards.begin(webhookId, 60_000)).toBeNull();
});

it('ends with what was given up', async () => {
  await forwards.recordFailure(webhookId, 'HTTP 500', true);
  expect(await row()).toMatchObject({ forward_state: 'failed', forward_error: 'HTTP 500' });
  expect(await forwards.begin(webhookId, 60_000)).toBeNull();
});

it.each([{ webhook_url: null }, { deleted_at: new Date() }])(
  'stops when the integration has %o',
  async (change) => {
    await db('integrations').where({ id: tenant.integrationId }).update(change);
    expect(await forwards.begin(webhookId, 60_000)).toBeNull();
    expect(await row()).toMatchObject({ forward_state: 'stopped', forward_attempts: 0 });
  },
);

it('finds nothing to send for an id that does not exist', async () => {
  expect(await forwards.begin(tenant.integrationId, 60_000)).toBeNull();
});

it('gives the sweep what nothing has begun in time, once', async () => {
  expect(await idsOf(forwards.takeOverdue(10, 60_000))).toEqual([]);
  await pause(STALE_AFTER_MS + 20);
  const [first, second] = await Promise.all([
    idsOf(forwards.takeOverdue(10, 60_000)),
    idsOf(forwards.takeOverdue(10, 60_000)),
  ]);
  expect([...first, ...second]).toEqual([webhookId]);
});

it('leaves what is under way, and takes it once it seems abandoned, oldest first, up to the limit', async () => {
  await forwards.begin(webhookId, 60_000);
  await pause(STALE_AFTER_MS + 20);
  expect(await idsOf(forwards.takeOverdue(10, 60_000))).toEqual([]);
  await forwards.begin(webhookId, 1);
  const later = await receive();
  await pause(STALE_AFTER_MS + 20);
  expect(await idsOf(forwards.takeOverdue(1, 60_000))).toEqual([webhookId]);
  expect(await idsOf(forwards.takeOverdue(1, 60_000))).toEqual([later]);
  await forwards.markSent(webhookId);
  expect(await idsOf(forwards.takeOverdue(1, 0))).toEqual([]);
});
