import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
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
afterEach(async () => {
  await simulator.control('DELETE', '/faults');
  await receiver.close();
});

interface Webhook {
  id: number;
  state: string;
  webhook_code: string;
  attempts: { at: string; status: number | null; fault?: string }[];
}

const webhooksOf = async (itemId: string): Promise<Webhook[]> =>
  (await simulator.control<{ webhooks: Webhook[] }>('GET', `/webhooks?item_id=${itemId}`)).body.webhooks;

const inject = async (fault: object) => {
  const { status, text } = await simulator.control('POST', '/faults', fault);
  expect([status, text]).toEqual([200, text]);
};

/** A linked Item whose webhooks arrive here; the history is there and the first sync was made. */
const syncedItem = async () => {
  const item = await linkItem(simulator, { webhook: receiver.url });
  await simulator.sdk.transactionsSync({ access_token: item.accessToken });
  await simulator.advance('5s');
  receiver.received.length = 0;
  return item;
};

/** Makes one webhook of the Item fall due. */
const tell = (itemId: string, code = 'DEFAULT_UPDATE') =>
  simulator.control('POST', `/items/${itemId}/webhooks`, {
    webhook_type: 'TRANSACTIONS',
    webhook_code: code,
  });

const settle = () => simulator.control('POST', '/clock/advance', { by: 0 });

/** Why a verifier that follows Plaid's documentation refuses a webhook; "ok" if it does not. */
const verdictOf = async ({ headers, text }: ReceivedWebhook): Promise<string> => {
  const token = headers['plaid-verification'] as string | undefined;
  if (token === undefined) return 'no signature';
  const { alg, kid } = decodeProtectedHeader(token);
  if (alg !== 'ES256') return `algorithm ${alg}`;
  const fetched = await simulator.sdk
    .webhookVerificationKeyGet({ key_id: kid ?? '' })
    .catch((error: Error) => error);
  if (fetched instanceof Error) return String((await plaidError(Promise.reject(fetched))).body['error_code']);
  const { key } = fetched.data;
  if (key.expired_at !== null && key.expired_at <= Date.now() / 1000 - 60) return 'expired key';
  try {
    const { payload } = await jwtVerify(token, await importJWK({ ...key }, 'ES256'));
    const age = Date.now() / 1000 - (payload.iat ?? 0);
    if (age > 300) return 'stale';
    if (age < -300) return 'future';
    return payload['request_body_sha256'] === createHash('sha256').update(text).digest('hex')
      ? 'ok'
      : 'body hash';
  } catch {
    return 'bad signature';
  }
};

