import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import {
  freePort,
  runProgram,
  startProgram,
  startRelay,
  testKeys,
  type Program,
  type Relay,
} from '../support/programs.js';
import { testTemporal } from '../support/temporal.js';
import { linkItem, startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';

/** The real programs, compiled, on real parts: api and worker as processes of their own, both of which die in the course of it. */
let database: TestDatabase;
let db: Database;
let simulator: RunningSimulator;
let relay: Relay;
let api: Program;
let worker: Program;
let base: string;
let workerUrl: string;
let env: Record<string, string>;
const keys = testKeys();

const API = 'src/api/main.js';
const WORKER = 'src/worker/main.js';

async function startApi(): Promise<void> {
  // Only the API's way to Temporal leads through the relay: its signals can be held up while the worker goes on.
  api = startProgram(API, { ...env, TEMPORAL_ADDRESS: relay.address });
  await api.ready(`${base}/readyz`);
}

async function startWorker(): Promise<void> {
  worker = startProgram(WORKER, env);
  await worker.ready(`${workerUrl}/readyz`);
}

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  db = createDatabase({ url: database.url, name: 'test-e2e' });
  simulator = await startSimulator();
  const { address } = await testTemporal();
  relay = await startRelay(address);
  const port = await freePort();
  const workerPort = await freePort();
  base = `http://127.0.0.1:${port}`;
  workerUrl = `http://127.0.0.1:${workerPort}`;
  env = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: `e2e-${randomBytes(4).toString('hex')}`,
    ENCRYPTION_KEYS: keys.encryptionKeys,
    BOOTSTRAP_API_KEY: keys.apiKey,
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKER_HOST: '127.0.0.1',
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: base,
    PLAID_ALLOWED_BASE_URLS: simulator.url,
    SWEEP_INTERVAL: '1s',
    SIGNAL_STALE_AFTER: '1s',
    NOT_READY_FIRST_WAIT: '200ms',
    PLAID_RATE_SCALE: '1000',
  };
  await runProgram('src/cli/migrate.js', env);
  await runProgram('src/cli/setup.js', env);
  await Promise.all([startApi(), startWorker()]);
});

afterAll(async () => {
  await api?.end();
  await worker?.end();
  await relay?.close();
  await simulator?.close();
  await db?.destroy();
  await database?.drop();
});

