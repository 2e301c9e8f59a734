import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPost } from '../../../src/activities/forward-post.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';

const BODY = Buffer.from([0x7b, 0x00, 0xff, 0x0a, 0x7d]);
const post = createPost({ timeoutMs: 300, allowPrivate: true });
const guarded = createPost({ timeoutMs: 2_000, allowPrivate: false });
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
});
beforeEach(() => {
  receiver.requests = [];
  receiver.answer = (response) => response.end('a body that nobody reads');
});

const send = (url = receiver.url, by = post) =>
  by({ url, headers: { 'plaid-verification': 'a.b.c', 'content-type': 'text/x' }, body: BODY });

it('posts the bytes with the headers given', async () => {
  expect(await send()).toEqual({ kind: 'accepted', status: 200 });
  expect(receiver.requests).toMatchObject([
    {
      method: 'POST',
      path: '/hooks?from=ardea',
      headers: { 'plaid-verification': 'a.b.c', 'content-type': 'text/x', 'content-length': '5' },
      body: BODY,
    },
  ]);
});

it.each([204, 202])('takes %i for accepted', async (status) => {
  receiver.answer = (response) => response.writeHead(status).end();
  expect(await send()).toEqual({ kind: 'accepted', status });
});

it.each([400, 404, 410, 500, 503])('tells of HTTP %i', async (status) => {
  receiver.answer = (response) => response.writeHead(status).end();
  expect(await send()).toEqual({ kind: 'refused', reason: `HTTP ${status}`, retryAfterMs: null });
});

it('reads Retry-After', async () => {
  receiver.answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end();
  expect(await send()).toMatchObject({ retryAfterMs: 7_000 });
});

it('follows no redirect', async () => {
  receiver.answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end();
  expect(await send()).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('HTTP 307') as string,
  });
  expect(receiver.requests).toHaveLength(1);
});

it('gives up on a receiver that is silent', async () => {
  receiver.answer = () => undefined;
  const started = performance.now();
  expect(await send()).toMatchObject({ kind: 'refused', reason: 'no answer within 300 ms' });
  expect(performance.now() - started).toBeLessThan(1_000);
});

it('does not wait for the rest of an endless answer', async () => {
  receiver.answer = (response) => {
    response.writeHead(200);
    response.write('and so on');
  };
  expect(await send()).toEqual({ kind: 'accepted', status: 200 });
  // The deadline that ends it must not end the process.
  await new Promise((resolve) => setTimeout(resolve, 350));
});

it.each([
  ['a port that refuses', 'http://127.0.0.1:1/', 'no connection (ECONNREFUSED)'],
  ['a name that does not exist', 'http://nowhere.invalid/', 'no connection ('],
  ['another scheme', 'ftp://127.0.0.1/', 'webhook_url is not an http(s) URL'],
  ['no URL', 'nonsense', 'webhook_url is not an http(s) URL'],
])('tells of %s', async (_, url, reason) => {
  const outcome = await createPost({ timeoutMs: 5_000, allowPrivate: true })({
    url,
    headers: {},
    body: BODY,
  });
  expect(outcome.kind === 'refused' && outcome.reason).toContain(reason);
});

describe('without leave to use private addresses', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback by name', 'localhost'],
    ['loopback in IPv6', '[::1]'],
    ['loopback as a number', '2130706433'],
    ['loopback in octal', '0177.0.0.1'],
    ['loopback inside IPv6', '[::ffff:127.0.0.1]'],
    ['unspecified', '0.0.0.0'],
    ['private 10/8', '10.0.0.1'],
    ['private 172.16/12', '172.16.0.1'],
    ['private 192.168/16', '192.168.1.1'],
    ['link-local, where clouds keep their metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['unique local IPv6', '[fd00::1]'],
    ['NAT64 of a private address', '[64:ff9b::10.0.0.1]'],
    ['multicast', '224.0.0.1'],
  ])('refuses %s', async (_, host) => {
    const url = new URL(receiver.url);
    for (const scheme of ['http', 'https']) {
      const outcome = await send(`${scheme}://${host}:${url.port}/`, guarded);
      expect(outcome.kind === 'refused' && outcome.reason).toContain('FORWARD_ALLOW_PRIVATE');
    }
    expect(receiver.requests).toEqual([]);
  });
});
