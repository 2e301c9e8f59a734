import { randomBytes } from 'node:crypto';
import { createApp } from '../../../src/api/app.js';
import { listen } from '../../../src/api/server.js';
import { loadConfig } from '../../../src/config/index.js';
import { createDeps, type Deps } from '../../../src/deps.js';
import { toPublicId } from '../../../src/domain/ids.js';
import { createLogger } from '../../../src/logger.js';
import type { SignalQueue } from '../../../src/temporal/signal-queue.js';
import {
  signWebhook,
  startPlaidKeyServer,
  type PlaidKey,
  type PlaidKeyServer,
} from '../../support/plaid-keys.js';
import { createTestTenant, type TestTenant } from '../../support/tenants.js';

export interface WebhookApp {
  deps: Deps;
  keys: PlaidKeyServer;
  key: PlaidKey;
  tenant: TestTenant;
  /** The URL of the tenant's integration. */
  url: string;
  origin: string;
  /** What intake has handed to the signal queue, `look/…` and `forward/…`. */
  signalled: string[];
  /** Sends a body with a signature by `key`; `headers` win. */
  send(body: string | Buffer, headers?: Record<string, string>, url?: string): Promise<Response>;
  rows(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface WebhookAppOptions {
  databaseUrl: string;
  environment?: Record<string, string>;
  webhookUrl?: string | null;
}

/** The API as it runs, on a port of its own, with an integration whose keys come from a local key server. */
export const startWebhookApp = async (options: WebhookAppOptions): Promise<WebhookApp> => {
  const keys = await startPlaidKeyServer();
  const config = loadConfig({
    DATABASE_URL: options.databaseUrl,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    PLAID_ALLOWED_BASE_URLS: keys.baseUrl,
    PLAID_CHECK_TIMEOUT: '500ms',
    INBOX_MAX_UNVERIFIED: '10',
    ...options.environment,
  });
  const deps = createDeps({
    config,
    temporal: { connectionOptions: { address: config.TEMPORAL_ADDRESS }, namespace: 'default' },
    name: 'test',
    logger: createLogger('test', 'silent'),
  });
  const signalled: string[] = [];
  const signals: SignalQueue = {
    ...deps.signals,
    look: ({ id }) => signalled.push(`look/${id}`),
    forward: ({ id }) => signalled.push(`forward/${id}`),
    audit: ({ id }) => signalled.push(`audit/${id}`),
  };
  const stopping = new AbortController();
  const app = createApp({ ...deps, signals }, { stopping: stopping.signal });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const tenant = await createTestTenant({
    db: deps.db,
    secrets: deps.secrets,
    baseUrl: keys.baseUrl,
    webhookUrl: options.webhookUrl ?? null,
  });
  const key = await keys.createKey();
  const origin = `http://127.0.0.1:${server.port}`;
  const ownUrl = `${origin}/webhooks/plaid/${toPublicId('integration', tenant.integrationId)}`;
  return {
    deps,
    keys,
    key,
    tenant,
    url: ownUrl,
    origin,
    signalled,
    async send(body, headers = {}, url = ownUrl) {
      return fetch(url, {
        method: 'POST',
        body: typeof body === 'string' ? body : new Uint8Array(body),
        headers: {
          'content-type': 'application/json',
          'plaid-verification': await signWebhook(body, { key }),
          ...headers,
        },
      });
    },
    rows: () =>
      deps.db('plaid_webhooks').where({ integration_id: tenant.integrationId }).orderBy('id').select('*'),
    async close() {
      stopping.abort();
      await server.stop(1_000);
      await deps.close();
      await keys.close();
    },
  };
};

export const plaidBody = (fields: Record<string, unknown> = {}): string =>
  JSON.stringify(
    {
      webhook_type: 'TRANSACTIONS',
      webhook_code: 'SYNC_UPDATES_AVAILABLE',
      item_id: 'item',
      environment: 'sandbox',
      // Two webhooks of Plaid may be byte-identical; in these tests they differ, so that their JWTs do.
      nonce: randomBytes(6).toString('hex'),
      ...fields,
    },
    null,
    2,
  );