describe('webhooks on a bad day', () => {
  it('are lost: never sent, never retried', async () => {
    const { itemId } = await syncedItem();
    await inject({ kind: 'webhook_lost', item_id: itemId, webhook_code: 'SYNC_UPDATES_AVAILABLE' });
    await simulator.control('POST', `/items/${itemId}/transactions`, { amount: 5 });
    await simulator.advance('2d');
    expect(receiver.codes()).toEqual(['DEFAULT_UPDATE']);
    expect((await webhooksOf(itemId)).at(-1)).toMatchObject({
      webhook_code: 'SYNC_UPDATES_AVAILABLE',
      state: 'lost',
      attempts: [],
    });
  });

  it('come twice, with the same signature or with another', async () => {
    const { itemId } = await syncedItem();
    for (const sameToken of [true, false]) {
      await inject({ kind: 'webhook_duplicated', item_id: itemId, copies: 2, same_token: sameToken });
      await tell(itemId);
      await settle();
      expect(receiver.received).toHaveLength(3);
      const tokens = new Set(receiver.received.map(({ headers }) => headers['plaid-verification']));
      expect(tokens.size).toBe(sameToken ? 1 : 3);
      for (const webhook of receiver.received) expect(await verdictOf(webhook)).toBe('ok');
      receiver.received.length = 0;
    }
  });

  it('come late, and after the one that was sent after them', async () => {
    const { itemId } = await syncedItem();
    await inject({ kind: 'webhook_delayed', item_id: itemId, by: '10m' });
    await tell(itemId, 'LATE');
    await simulator.advance('9m');
    expect(receiver.codes()).toEqual([]);
    await simulator.advance('1m');
    expect(receiver.codes()).toEqual(['LATE']);

    await inject({ kind: 'webhook_reordered', item_id: itemId });
    await tell(itemId, 'FIRST');
    await tell(itemId, 'SECOND');
    await settle();
    expect(receiver.codes()).toEqual(['LATE', 'SECOND', 'FIRST']);
    await inject({ kind: 'webhook_reordered', item_id: itemId });
    await tell(itemId, 'ALONE');
    await simulator.advance('1m');
    expect(receiver.codes()).toEqual(['LATE', 'SECOND', 'FIRST', 'ALONE']);
  });

  it('come before the link, and after the removal', async () => {
    await inject({ kind: 'webhook_before_link', client_id: 'ardea_simulator_client' });
    const created = await simulator.sdk.sandboxPublicTokenCreate({
      institution_id: 'ins_109508',
      initial_products: ['transactions' as never],
      options: { webhook: receiver.url },
    });
    await settle();
    expect(receiver.codes()).toEqual(['INITIAL_UPDATE']);
    const { data } = await simulator.sdk.itemPublicTokenExchange({ public_token: created.data.public_token });
    expect(receiver.received[0]?.body['item_id']).toBe(data.item_id);

    await inject({ kind: 'webhook_after_removal', item_id: data.item_id });
    await simulator.sdk.itemRemove({ access_token: data.access_token });
    await settle();
    expect(receiver.codes()).toEqual(['INITIAL_UPDATE', 'SYNC_UPDATES_AVAILABLE']);
  });

  it('are signed with a key that was new a moment ago', async () => {
    const { itemId } = await syncedItem();
    await tell(itemId);
    await settle();
    await inject({ kind: 'webhook_rotated_key', item_id: itemId });
    await tell(itemId);
    await settle();
    const kids = receiver.received.map(({ headers }) =>
      decodeProtectedHeader(String(headers['plaid-verification'])),
    );
    expect(kids[0]?.kid).not.toBe(kids[1]?.kid);
    expect(await Promise.all(receiver.received.map(verdictOf))).toEqual(['ok', 'ok']);
  });

  it.each([
    [{ kind: 'webhook_expired_key' }, 'expired key'],
    [{ kind: 'webhook_unknown_key' }, 'INVALID_WEBHOOK_VERIFICATION_KEY_ID'],
    [{ kind: 'webhook_reserialised_body' }, 'body hash'],
    [{ kind: 'webhook_stale_iat' }, 'stale'],
    [{ kind: 'webhook_future_iat', by: '20m' }, 'future'],
    [{ kind: 'webhook_algorithm' }, 'algorithm HS256'],
    [{ kind: 'webhook_algorithm', algorithm: 'RS256' }, 'algorithm RS256'],
    [{ kind: 'webhook_algorithm', algorithm: 'none' }, 'algorithm none'],
    [{ kind: 'webhook_unsigned' }, 'no signature'],
  ])('are not to be believed, and come again rightly signed: %o', async (fault, verdict) => {
    const { itemId } = await syncedItem();
    await inject({ ...fault, item_id: itemId });
    await tell(itemId);
    await settle();
    expect(await Promise.all(receiver.received.map(verdictOf))).toEqual([verdict]);
    await simulator.advance('30s');
    expect(await Promise.all(receiver.received.map(verdictOf))).toEqual([verdict, 'ok']);
    expect((await webhooksOf(itemId)).at(-1)).toMatchObject({
      state: 'delivered',
      attempts: [{ status: 200, fault: fault.kind }, { status: 200 }],
    });
  });

  it('leave it at what the receiver answered, if they are told not to come again', async () => {
    const { itemId } = await syncedItem();
    await inject({ kind: 'webhook_stale_iat', item_id: itemId, retry: false });
    await tell(itemId);
    await simulator.advance('1d');
    expect(receiver.received).toHaveLength(1);
    expect((await webhooksOf(itemId)).at(-1)?.state).toBe('delivered');
  });

  it('signs HS256 with the public key as its secret, as forgers do', async () => {
    const { itemId } = await syncedItem();
    await inject({ kind: 'webhook_algorithm', item_id: itemId });
    await tell(itemId);
    await settle();
    const token = String(receiver.received[0]?.headers['plaid-verification']);
    const { kid } = decodeProtectedHeader(token);
    const { data } = await simulator.sdk.webhookVerificationKeyGet({ key_id: kid ?? '' });
    const { kty, crv, x, y } = data.key;
    const secret = new TextEncoder().encode(JSON.stringify({ kty, crv, x, y }));
    expect((await jwtVerify(token, secret)).payload).toEqual(decodeJwt(token));
  });
});
