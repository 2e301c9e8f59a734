import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.js';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});

afterAll(() => api?.close());

describe('errors', () => {
  it('have the shape of the contract, with the request id of the header', async () => {
    const { status, headers, json } = await api.call('GET', '/api/nothing');
    expect(status).toBe(404);
    expect(json).toEqual({
      code: 404,
      name: 'Not Found',
      description: expect.any(String) as string,
      error: 'route.not_found',
      request_id: headers.get('x-request-id'),
    });
  });

  it('tell the methods that a path has', async () => {
    const { status, headers, json } = await api.call('PATCH', '/api/end_users');
    expect([status, json.error]).toEqual([405, 'request.method_not_allowed']);
    expect(headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST', 'PUT']);
  });

  it.each([
    ['{"end_user_id":', 'application/json', 400, 'request.malformed_json'],
    ['', 'application/json', 400, 'request.malformed_json'],
    ['end_user_id=a', 'application/x-www-form-urlencoded', 415, 'request.unsupported_media_type'],
    ['[]', 'application/json', 422, 'request.invalid'],
    ['"text"', 'application/json', 422, 'request.invalid'],
    [`{"end_user_id":"${'x'.repeat(1_100_000)}"}`, 'application/json', 413, 'request.too_large'],
  ])('body %.20s as %s: %i', async (body, type, status, error) => {
    const answer = await api.call('POST', '/api/end_users', { body, headers: { 'content-type': type } });
    expect([answer.status, answer.json.error]).toEqual([status, error]);
  });

  it('name a body that is not UTF-8, and one that is compressed', async () => {
    const send = (body: Buffer, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${api.url}/api/end_users`, {
        method: 'POST',
        headers: { 'x-api-key': api.key, 'content-type': 'application/json', ...headers },
        body: new Uint8Array(body),
      });
    expect((await send(Buffer.from('{"end_user_id":"\xff"}', 'latin1'))).status).toBe(400);
    expect((await send(Buffer.from('{}'), { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('never quote the body back', async () => {
    const { text } = await api.call('POST', '/api/integrations', {
      body: '{"client_secret":"hunter2" nonsense',
    });
    expect(text).not.toContain('hunter2');
  });

  it('survive a caller that breaks off in mid-body', async () => {
    await new Promise<void>((resolve) => {
      const half = request(`${api.url}/api/end_users`, {
        method: 'POST',
        headers: { 'x-api-key': api.key, 'content-type': 'application/json', 'content-length': '1000' },
      });
      half.on('error', () => undefined);
      half.on('close', resolve);
      half.write('{"end_user_id":');
      setTimeout(() => half.destroy(), 50);
    });
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });

  it('treat a NUL in a path as a path that is not there', async () => {
    expect((await api.call('GET', '/api/end_users/a%00b')).status).toBe(404);
  });
});

describe('request id', () => {
  it('is the caller’s own if it is sane', async () => {
    const sane = await api.call('GET', '/healthz', { headers: { 'x-request-id': 'trace-1' } });
    expect(sane.headers.get('x-request-id')).toBe('trace-1');
    const insane = await api.call('GET', '/healthz', { headers: { 'x-request-id': 'a b<script>' } });
    expect(insane.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/);
  });
});

describe('authentication', () => {
  const basic = (text: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  const ask = (headers: Record<string, string>) =>
    api.call('GET', '/api/hello_world/authenticated', { key: null, headers });

  it('takes the key in x-api-key, or as the password of Basic under any user name', async () => {
    expect((await ask({ 'x-api-key': api.key })).status).toBe(200);
    expect((await ask(basic(`:${api.key}`))).status).toBe(200);
    expect((await ask(basic(`somebody:${api.key}`))).status).toBe(200);
  });

  it.each([
    ['nothing', {}, 'auth.missing'],
    ['an unknown key', { 'x-api-key': `key_${'0'.repeat(48)}` }, 'auth.invalid'],
    ['what is no key', { 'x-api-key': 'secret' }, 'auth.invalid'],
    ['a key as the user name', basic('key:'), 'auth.missing'],
    ['another scheme', { authorization: 'Bearer x' }, 'auth.missing'],
  ])('refuses %s', async (_what, headers, error) => {
    const { status, json, headers: answered } = await ask(headers);
    expect([status, json.error]).toEqual([401, error]);
    expect(answered.get('www-authenticate')).toContain('Basic');
  });

  it('stores a digest of the key only, and notes its use', async () => {
    await ask({ 'x-api-key': api.key });
    const { rows } = await api.deps.db.raw<{ rows: { text: string }[] }>(
      'select k::text as text from api_keys k',
    );
    expect(rows.map((row) => row.text).join()).not.toContain(api.key);
    const used = await api.deps.db('api_keys').whereNotNull('last_used_at').select('id');
    expect(used.length).toBeGreaterThan(0);
  });

  it('notices within seconds that a key was deactivated', async () => {
    const key = await api.deps.apiKeys.create(api.organizationId, 'short-lived');
    expect((await ask({ 'x-api-key': key })).status).toBe(200);
    await api.deps.db('api_keys').where({ name: 'short-lived' }).update({ is_active: false });
    await expect.poll(async () => (await ask({ 'x-api-key': key })).status, { timeout: 6_000 }).toBe(401);
  });

  it('is not needed for hello_world, health and docs', async () => {
    for (const path of ['/api/hello_world', '/healthz', '/readyz', '/api/openapi.json', '/api/docs']) {
      expect((await api.call('GET', path, { key: null })).status, path).toBe(200);
    }
  });
});

describe('health', () => {
  it('is ready with the database, whatever Temporal does', async () => {
    const { status, json } = await api.call<unknown>('GET', '/readyz');
    expect([status, json]).toEqual([200, { status: 'ready', database: 'ok', temporal: 'unreachable' }]);
  });
});
