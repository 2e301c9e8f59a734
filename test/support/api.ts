import { randomBytes } from 'node:crypto';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import type { z } from 'zod';
import type { integrationAnswer } from '../../src/api/integrations/schema.js';
import { createApp } from '../../src/api/app.js';
import type { Route } from '../../src/api/route.js';
import { listen } from '../../src/api/server.js';
import { loadConfig } from '../../src/config/index.js';
import { createDeps, type Deps } from '../../src/deps.js';
import { createLogger } from '../../src/logger.js';
import { createTestDatabase } from './postgres.js';

/** The body of every error. */
export interface ErrorAnswer {
  code: number;
  name: string;
  /** A sentence or field errors: a test knows which. */
  description: string & Record<'json' | 'query', Record<string, string[]>>;
  error: string;
  request_id: string;
}

export interface TestAnswer<T> {
  status: number;
  headers: Headers;
  /** As it came over the wire. */
  text: string;
  /** Parsed; undefined without a body. Tests of exact money look at `text`. */
  json: T;
}

export interface TestRequest {
  body?: unknown;
  headers?: Record<string, string>;
  /** Another organisation's key, or null for none. */
  key?: string | null;
  signal?: AbortSignal;
}

export interface TestApi {
  url: string;
  deps: Deps;
  organizationId: string;
  key: string;
  /** The key of a second organisation. */
  foreignKey: string;
  foreignOrganizationId: string;
  /** `T` is the answer that the test expects; declared routes have held it against their schema. */
  call<T = ErrorAnswer>(method: string, path: string, request?: TestRequest): Promise<TestAnswer<T>>;
  /** Tells the server to stop, as SIGTERM does; long polls end. */
  stopping: AbortController;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** Base URL of a simulator, allowed for integrations. */
  plaidUrl?: string;
  /** host:port; a port that refuses connections unless given. */
  temporalAddress?: string;
  settings?: Record<string, string>;
  /** Where the built dashboard would be. */
  dashboardFolder?: string;
}

/** An answer that its own documentation does not allow fails the request. */
const assertDocumented = (route: Route, status: number, json: string): void => {
  const schema = route.responses[status]?.schema;
  if (!schema) throw new Error(`${route.method} ${route.path} answered an undocumented ${status}`);
  const body: unknown = JSON.parse(json);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`${route.method} ${route.path} ${status}: ${parsed.error.message}`);
  if (JSON.stringify(parsed.data) !== JSON.stringify(schema.parse(parsed.data)))
    throw new Error(`${route.method} ${route.path}: the schema is not stable`);
  const unknown = undocumentedKeys(body, parsed.data);
  if (unknown.length > 0)
    throw new Error(`${route.method} ${route.path} ${status}: undocumented ${unknown.join(', ')}`);
};

/** Keys that the schema stripped. */
function undocumentedKeys(sent: unknown, kept: unknown, path = ''): string[] {
  if (typeof sent !== 'object' || sent === null) return [];
  if (typeof kept !== 'object' || kept === null) return [path];
  return Object.entries(sent).flatMap(([key, value]) =>
    key in kept
      ? undocumentedKeys(value, (kept as Record<string, unknown>)[key], `${path}/${key}`)
      : [`${path}/${key}`],
  );
}

/** The API on a port and a database of its own, with two organisations. The answers are held against their schemas. */
export const createTestApi = async ({
  plaidUrl,
  temporalAddress = '127.0.0.1:1',
  settings = {},
  dashboardFolder = '/nonexistent',
}: TestApiOptions = {}): Promise<TestApi> => {
  const database = await createTestDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporalAddress,
    ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    PLAID_ALLOWED_BASE_URLS: plaidUrl ?? '',
    PUBLIC_URL: 'https://ardea.example',
    LOG_LEVEL: 'silent',
    PLAID_RATE_SCALE: '1000',
    ...settings,
  });
  const deps = createDeps({
    config,
    temporal: { connectionOptions: { address: temporalAddress }, namespace: 'default' },
    name: 'test-api',
    logger: createLogger('test-api', config.LOG_LEVEL),
  });
  const [own, foreign] = await Promise.all(
    ['Own', 'Foreign'].map(async (name) => {
      const { id } = await deps.organizations.ensure(name);
      return { id, key: await deps.apiKeys.create(id, 'test') };
    }),
  );
  const stopping = new AbortController();
  const app = createApp(deps, { stopping: stopping.signal, onAnswer: assertDocumented, dashboardFolder });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    deps,
    organizationId: own!.id,
    key: own!.key,
    foreignKey: foreign!.key,
    foreignOrganizationId: foreign!.id,
    stopping,
    async call<T>(method: string, path: string, request: TestRequest = {}) {
      const { body, headers = {}, key = own!.key, signal } = request;
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(key === null ? {} : { 'x-api-key': key }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('application/json') === true;
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: (isJson ? JSON.parse(text) : undefined) as T,
      };
    },
    async close() {
      stopping.abort();
      await server.stop(1_000);
      await deps.close();
      await database.drop();
    },
  };
};

export interface TestIntegration {
  id: string;
  linkPath: string;
}

/** An integration with the simulator's own keys. */
export const createSimulatorIntegration = async (
  api: TestApi,
  plaidUrl: string,
  key = api.key,
): Promise<TestIntegration> => {
  const { json, status } = await api.call<z.output<typeof integrationAnswer>>('POST', '/api/integrations', {
    key,
    body: {
      integration: {
        name: 'Plaid simulator',
        type: 'plaid',
        resource: 'transaction',
        base_url: plaidUrl,
        client_id: DEFAULT_CLIENT.clientId,
        client_secret: DEFAULT_CLIENT.secret,
      },
    },
  });
  if (status !== 201) throw new Error(`integration not created: ${JSON.stringify(json)}`);
  const id = json.integration.heron_id;
  return { id, linkPath: `/api/integrations/${id}/links` };
};
