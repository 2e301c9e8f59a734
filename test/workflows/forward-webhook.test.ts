import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createPost } from '../../src/activities/forward-post.js';
import { createForwardActivities, type ForwardTiming } from '../../src/activities/forward-webhook.js';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createForwardQueries } from '../../src/db/queries/forwards.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTemporalClient, type TemporalClient } from '../../src/temporal/connection.js';
import { createSignalSender, type SignalSender } from '../../src/temporal/signal-sender.js';
import { forwardWorkflowId } from '../../src/workflows/messages.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { testTemporal, type TestTemporal } from '../support/temporal.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';

const BODY = Buffer.from('{\n  "webhook_code": "ERROR",  "amount": 1.10\n}\n');
const QUICK: ForwardTiming = { firstWaitMs: 20, longestWaitMs: 100, windowMs: 60_000 };
let database: TestDatabase;
let db: Database;
let temporal: TestTemporal;
let native: NativeConnection;
let client: TemporalClient;
let sender: SignalSender;
let receiver: Receiver;
let tenant: TestTenant;
let bundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  [database, temporal, receiver] = await Promise.all([createTestDatabase(), testTemporal(), startReceiver()]);
  db = createDatabase({ url: database.url, name: 'test' });
  native = await NativeConnection.connect({ address: temporal.address });
  client = createTemporalClient({
    connectionOptions: { address: temporal.address },
    namespace: temporal.namespace,
  });
  sender = createSignalSender({ client: client.client, taskQueue: temporal.taskQueue, deadlineMs: 10_000 });
  bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/forward-webhook.ts', import.meta.url)),
  });
});
afterAll(async () => {
  await client.close();
  await native.close();
  await receiver.close();
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  receiver.requests = [];
  receiver.answer = (response) => response.end();
  tenant = await createTestTenant({ db, secrets: testSecretBox(), webhookUrl: receiver.url });
});

const receive = async (): Promise<string> => {
  const inbox = createInboxQueries({ db, signalStaleAfterMs: 15_000, maxRejected: 1 });
  const received = await inbox.receive({
    ...tenant,
    verdict: 'verified',
    plaidItemId: 'item',
    webhookType: 'ITEM',
    webhookCode: 'ERROR',
    body: BODY,
    headers: { 'plaid-verification': 'a.b.c', 'content-type': 'application/json', 'user-agent': 'Plaid' },
    jwtHash: randomBytes(32),
    forward: true,
  });
  return received.webhookId;
};

const forwarded = (id: string) => ({ id, organizationId: tenant.organizationId });

const row = (webhookId: string): Promise<Record<string, unknown>> =>
  db('plaid_webhooks').where({ id: webhookId }).first();

const withWorker = async (timing: ForwardTiming, body: () => Promise<void>): Promise<void> => {
  const worker = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue: temporal.taskQueue,
    workflowBundle: bundle,
    activities: createForwardActivities({
      forwards: createForwardQueries({ db }),
      heartbeat: () => undefined,
      post: createPost({ timeoutMs: 2_000, allowPrivate: true }),
      ...timing,
    }),
  });
  await worker.runUntil(body);
};

const result = (webhookId: string): Promise<unknown> =>
  client.client.workflow.getHandle(forwardWorkflowId(webhookId)).result();

it('passes the bytes on with the headers that verify them', async () => {
  const webhookId = await receive();
  await withWorker(QUICK, async () => {
    await sender.forward(forwarded(webhookId));
    expect(await result(webhookId)).toEqual({ kind: 'sent', attempts: 1 });
  });
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]).toMatchObject({
    body: BODY,
    headers: {
      'plaid-verification': 'a.b.c',
      'content-type': 'application/json',
      'user-agent': 'Ardea',
      'ardea-webhook-id': toPublicId('inboxWebhook', webhookId),
    },
  });
  expect(await row(webhookId)).toMatchObject({ forward_state: 'sent', forward_attempts: 1 });
});

it('keeps trying until the receiver takes it, and says why it had to', async () => {
  const webhookId = await receive();
  receiver.answer = (response) => response.writeHead(receiver.requests.length < 4 ? 503 : 200).end();
  await withWorker(QUICK, async () => {
    await sender.forward(forwarded(webhookId));
    await vi.waitFor(async () => expect(await row(webhookId)).toMatchObject({ forward_error: 'HTTP 503' }), {
      timeout: 20_000,
    });
    expect(await result(webhookId)).toEqual({ kind: 'sent', attempts: 4 });
  });
  expect(new Set(receiver.requests.map(({ headers }) => headers['ardea-webhook-id'])).size).toBe(1);
  expect(await row(webhookId)).toMatchObject({
    forward_state: 'sent',
    forward_attempts: 4,
    forward_error: null,
  });
});

it('gives up after the window', async () => {
  const webhookId = await receive();
  receiver.answer = (response) => response.writeHead(404).end();
  await withWorker({ ...QUICK, windowMs: 500 }, async () => {
    await sender.forward(forwarded(webhookId));
    expect(await result(webhookId)).toMatchObject({ kind: 'given_up', reason: 'HTTP 404' });
  });
  expect(receiver.requests.length).toBeGreaterThanOrEqual(1);
  expect(await row(webhookId)).toMatchObject({ forward_state: 'failed', forward_error: 'HTTP 404' });
});

it('stops when the integrator takes the URL away', async () => {
  const webhookId = await receive();
  receiver.answer = (response) => response.writeHead(500).end();
  await withWorker(QUICK, async () => {
    await sender.forward(forwarded(webhookId));
    await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
    await db('integrations').where({ id: tenant.integrationId }).update({ webhook_url: null });
    expect(await result(webhookId)).toEqual({ kind: 'nothing_to_send' });
  });
  expect(await row(webhookId)).toMatchObject({ forward_state: 'stopped' });
});

it('sends once, however often it is started', async () => {
  const webhookId = await receive();
  await withWorker(QUICK, async () => {
    await Promise.all([
      sender.forward(forwarded(webhookId)),
      sender.forward(forwarded(webhookId)),
      sender.forward(forwarded(webhookId)),
    ]);
    await result(webhookId);
    await sender.forward(forwarded(webhookId));
    expect(await result(webhookId)).toEqual({ kind: 'nothing_to_send' });
  });
  expect(receiver.requests).toHaveLength(1);
});

it('puts nothing of the webhook into the history', async () => {
  const webhookId = await receive();
  receiver.answer = (response) =>
    response.writeHead(receiver.requests.length < 2 ? 500 : 200).end('webhook_code');
  await withWorker(QUICK, async () => {
    await sender.forward(forwarded(webhookId));
    await result(webhookId);
  });
  const history = await client.client.workflow.getHandle(forwardWorkflowId(webhookId)).fetchHistory();
  const text = JSON.stringify(history, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  expect(text).toContain(webhookId);
  expect(text).not.toMatch(/webhook_code|a\.b\.c|127\.0\.0\.1:\d+\/hooks/);
});
