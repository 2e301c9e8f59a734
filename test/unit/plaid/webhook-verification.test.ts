import { createHash } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPlaidGateway } from '../../../src/plaid/plaid-api.js';
import { createWebhookKeyCache, type KeySource } from '../../../src/plaid/webhook-key-cache.js';
import {
  createWebhookVerifier,
  type VerificationOutcome,
  type WebhookVerifier,
} from '../../../src/plaid/webhook-verification.js';
import {
  signWebhook,
  startPlaidKeyServer,
  type PlaidKey,
  type PlaidKeyServer,
} from '../../support/plaid-keys.js';

const BODY = Buffer.from(JSON.stringify({ webhook_type: 'TRANSACTIONS', item_id: 'item' }, null, 2));
const gateway = createPlaidGateway();
let server: PlaidKeyServer;
let key: PlaidKey;
let verify: WebhookVerifier;
let source: KeySource;

beforeAll(async () => {
  server = await startPlaidKeyServer();
  key = await server.createKey();
});
afterAll(async () => {
  gateway.close();
  await server.close();
});
beforeEach(() => {
  server.asked = [];
  verify = createWebhookVerifier({ keys: createWebhookKeyCache({ gateway, timeoutMs: 2_000 }) });
  source = {
    baseUrl: server.baseUrl,
    clientId: 'client',
    credentials: () => ({ baseUrl: server.baseUrl, clientId: 'client', secret: 'secret' }),
  };
});

const check = (verification: string | undefined, body = BODY): Promise<VerificationOutcome> =>
  verify({ source, verification, body });
const seconds = (fromNow: number): number => Math.floor(Date.now() / 1_000) + fromNow;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a webhook of Plaid', () => {
  it('is verified, and its JWT identified by header and payload', async () => {
    const token = await signWebhook(BODY, { key });
    const signed = token.split('.').slice(0, 2).join('.');
    expect(await check(token)).toEqual({
      kind: 'verified',
      jwtHash: createHash('sha256').update(signed).digest(),
    });
  });

  it('is verified with a hash in capital letters and white space around the header', async () => {
    const sha256 = createHash('sha256').update(BODY).digest('hex').toUpperCase();
    const token = await signWebhook(BODY, { key, claims: { iat: seconds(0), request_body_sha256: sha256 } });
    expect(await check(` ${token} `)).toMatchObject({ kind: 'verified' });
  });

  it.each([
    ['just within the age', -295, 'verified'],
    ['older than five minutes', -306, 'stale'],
    ['a day old', -86_400, 'stale'],
    ['from a clock slightly ahead', 50, 'verified'],
  ])('that is %s is %s', async (_, fromNow, kind) => {
    expect(await check(await signWebhook(BODY, { key, iat: seconds(fromNow) }))).toMatchObject({
      kind,
    });
  });

  it('gives a stale one the same identity as when it was fresh, and its age', async () => {
    const token = await signWebhook(BODY, { key, iat: seconds(-400) });
    const outcome = await check(token);
    expect(outcome).toMatchObject({
      kind: 'stale',
      jwtHash: createHash('sha256')
        .update(token.slice(0, token.lastIndexOf('.')))
        .digest(),
    });
    expect(outcome.kind === 'stale' && outcome.ageMs).toBeGreaterThanOrEqual(400_000);
  });
});

