import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../support/api.js';

const SCRIPT = `export const text = '${'heron '.repeat(50)}';`;
const folder = mkdtempSync(join(tmpdir(), 'ardea-test-dashboard-'));
let api: TestApi;
let unbuilt: TestApi;

beforeAll(async () => {
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html><title>Ardea</title>');
  writeFileSync(join(folder, 'dist', 'version.json'), '{"build":"1"}');
  writeFileSync(join(folder, 'dist', 'assets', 'index-B1x.js'), SCRIPT);
  writeFileSync(join(folder, 'dist', 'assets', 'index-B1x.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'secret.json'), '{}');
  writeFileSync(join(folder, 'dist', '.hidden.json'), '{}');
  api = await createTestApi({ dashboardFolder: join(folder, 'dist') });
  unbuilt = await createTestApi({ dashboardFolder: join(folder, 'nothing') });
});

afterAll(async () => {
  await Promise.all([api?.close(), unbuilt?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Path and headers as they are: fetch would tidy up both. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET', of = api): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(of.url);
    request({ hostname, port, path, method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (chunk: string) => (body += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
    })
      .on('error', reject)
      .end();
  });

const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the page', () => {
  it.each(['/', '/items', '/end-users/acme%20inc/x', '/invite', '/index.html'])(
    'is what a person gets at %s',
    async (path) => {
      const { status, headers, body } = await get(path, PAGE);
      expect([status, body]).toEqual([200, '<!doctype html><title>Ardea</title>']);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("default-src 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      });
    },
  );

  it.each(['/api/nothing', '/webhooks/plaid', '/webhooks/x', '/healthz/x', '/assets/index-Old.js', '/docs'])(
    'is not what is missing at %s',
    async (path) => {
      const { status, headers } = await get(path, PAGE);
      expect([404, 405]).toContain(status);
      expect(headers['content-type']).toContain('json');
    },
  );

  it('is not for programs, nor for other methods', async () => {
    expect((await get('/items', { accept: 'application/json' })).status).toBe(404);
    expect((await get('/favicon.ico', { accept: 'image/*' })).status).toBe(404);
    expect((await get('/items', PAGE, 'POST')).status).toBe(404);
  });

  it('is asked for anew, and not sent again when it is the same', async () => {
    const first = await get('/', PAGE);
    const again = await get('/', { ...PAGE, 'if-none-match': String(first.headers['etag']) });
    expect([again.status, again.body]).toEqual([304, '']);
    const head = await get('/', PAGE, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      String(first.body.length),
    ]);
  });

  it('says how to build it when it has not been built', async () => {
    const { status, headers, body } = await get('/', PAGE, 'GET', unbuilt);
    expect([status, headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8']);
    expect(body).toContain('npm run build');
    expect((await get('/api/hello_world', {}, 'GET', unbuilt)).status).toBe(200);
  });
});

describe('a file', () => {
  it('is kept for ever where its name has a hash, compressed if the browser takes it', async () => {
    const plain = await get('/assets/index-B1x.js');
    expect([plain.status, plain.body]).toEqual([200, SCRIPT]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    });
    const small = await get('/assets/index-B1x.js', { 'accept-encoding': 'br, gzip' });
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(small.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(small.body.length).toBeLessThan(SCRIPT.length);
  });

  it('without one is asked for anew', async () => {
    expect((await get('/version.json')).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/.hidden.json',
    '//secret.json',
    '/assets',
  ])('is none of others: %s', async (path) => expect((await get(path)).status).toBe(404));
});
