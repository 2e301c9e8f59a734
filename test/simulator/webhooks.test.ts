import { createHash } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linkItem, plaidError, startSimulator, type RunningSimulator } from './support/sdk.js';
import { startReceiver, type ReceivedWebhook } from './support/webhook-receiver.js';

let simulator: RunningSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

interface Webhook {
  id: number;
  state: string;
  webhook_code: string;
  attempts: { at: string; status: number | null; error: string | null }[];
}

const webhooksOf = async (itemId: string): Promise<Webhook[]> =>
  (await simulator.control<{ webhooks: Webhook[] }>('GET', `/webhooks?item_id=${itemId}`)).body.webhooks;

/** A linked Item whose webhooks arrive here; the history is there and the first sync was made. */
const syncedItem = async () => {
  const item = await linkItem(simulator, { webhook: receiver.url });
  await simulator.sdk.transactionsSync({ access_token: item.accessToken });
  await simulator.advance('5s');
  receiver.received.length = 0;
  return item;
};

/** Verifies by the rules of Plaid's documentation, with the key that Plaid's endpoint serves. */
const verify = async ({ headers, text }: ReceivedWebhook): Promise<string> => {
  const token = String(headers['plaid-verification']);
  const { alg, kid } = decodeProtectedHeader(token);
  expect(alg).toBe('ES256');
  const { data } = await simulator.sdk.webhookVerificationKeyGet({ key_id: kid ?? '' });
  expect(data.key).toMatchObject({ alg: 'ES256', crv: 'P-256', kty: 'EC', use: 'sig', kid });
  const { payload } = await jwtVerify(token, await importJWK({ ...data.key }, 'ES256'), {
    maxTokenAge: '5 min',
  });
  expect(payload['request_body_sha256']).toBe(createHash('sha256').update(text).digest('hex'));
  expect(text).toBe(JSON.stringify(JSON.parse(text), null, 2));
  return kid ?? '';
};

