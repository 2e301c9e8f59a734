import { randomBytes } from 'node:crypto';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { createDatabase, type Database } from '../../src/db/database.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createTestDatabase } from './postgres.js';
import { freePort, runProgram, startProgram, testKeys, type Program } from './programs.js';
import { testTemporal } from './temporal.js';

type Settings = Record<string, string>;

export interface InstallationOptions {
  /** On top of settings that make everything quick; they hold for all programs. */
  settings?: Settings;
  /** Puts something between a program and its servers; gets what would lead there directly. */
  reroute?: (servers: { databaseUrl: string; temporalAddress: string }) => Promise<{
    all?: Settings;
    /** For the API alone. */
    api?: Settings;
  }>;
}

export interface IntegrationUrls {
  heron_id: string;
  link_url: string;
  inbound_webhook_url: string;
}

export interface BankItem {
  item_id: string;
  access_token: string;
}

/** Settings that one start of a program has besides those of the installation. */
type Start = (settings?: Settings) => Promise<void>;

/**
 * The real programs, compiled, on real parts: api and worker as processes of their own, which a test may kill and start
 * again. The simulator's clock stands still.
 */
export interface Installation {
  /** Of the API. */
  url: string;
  workerUrl: string;
  apiKey: string;
  db: Database;
  simulator: RunningSimulator;
  /** As it was started last. */
  readonly api: Program;
  readonly worker: Program;
  startApi: Start;
  startWorker: Start;
  call<T = unknown>(method: string, path: string, body?: object): Promise<TestCall<T>>;
  /** With the simulator's own keys. */
  createIntegration(): Promise<IntegrationUrls>;
  /** An Item at the bank whose webhooks come to the integration. */
  newItem(integration: IntegrationUrls, options: object): Promise<BankItem>;
  /** Posts it to the link URL. */
  link(integration: IntegrationUrls, item: BankItem, endUserId: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestCall<T> {
  status: number;
  body: T;
}

const QUICK: Settings = {
  SWEEP_INTERVAL: '1s',
  SIGNAL_STALE_AFTER: '1s',
  NOT_READY_FIRST_WAIT: '200ms',
  PLAID_RATE_SCALE: '1000',
};

/** Migrated and set up; `startApi` and `startWorker` start the programs. */
export async function createInstallation({
  settings = {},
  reroute = async () => ({}),
}: InstallationOptions = {}): Promise<Installation> {
  const database = await createTestDatabase({ migrated: false });
  const { address } = await testTemporal();
  const simulator = await startSimulator();
  const [port, workerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const workerUrl = `http://127.0.0.1:${workerPort}`;
  const { apiKey, encryptionKeys } = testKeys();
  const routes = await reroute({ databaseUrl: database.url, temporalAddress: address });
  const env: Settings = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: `e2e-${randomBytes(4).toString('hex')}`,
    ENCRYPTION_KEYS: encryptionKeys,
    BOOTSTRAP_API_KEY: apiKey,
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKER_HOST: '127.0.0.1',
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: url,
    PLAID_ALLOWED_BASE_URLS: simulator.url,
    SIMULATOR_CONTROL_URL: simulator.url,
    ...QUICK,
    ...settings,
    ...routes.all,
  };
  await runProgram('src/cli/migrate.js', env);
  await runProgram('src/cli/setup.js', env);
  const db = createDatabase({ url: database.url, name: 'test-e2e' });
  const programs: { api?: Program; worker?: Program } = {};
  const started = (name: 'api' | 'worker'): Program => {
    const program = programs[name];
    if (program === undefined) throw new Error(`${name} has not been started`);
    return program;
  };

  const call: Installation['call'] = async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(path.startsWith('http') ? path : `${url}${path}`, {
      method,
      headers: { 'x-api-key': apiKey, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
  };
  const expected = async <T>(status: number, answer: Promise<TestCall<T>>): Promise<T> => {
    const { status: actual, body } = await answer;
    if (actual !== status) throw new Error(`${actual} in place of ${status}: ${JSON.stringify(body)}`);
    return body;
  };

  return {
    url,
    workerUrl,
    apiKey,
    db,
    simulator,
    get api() {
      return started('api');
    },
    get worker() {
      return started('worker');
    },
    async startApi(more = {}) {
      programs.api = startProgram('src/api/main.js', { ...env, ...routes.api, ...more });
      await programs.api.ready(`${url}/readyz`);
    },
    async startWorker(more = {}) {
      programs.worker = startProgram('src/worker/main.js', { ...env, ...more });
      await programs.worker.ready(`${workerUrl}/readyz`);
    },
    call,
    async createIntegration() {
      const { integration } = await expected(
        201,
        call<{ integration: IntegrationUrls }>('POST', '/api/integrations', {
          integration: {
            ...{ name: 'Simulator', type: 'plaid', resource: 'transaction', base_url: simulator.url },
            ...{ client_id: DEFAULT_CLIENT.clientId, client_secret: DEFAULT_CLIENT.secret },
          },
        }),
      );
      return integration;
    },
    async newItem({ inbound_webhook_url: webhook }, options) {
      const { body } = await simulator.control<{ item: BankItem }>('POST', '/items', { webhook, ...options });
      return body.item;
    },
    async link({ link_url }, { item_id, access_token }, endUserId) {
      await expected(201, call('POST', link_url, { item_id, access_token, end_user_id: endUserId }));
    },
    async close() {
      await Promise.all([programs.api?.end(), programs.worker?.end()]);
      await simulator.close();
      await db.destroy();
      await database.drop();
    },
  };
}
