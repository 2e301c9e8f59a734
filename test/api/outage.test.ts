import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../local/port.js';
import { createApp } from '../../src/api/app.js';
import { ListenError, listen, type RunningServer } from '../../src/api/server.js';
import { loadConfig } from '../../src/config/index.js';
import { createDeps, type Deps } from '../../src/deps.js';

let deps: Deps;
let server: RunningServer;
let url: string;

beforeAll(async () => {
  const address = `127.0.0.1:${await freePort()}`;
  deps = createDeps({
    config: loadConfig({
      DATABASE_URL: `postgres://user:hunter2@127.0.0.1:${await freePort()}/none`,
      TEMPORAL_ADDRESS: address,
      ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
      LOG_LEVEL: 'silent',
    }),
    temporal: { connectionOptions: { address }, namespace: 'default' },
    name: 'test-outage',
  });
  const app = createApp(deps, { stopping: new AbortController().signal });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  await server?.stop(1_000);
  await deps?.close();
});

describe('without PostgreSQL and Temporal', () => {
  it('starts, is alive, and says what it lacks', async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: 'not_ready',
      database: 'unreachable',
      temporal: 'unreachable',
    });
  });

  it('answers 503 with Retry-After and nothing internal', async () => {
    const answer = await fetch(`${url}/api/end_users`, {
      headers: { 'x-api-key': `key_${'0'.repeat(48)}` },
    });
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.parse(text)).toMatchObject({ error: 'service.unavailable', code: 503 });
    expect(text).not.toMatch(/ECONN|127\.0\.0\.1|hunter2|\.ts/);
  });
});

describe('listen', () => {
  it('names PORT when the port is taken', async () => {
    const app = createApp(deps, { stopping: new AbortController().signal });
    const taken = listen(app, { host: '127.0.0.1', port: server.port });
    await expect(taken).rejects.toThrow(ListenError);
    await expect(taken).rejects.toThrow(`port ${server.port} is taken: set PORT`);
  });
});