describe('webhooks', () => {
  it('tell of both pulls, and SYNC_UPDATES_AVAILABLE only after the first sync', async () => {
    const quiet = await linkItem(simulator, { webhook: receiver.url });
    await simulator.advance('5s');
    expect(receiver.codes()).toEqual(['INITIAL_UPDATE', 'HISTORICAL_UPDATE']);
    expect(receiver.received[0]?.body).toMatchObject({
      item_id: quiet.itemId,
      new_transactions: 108,
      error: null,
    });

    receiver.received.length = 0;
    const { accessToken } = await linkItem(simulator, { webhook: receiver.url });
    await simulator.sdk.transactionsSync({ access_token: accessToken });
    await simulator.advance('5s');
    const updates = receiver.received.filter(({ body }) => body['webhook_code'] === 'SYNC_UPDATES_AVAILABLE');
    expect(
      updates.map(({ body }) => [body['initial_update_complete'], body['historical_update_complete']]),
    ).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(updates[0]?.body).toMatchObject({ webhook_type: 'TRANSACTIONS', environment: 'sandbox' });
  });

  it('are signed over the exact bytes, with keys that rotate', async () => {
    const { accessToken } = await syncedItem();
    await simulator.sdk.transactionsRefresh({ access_token: accessToken });
    await simulator.advance('0s');
    expect(receiver.codes().sort()).toEqual([
      'DEFAULT_UPDATE',
      'SYNC_UPDATES_AVAILABLE',
      'TRANSACTIONS_REMOVED',
    ]);
    const [first] = receiver.received;
    const oldKid = await verify(first as ReceivedWebhook);
    await simulator.control('POST', '/keys/rotate');
    await simulator.sdk.transactionsRefresh({ access_token: accessToken });
    await simulator.advance('0s');
    expect(await verify(receiver.received.at(-1) as ReceivedWebhook)).not.toBe(oldKid);
    const old = await simulator.sdk.webhookVerificationKeyGet({ key_id: oldKid });
    expect(old.data.key.expired_at).toEqual(expect.any(Number));
    expect(await plaidError(simulator.sdk.webhookVerificationKeyGet({ key_id: 'unknown' }))).toMatchObject({
      status: 400,
      body: { error_type: 'INVALID_INPUT', error_code: 'INVALID_WEBHOOK_VERIFICATION_KEY_ID' },
    });
  });

  it('are repeated after 30 s and then four times as long each, for a day, unless answered 200', async () => {
    const { accessToken, itemId } = await syncedItem();
    receiver.answerWith(204);
    await simulator.sdk.sandboxItemFireWebhook({
      access_token: accessToken,
      webhook_code: 'NEW_ACCOUNTS_AVAILABLE' as never,
    });
    await simulator.advance('2d');
    const delivery = (await webhooksOf(itemId)).find(
      ({ webhook_code }) => webhook_code === 'NEW_ACCOUNTS_AVAILABLE',
    );
    expect(delivery?.state).toBe('given_up');
    const [firstAttempt = 0, ...later] = delivery?.attempts.map(({ at }) => Date.parse(at) / 1000) ?? [];
    expect(later.map((at) => at - firstAttempt)).toEqual([30, 150, 630, 2550, 10_230, 40_950]);
    expect(receiver.received).toHaveLength(7);

    receiver.answerWith(200);
    await simulator.control('POST', `/webhooks/${delivery?.id}/redeliver`, { same_token: true });
    await simulator.advance('0s');
    expect((await webhooksOf(itemId)).at(-1)?.state).toBe('delivered');
    const tokens = receiver.received.slice(-2).map(({ headers }) => headers['plaid-verification']);
    expect(tokens[0]).toBe(tokens[1]);
  });

  it('honour Retry-After of a 429 and record an endpoint that is not there', async () => {
    const { accessToken, itemId } = await syncedItem();
    receiver.answerWith(429, { 'Retry-After': '100' });
    await simulator.sdk.sandboxItemFireWebhook({
      access_token: accessToken,
      webhook_code: 'PENDING_DISCONNECT' as never,
    });
    await simulator.advance('99s');
    expect(receiver.received).toHaveLength(1);
    receiver.answerWith(200);
    await simulator.advance('1s');
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.body).toMatchObject({
      reason: expect.any(String) as unknown,
      disconnect_time: expect.any(String) as unknown,
    });

    await receiver.close();
    await simulator.sdk.sandboxItemFireWebhook({ access_token: accessToken, webhook_code: 'ERROR' as never });
    await simulator.advance('0s');
    expect((await webhooksOf(itemId)).at(-1)).toMatchObject({
      state: 'waiting',
      attempts: [{ status: null, error: expect.stringContaining('ECONNREFUSED') as unknown }],
    });
  });

  it('wait while paused, and go to the new URL after /item/webhook/update', async () => {
    const { accessToken, itemId } = await syncedItem();
    await simulator.control('POST', '/webhooks/pause');
    await simulator.sdk.transactionsRefresh({ access_token: accessToken });
    await simulator.advance('1h');
    expect(receiver.received).toHaveLength(0);
    await simulator.control('POST', '/webhooks/resume');
    await simulator.advance('0s');
    expect(receiver.received).toHaveLength(3);

    const other = await startReceiver();
    const { data } = await simulator.sdk.itemWebhookUpdate({ access_token: accessToken, webhook: other.url });
    await simulator.advance('0s');
    expect(data.item.webhook).toBe(other.url);
    expect(other.received.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        webhook_code: 'WEBHOOK_UPDATE_ACKNOWLEDGED',
        item_id: itemId,
        new_webhook_url: other.url,
      }),
    ]);
    await simulator.sdk.itemWebhookUpdate({ access_token: accessToken, webhook: null });
    const fired = simulator.sdk.sandboxItemFireWebhook({
      access_token: accessToken,
      webhook_code: 'LOGIN_REPAIRED' as never,
    });
    expect((await plaidError(fired)).body).toMatchObject({
      error_code: 'SANDBOX_WEBHOOK_INVALID',
      error_type: 'SANDBOX_ERROR',
    });
    await other.close();
  });

  it('tell of a broken login, its repair and what was missed meanwhile', async () => {
    const { accessToken, itemId } = await syncedItem();
    await simulator.sdk.sandboxItemResetLogin({ access_token: accessToken });
    await simulator.control('POST', `/items/${itemId}/transactions`, { amount: 9 });
    await simulator.advance('0s');
    expect(receiver.codes()).toEqual(['ERROR']);
    expect(receiver.received[0]?.body).toMatchObject({
      webhook_type: 'ITEM',
      error: { error_code: 'ITEM_LOGIN_REQUIRED', error_type: 'ITEM_ERROR', status: 400 },
    });
    expect(receiver.received[0]?.body['error']).not.toHaveProperty('request_id');
    await simulator.control('POST', `/items/${itemId}/repair`);
    await simulator.advance('0s');
    expect(receiver.codes().slice(1).sort()).toEqual([
      'DEFAULT_UPDATE',
      'LOGIN_REPAIRED',
      'SYNC_UPDATES_AVAILABLE',
    ]);
    const status = await simulator.sdk.itemGet({ access_token: accessToken });
    expect(status.data.status?.last_webhook?.sent_at).toEqual(expect.any(String));
  });

  it('can be anything, or nothing at all', async () => {
    const { itemId } = await syncedItem();
    await simulator.control('POST', `/items/${itemId}/webhooks`, {
      webhook_type: 'ITEM',
      webhook_code: 'A_CODE_OF_THE_FUTURE',
      fields: { depth: 3 },
    });
    await simulator.control('POST', `/items/${itemId}/transactions`, { silent: true });
    await simulator.advance('0s');
    expect(receiver.received.map(({ body }) => [body['webhook_code'], body['depth']])).toEqual([
      ['A_CODE_OF_THE_FUTURE', 3],
    ]);
  });
});