async function call<T>(method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
  const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
    method,
    headers: { 'x-api-key': keys.apiKey, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}

interface Integration {
  integration: { heron_id: string; link_url: string; inbound_webhook_url: string };
}
interface Changes {
  changes: {
    op: 'upsert' | 'delete';
    transaction: { reference_id: string; pending_reference_id: string | null };
  }[];
  next_cursor: string;
  has_more: boolean;
}

/** A reader of the feed that holds what it was told. */
class FeedReader {
  readonly rows = new Map<string, unknown>();
  readonly deleted = new Set<string>();
  cursor: string | null = null;

  async read(): Promise<number> {
    let seen = 0;
    for (;;) {
      const query: string = this.cursor === null ? '' : `&cursor=${encodeURIComponent(this.cursor)}`;
      const { status, body } = await call<Changes>('GET', `/api/transactions/changes?limit=200${query}`);
      expect(status).toBe(200);
      for (const { op, transaction } of body.changes) {
        if (op === 'delete') {
          this.rows.delete(transaction.reference_id);
          this.deleted.add(transaction.reference_id);
        } else this.rows.set(transaction.reference_id, transaction);
      }
      seen += body.changes.length;
      this.cursor = body.next_cursor;
      if (!body.has_more) return seen;
    }
  }
}

const truth = async (itemIds: string[]): Promise<Set<string>> => {
  const ids = new Set<string>();
  for (const itemId of itemIds) {
    const { text } = await simulator.control('GET', `/items/${itemId}`);
    for (const match of text.matchAll(/"transaction_id":"([^"]+)"/g)) ids.add(match[1]!);
  }
  return ids;
};

describe('the main job', () => {
  const reader = new FeedReader();
  let integration: Integration['integration'];
  let first: { accessToken: string; itemId: string };

  const holdsTruth = (itemIds: string[]) => async (): Promise<boolean> => {
    await reader.read();
    const expected = await truth(itemIds);
    return expected.size === reader.rows.size && [...expected].every((id) => reader.rows.has(id));
  };

  it('links an Item and reads its history', async () => {
    const created = await call<Integration>('POST', '/api/integrations', {
      integration: {
        name: 'Simulator',
        type: 'plaid',
        resource: 'transaction',
        base_url: simulator.url,
        client_id: DEFAULT_CLIENT.clientId,
        client_secret: DEFAULT_CLIENT.secret,
      },
    });
    expect(created.status).toBe(201);
    integration = created.body.integration;
    first = await linkItem(simulator, { webhook: integration.inbound_webhook_url });
    const linked = await call('POST', integration.link_url, {
      item_id: first.itemId,
      access_token: first.accessToken,
      end_user_id: 'acme',
      end_user_name: 'Acme',
    });
    expect(linked.status).toBe(201);
    await simulator.advance('1h');
    await eventually('the history is in the feed', holdsTruth([first.itemId]));
    expect(reader.rows.size).toBeGreaterThan(100);
  });

  it('follows webhooks: new rows, the modified one, the removed pending ones', async () => {
    const before = new Set(reader.rows.keys());
    await simulator.sdk.transactionsRefresh({ access_token: first.accessToken });
    await eventually('the increment is in the feed', holdsTruth([first.itemId]));
    expect([...reader.rows.keys()].some((id) => !before.has(id))).toBe(true);
    expect(reader.deleted.size).toBeGreaterThan(0);
  });

  it('loses nothing when the worker is killed in the middle of a sync', async () => {
    await simulator.control('PUT', '/latency', { ms: 150 });
    const { body } = await simulator.control<{ item: { item_id: string; access_token: string } }>(
      'POST',
      '/items',
      {
        transactions: 10_000,
        ready: true,
        webhook: integration.inbound_webhook_url,
      },
    );
    const linked = await call('POST', integration.link_url, {
      item_id: body.item.item_id,
      access_token: body.item.access_token,
      end_user_id: 'acme',
    });
    expect(linked.status).toBe(201);
    await eventually('pages are being staged', async () => {
      const { rows } = await db.raw<{ rows: [{ n: string }] }>('select count(*) as n from sync_staged_rows');
      return Number(rows[0].n) >= 1_000;
    });
    await worker.end('SIGKILL');
    await simulator.control('PUT', '/latency', { ms: 0 });
    expect(
      await db('transactions')
        .join('items', 'items.id', 'transactions.item_id')
        .where('plaid_item_id', body.item.item_id)
        .first(),
    ).toBe(undefined);
    await startWorker();
    await eventually('all rows are in the feed', holdsTruth([first.itemId, body.item.item_id]), 120_000);
    expect(reader.rows.size).toBeGreaterThan(10_000);
    const { rows } = await db.raw<{ rows: [{ n: string }] }>(
      'select count(*) as n from (select item_id, reference_id from transactions group by 1, 2 having count(*) > 1) twice',
    );
    expect(rows[0].n).toBe('0');
  });

  it('loses nothing when the API is killed between commit and signal', async () => {
    relay.hang();
    const spent = await simulator.control<{ transactions: { transaction_id: string }[] }>(
      'POST',
      `/items/${first.itemId}/transactions`,
      { amount: '12.34', name: 'Uber' },
    );
    expect(spent.status).toBeLessThan(300);
    await eventually('the webhook is committed', async () => {
      const { rows } = await db.raw<{ rows: [{ n: string }] }>(
        'select count(*) as n from item_sync s join items i on i.id = s.item_id where dirty_gen > synced_gen and i.plaid_item_id = ?',
        [first.itemId],
      );
      return rows[0].n === '1';
    });
    expect(await api.end('SIGKILL')).toBe(null);
    relay.flow();
    await startApi();
    await eventually('the row has come all the same', async () => {
      await reader.read();
      const ids = await truth([first.itemId]);
      return [...ids].every((id) => reader.rows.has(id));
    });
  });

  it('ends gracefully and has kept every secret', async () => {
    expect(await api.end()).toBe(0);
    expect(await worker.end()).toBe(0);
    const written = api.output() + worker.output();
    expect(written).not.toContain(first.accessToken);
    expect(written).not.toContain(keys.apiKey);
    expect(written).not.toContain(DEFAULT_CLIENT.secret);
  });
});