describe('refused before any key is fetched', () => {
  it.each([
    ['no header', undefined, 'header_missing'],
    ['an empty header', '', 'header_missing'],
    ['no JWT', 'nonsense', 'header_malformed'],
    ['two parts', 'a.b', 'header_malformed'],
    ['five parts', 'a.b.c.d.e', 'header_malformed'],
    ['a header that is not JSON', 'e30x.e30.x', 'header_malformed'],
    ['two values in one header', 'a.b.c, a.b.c', 'header_malformed'],
  ])('%s', async (_, token, reason) => {
    expect(await check(token)).toEqual({ kind: 'rejected', reason });
    expect(server.asked).toEqual([]);
  });

  it.each(['none', 'HS256', 'RS256', 'ES384', 'EdDSA', 'es256', undefined])('alg %s', async (alg) => {
    const payload = { iat: seconds(0), request_body_sha256: createHash('sha256').update(BODY).digest('hex') };
    const token = `${encode({ alg, kid: key.kid })}.${encode(payload)}.${alg === 'none' ? '' : 'c2ln'}`;
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'algorithm_not_allowed' });
    expect(server.asked).toEqual([]);
  });

  it('HS256 signed with what the public key is made of', async () => {
    const token = await new SignJWT({ iat: seconds(0) })
      .setProtectedHeader({ alg: 'HS256', kid: key.kid })
      .sign(Buffer.from(key.kid));
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'algorithm_not_allowed' });
  });

  it.each([undefined, '', 7, 'k'.repeat(201)])('kid %s', async (kid) => {
    const token = await signWebhook(BODY, { key, header: { kid } as never });
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'key_id_missing' });
    expect(server.asked).toEqual([]);
  });
});

describe('refused by signature, claims or body', () => {
  it('a key that Plaid does not know', async () => {
    const stranger = await server.createKey({ published: false });
    expect(await check(await signWebhook(BODY, { key: stranger }))).toEqual({
      kind: 'rejected',
      reason: 'key_unknown',
    });
  });

  it('another key under a known kid', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await signWebhook(BODY, { key: { kid: key.kid, privateKey } });
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'signature_invalid' });
  });

  it('a payload that was exchanged', async () => {
    const [header, , signature] = (await signWebhook('other', { key })).split('.');
    const payload = encode({
      iat: seconds(0),
      request_body_sha256: createHash('sha256').update(BODY).digest('hex'),
    });
    expect(await check(`${header}.${payload}.${signature}`)).toEqual({
      kind: 'rejected',
      reason: 'signature_invalid',
    });
  });

  it('a critical header that nobody knows', async () => {
    const [, payload, signature] = (await signWebhook(BODY, { key })).split('.');
    const header = encode({ alg: 'ES256', kid: key.kid, crit: ['x'], x: 1 });
    expect(await check(`${header}.${payload}.${signature}`)).toMatchObject({ kind: 'rejected' });
  });

  it.each([
    ['one more byte', Buffer.concat([BODY, Buffer.from('\n')])],
    ['serialised again', Buffer.from(JSON.stringify(JSON.parse(BODY.toString())))],
    ['empty', Buffer.alloc(0)],
  ])('a body that is %s', async (_, body) => {
    expect(await check(await signWebhook(BODY, { key }), body)).toEqual({
      kind: 'rejected',
      reason: 'body_mismatch',
    });
  });

  it('a stale webhook with a wrong body: the age excuses nothing', async () => {
    const token = await signWebhook('other', { key, iat: seconds(-900) });
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'body_mismatch' });
  });

  it.each([120, 86_400, 1e12])('iat %s seconds ahead', async (ahead) => {
    const token = await signWebhook(BODY, { key, claims: { iat: seconds(ahead) } });
    expect(await check(token)).toEqual({ kind: 'rejected', reason: 'issued_in_future' });
  });

  it.each([
    ['no iat', {}],
    ['iat as text', { iat: String(seconds(0)) }],
    ['iat null', { iat: null }],
    ['a short hash', { iat: seconds(0), request_body_sha256: 'abcd' }],
    ['a hash that is not one', { iat: seconds(0), request_body_sha256: 'z'.repeat(64) }],
    ['a hash in a list', { iat: seconds(0), request_body_sha256: ['a'.repeat(64)] }],
  ])('claims with %s', async (_, claims) => {
    expect(await check(await signWebhook(BODY, { key, claims }))).toEqual({
      kind: 'rejected',
      reason: 'claims_malformed',
    });
  });
});
