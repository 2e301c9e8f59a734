import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromPublicId, toPublicId } from '../../../src/domain/ids.js';
import { plaidError, respondWith, signWebhook } from '../../support/plaid-keys.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { plaidBody, startWebhookApp, type WebhookApp } from './webhook-app.js';

let database: TestDatabase;
let app: WebhookApp;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startWebhookApp({ databaseUrl: database.url });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  app.signalled.length = 0;
  app.keys.answerInstead = undefined;
  await app.deps.db('plaid_webhooks').del();
});

const link = async (plaidItemId: string): Promise<string> => {
  const outcome = await app.deps.links.link({
    ...app.tenant,
    plaidItemId,
    accessToken: 'access-sandbox-1',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  await app.deps.db('item_sync').where({ item_id: outcome.link.id }).update({ claimed_gen: 1 });
  return outcome.link.id;
};

const expectError = async (response: Response, status: number, error: string): Promise<void> => {
  expect(response.status).toBe(status);
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({ code: status, error, request_id: response.headers.get('x-request-id') });
  expect(body.description).toEqual(expect.any(String));
};

const now = (): number => Math.floor(Date.now() / 1_000);

describe('200', () => {
  it('stores the bytes as they came, marks the Item dirty and signals its workflow', async () => {
    const itemId = await link('item-200');
    const body = `${plaidBody({ item_id: 'item-200' })}\r\n`;
    const response = await app.send(body, { 'user-agent': 'Plaid', cookie: 'a=b', authorization: 'x' });
    expect(response.status).toBe(200);
    const receipt = (await response.json()) as { received: boolean; webhook_id: string };
    expect(receipt.received).toBe(true);
    const [row] = await app.rows();
    expect(row).toMatchObject({
      id: fromPublicId('inboxWebhook', receipt.webhook_id),
      item_id: itemId,
      verdict: 'verified',
      webhook_type: 'TRANSACTIONS',
      webhook_code: 'SYNC_UPDATES_AVAILABLE',
      forward_state: 'none',
    });
    expect((row!.body as Buffer).toString()).toBe(body);
    expect(Object.keys(row!.headers as object).sort()).toEqual([
      'content-type',
      'plaid-verification',
      'user-agent',
    ]);
    expect(app.signalled).toEqual([`look/${itemId}`]);
  });

  it('keeps a webhook of an unknown Item, silently', async () => {
    expect((await app.send(plaidBody({ item_id: 'nobody' }))).status).toBe(200);
    expect(await app.rows()).toMatchObject([{ item_id: null, plaid_item_id: 'nobody' }]);
    expect(app.signalled).toEqual([]);
  });

  it.each([
    ['an unknown code', { webhook_type: 'HOLOGRAMS', webhook_code: 'NEW_THING' }],
    ['no item_id', { item_id: undefined, webhook_type: 'LINK', webhook_code: 'SESSION_FINISHED' }],
    ['an item_id that is no text', { item_id: { a: 1 } }],
    ['names with NUL and half a surrogate', { webhook_type: 'A\u0000B', webhook_code: '\ud800' }],
    ['an item_id with NUL', { item_id: 'a\u0000b' }],
    ['an endless name', { webhook_code: 'X'.repeat(5_000) }],
    ['an endless item_id', { item_id: 'i'.repeat(5_000) }],
  ])('keeps one with %s', async (_, fields) => {
    expect((await app.send(plaidBody(fields))).status).toBe(200);
    expect(await app.rows()).toHaveLength(1);
  });

  it('takes a stale one as a hint', async () => {
    const itemId = await link('item-stale');
    const body = plaidBody({ item_id: 'item-stale' });
    const verification = await signWebhook(body, { key: app.key, iat: now() - 3_600 });
    expect((await app.send(body, { 'plaid-verification': verification })).status).toBe(200);
    expect(await app.rows()).toMatchObject([{ verdict: 'stale', item_id: itemId }]);
    expect(app.signalled).toEqual([`look/${itemId}`]);
  });

  it('answers the same delivery with the same id and stores it once', async () => {
    const body = plaidBody();
    const headers = { 'plaid-verification': await signWebhook(body, { key: app.key }) };
    const first = (await (await app.send(body, headers)).json()) as { webhook_id: string };
    const second = (await (await app.send(body, headers)).json()) as { webhook_id: string };
    expect(second).toEqual(first);
    expect(await app.rows()).toMatchObject([{ deliveries: 2 }]);
  });

  it('does not care for content-type, and takes a body at the limit', async () => {
    const body = plaidBody({ filler: 'x'.repeat(256 * 1_024 - 300) });
    expect(Buffer.byteLength(body)).toBeGreaterThan(256 * 1_000);
    expect((await app.send(body, { 'content-type': 'text/plain' })).status).toBe(200);
  });
});

describe('401', () => {
  it.each([
    ['no header', async () => ({ 'plaid-verification': '' }), 'header_missing'],
    ['garbage', async () => ({ 'plaid-verification': 'x' }), 'header_malformed'],
    [
      'the signature of another body',
      async () => ({ 'plaid-verification': await signWebhook('{}', { key: app.key }) }),
      'body_mismatch',
    ],
    [
      'a key that Plaid does not know',
      async () => ({
        'plaid-verification': await signWebhook('{}', {
          key: await app.keys.createKey({ published: false }),
        }),
      }),
      'key_unknown',
    ],
  ])('%s is recorded and changes nothing', async (_, headers, rejection) => {
    const itemId = await link('item-401');
    const response = await app.send(plaidBody({ item_id: 'item-401' }), await headers());
    await expectError(response, 401, 'webhook.bad_signature');
    expect(await app.rows()).toMatchObject([{ verdict: 'rejected', rejection, item_id: null }]);
    const sync = await app.deps.db('item_sync').where({ item_id: itemId }).first<{ dirty_gen: string }>();
    expect(sync.dirty_gen).toBe('1');
    expect(app.signalled).toEqual([]);
    // For the next case, which links the Item again.
    await app.deps.db('item_sync').where({ item_id: itemId }).del();
  });

  it('keeps a bounded number of them', async () => {
    for (let i = 0; i < 14; i++) await app.send(plaidBody(), { 'plaid-verification': 'x' });
    expect(await app.rows()).toHaveLength(10);
  });
});

describe('other refusals', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{"webhook_type"'],
    ['a list', '[{}]'],
    ['null', 'null'],
    ['a text', '"webhook"'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00])],
  ])('400 for %s, though it is signed', async (_, body) => {
    await expectError(await app.send(body), 400, 'webhook.malformed');
    expect(await app.rows()).toEqual([]);
  });

  it.each([
    ['an id that does not exist', toPublicId('integration', '00000000-0000-4000-8000-000000000000')],
    ['another kind of id', toPublicId('endUser', '00000000-0000-4000-8000-000000000000')],
    ['nonsense', 'itg_%00'],
  ])('404 for %s', async (_, id) => {
    const response = await app.send(plaidBody(), {}, `${app.origin}/webhooks/plaid/${id}`);
    await expectError(response, 404, 'integration.not_found');
  });

  it('404 soon after the integration was deleted', async () => {
    const other = await startWebhookApp({ databaseUrl: database.url });
    try {
      await other.deps.integrations.remove(other.tenant.organizationId, other.tenant.integrationId, true);
      await expectError(await other.send(plaidBody()), 404, 'integration.not_found');
    } finally {
      await other.close();
    }
  });

  it('413 for a declared and for a streamed body over 256 kB', async () => {
    const large = plaidBody({ filler: 'x'.repeat(256 * 1_024) });
    await expectError(await app.send(large), 413, 'webhook.too_large');
    const status = await new Promise((resolve, reject) => {
      const call = request(app.url, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
      call.on('response', (response) => resolve(response.resume().statusCode));
      call.on('error', reject);
      for (let i = 0; i < 5; i++) call.write('x'.repeat(64 * 1_024));
    });
    expect(status).toBe(413);
    expect(await app.rows()).toEqual([]);
  });

  it('405 for reading it', async () => {
    const response = await fetch(app.url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('POST');
  });

  it.each([
    ['is broken', respondWith(500, plaidError('API_ERROR', 'INTERNAL_SERVER_ERROR'))],
    ['is silent', () => undefined],
    ['refuses the keys', respondWith(400, plaidError('INVALID_INPUT', 'INVALID_API_KEYS'))],
  ])('503 when Plaid %s and the key is not known yet; nothing is recorded', async (_, answerInstead) => {
    const key = await app.keys.createKey();
    app.keys.answerInstead = answerInstead;
    const body = plaidBody();
    const response = await app.send(body, { 'plaid-verification': await signWebhook(body, { key }) });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectError(response, 503, 'webhook.key_unavailable');
    expect(await app.rows()).toEqual([]);
    app.keys.answerInstead = undefined;
    expect((await app.send(body, { 'plaid-verification': await signWebhook(body, { key }) })).status).toBe(
      200,
    );
  });
});
