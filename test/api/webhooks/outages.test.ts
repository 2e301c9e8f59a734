import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { plaidBody, startWebhookApp, type WebhookApp } from './webhook-app.js';

/** A wire to PostgreSQL that can be cut, or left without an answer. */
class Wire {
  state: 'open' | 'silent' = 'open';
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  constructor(private readonly target: URL) {}

  async listen(): Promise<string> {
    this.server = createServer((client) => {
      const upstream = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      }
      client.on('data', (data) => {
        if (this.state === 'open') upstream.write(data);
      });
      upstream.on('data', (data) => client.write(data));
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async cut(): Promise<void> {
    if (!this.server?.listening) return;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }
}

let database: TestDatabase;
let wire: Wire;
let app: WebhookApp;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  wire = new Wire(new URL(database.url));
  app = await startWebhookApp({ databaseUrl: await wire.listen() });
  expect((await app.send(plaidBody())).status).toBe(200);
});
afterEach(async () => {
  await wire.cut();
  await app.close();
});

const expectUnavailable = (response: Response): void => {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
};

it('answers 503 while PostgreSQL is away, and 200 again when it is back', async () => {
  await wire.cut();
  const started = performance.now();
  expectUnavailable(await app.send(plaidBody()));
  expect(performance.now() - started).toBeLessThan(2_000);
  await wire.listen();
  const body = plaidBody();
  await vi.waitFor(async () => expect((await app.send(body)).status).toBe(200), { timeout: 10_000 });
});

it('answers a bad signature 401 even when it cannot be recorded', async () => {
  await wire.cut();
  expect((await app.send(plaidBody(), { 'plaid-verification': 'x' })).status).toBe(401);
});

it('answers 503 within the time that Plaid waits when PostgreSQL does not answer', async () => {
  wire.state = 'silent';
  const started = performance.now();
  expectUnavailable(await app.send(plaidBody()));
  expect(performance.now() - started).toBeLessThan(9_000);
});
