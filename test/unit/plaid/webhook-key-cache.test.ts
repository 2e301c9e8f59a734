import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPlaidGateway } from '../../../src/plaid/plaid-api.js';
import {
  createWebhookKeyCache,
  type KeySource,
  type WebhookKeyCache,
} from '../../../src/plaid/webhook-key-cache.js';
import {
  plaidError,
  respondWith,
  startPlaidKeyServer,
  type PlaidKeyServer,
} from '../../support/plaid-keys.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const gateway = createPlaidGateway();
let server: PlaidKeyServer;
let keys: WebhookKeyCache;
let now: number;

beforeAll(async () => {
  server = await startPlaidKeyServer();
});
afterAll(async () => {
  gateway.close();
  await server.close();
});
beforeEach(() => {
  now = 1_800_000_000_000;
  keys = createWebhookKeyCache({ gateway, timeoutMs: 300, now: () => now });
  server.asked = [];
  server.clients = [];
  server.answerInstead = undefined;
});

const source = (clientId = 'client', baseUrl = server.baseUrl): KeySource => ({
  baseUrl,
  clientId,
  credentials: () => ({ baseUrl, clientId, secret: 'secret' }),
});
const get = (kid: string, clientId?: string) => keys.get(source(clientId), kid);

describe('keys that Plaid knows', () => {
  it('are fetched once, with the credentials of the integration, and shared with the others', async () => {
    const { kid } = await server.createKey();
    expect(await get(kid, 'a')).toMatchObject({ kind: 'key' });
    expect(await get(kid, 'b')).toMatchObject({ kind: 'key' });
    expect(server.clients).toEqual(['a']);
  });

  it('are fetched once for all who ask at the same time', async () => {
    const { kid } = await server.createKey();
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(kid)));
    expect(answers.every((answer) => answer.kind === 'key')).toBe(true);
    expect(server.asked).toEqual([kid]);
  });

  it('belong to their environment', async () => {
    const other = await startPlaidKeyServer();
    try {
      const { kid } = await server.createKey();
      await get(kid);
      expect(await keys.get(source('client', other.baseUrl), kid)).toEqual({ kind: 'unknown' });
    } finally {
      await other.close();
    }
  });

  it('are refused once expired', async () => {
    const key = await server.createKey();
    server.expire(key);
    expect(await get(key.kid)).toEqual({ kind: 'expired' });
    expect(await get(key.kid)).toEqual({ kind: 'expired' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('an expiry', () => {
  it('is noticed when a new key appears', async () => {
    const old = await server.createKey();
    await get(old.kid);
    server.expire(old);
    expect(await get(old.kid)).toMatchObject({ kind: 'key' });
    await get((await server.createKey()).kid);
    await vi.waitFor(async () => expect(await get(old.kid)).toEqual({ kind: 'expired' }));
  });

  it('is noticed by age alone, beside the use of the key', async () => {
    const old = await server.createKey();
    await get(old.kid);
    server.expire(old);
    now += HOUR;
    expect(await get(old.kid)).toMatchObject({ kind: 'key' });
    await vi.waitFor(async () => expect(await get(old.kid)).toEqual({ kind: 'expired' }));
  });

  it('cannot hide behind an outage of Plaid for ever', async () => {
    const { kid } = await server.createKey();
    await get(kid);
    server.answerInstead = respondWith(500, plaidError('API_ERROR', 'INTERNAL_SERVER_ERROR'));
    now += 5 * HOUR;
    expect(await get(kid)).toMatchObject({ kind: 'key' });
    now += HOUR;
    expect(await get(kid)).toMatchObject({ kind: 'unavailable' });
    server.answerInstead = undefined;
    expect(await get(kid)).toMatchObject({ kind: 'key' });
  });
});

describe('key ids that Plaid does not know', () => {
  it('are remembered for at most a minute', async () => {
    const { kid } = await server.createKey({ published: false });
    expect(await get(kid)).toEqual({ kind: 'unknown' });
    now += MINUTE - 1;
    expect(await get(kid)).toEqual({ kind: 'unknown' });
    expect(server.asked).toHaveLength(1);
    now += 1;
    await get(kid);
    expect(server.asked).toHaveLength(2);
  });

  it('do not make the known keys be fetched again', async () => {
    const { kid } = await server.createKey();
    await get(kid);
    await get('invented');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.asked).toEqual([kid, 'invented']);
  });

  it('cost a bounded number of calls per integration, and none of the others theirs', async () => {
    const known = await server.createKey();
    await get(known.kid);
    const answers = [];
    for (let i = 0; i < 100; i++) answers.push((await get(`invented-${i}`)).kind);
    expect(answers.filter((kind) => kind === 'unavailable')).toHaveLength(41);
    expect(server.asked).toHaveLength(60);
    expect(await get(known.kid)).toMatchObject({ kind: 'key' });
    expect(await get('invented-by-another', 'other')).toEqual({ kind: 'unknown' });
    now += MINUTE;
    expect(await get('invented-99')).toEqual({ kind: 'unknown' });
  });
});

describe('when Plaid gives no answer about the key, nothing is concluded or remembered', () => {
  it.each([
    ['an error', respondWith(500, plaidError('API_ERROR', 'INTERNAL_SERVER_ERROR'))],
    ['a proxy', respondWith(502, '<html>')],
    ['refused credentials', respondWith(400, plaidError('INVALID_INPUT', 'INVALID_API_KEYS'))],
    ['a rate limit', respondWith(429, plaidError('RATE_LIMIT_EXCEEDED', 'RATE_LIMIT'))],
    ['silence', () => undefined],
    ['a key without coordinates', respondWith(200, JSON.stringify({ key: { kid: 'k', kty: 'EC' } }))],
    ['something else', respondWith(200, '{}')],
  ])('%s', async (_, answerInstead) => {
    const { kid } = await server.createKey();
    server.answerInstead = answerInstead;
    expect(await get(kid)).toMatchObject({ kind: 'unavailable' });
    server.answerInstead = undefined;
    expect(await get(kid)).toMatchObject({ kind: 'key' });
  });

  it('a key under another id, or of another curve', async () => {
    const { kid } = await server.createKey();
    for (const wrong of [
      { kid: 'other' },
      { kty: 'RSA' },
      { crv: 'P-384' },
      { alg: 'ES384' },
      { x: 'AA', y: 'AA' },
    ]) {
      const key = { kid, kty: 'EC', crv: 'P-256', alg: 'ES256', x: 'x', y: 'y', expired_at: null, ...wrong };
      server.answerInstead = respondWith(200, JSON.stringify({ key, request_id: 'r' }));
      expect(await get(kid)).toMatchObject({ kind: 'unavailable' });
    }
  });

  it('a refused connection', async () => {
    expect(await keys.get(source('client', 'http://127.0.0.1:1'), 'k')).toMatchObject({
      kind: 'unavailable',
    });
  });
});

it('lets a missing encryption key be seen', async () => {
  const broken = {
    ...source(),
    credentials: () => {
      throw new Error('encryption key "a" is missing');
    },
  };
  await expect(keys.get(broken, 'k')).rejects.toThrow('is missing');
});
