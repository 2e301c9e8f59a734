import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, ENDPOINT_PATHS } from './app.js';
import type { BankContext, BankTiming } from './bank/context.js';
import { scheduleItem } from './bank/pull.js';
import { createRateLimits } from './faults/rate-limits.js';
import { createFaultRegistry } from './faults/registry.js';
import { DAY_MS } from './model/calendar.js';
import { createFileJournal, createMemoryJournal } from './model/journal.js';
import { createStore } from './model/store.js';
import { createVirtualClock } from './model/virtual-clock.js';
import { changeRateLimits } from './control/rate-limit-routes.js';
import type { Json } from './plaid-api/fields.js';
import { createScripts } from './script/scripts.js';
import { createWebhookSender } from './webhooks/sender.js';
import { createSigningKeys } from './webhooks/signing-keys.js';

/** What is on from the start. */
export interface BadDays {
  faults?: Json[];
  rate_limits?: Json;
  script?: Json;
}

export interface SimulatorOptions extends BankTiming {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Where state outlives the process; null keeps it in memory. */
  dataDir: string | null;
  /** All generated data follows from it; null draws one. A data folder keeps the seed it began with. */
  seed: string | null;
  /** client_id → secret. */
  clients: ReadonlyMap<string, string>;
  webhookTimeoutMs: number;
  /** Wait before the first retry of a webhook; each further one is four times as long. */
  webhookRetryDelayMs: number;
  /** Faults, rate limits and a script that are on from the start; their fields are those of the control API. */
  faults: BadDays | null;
  /** Added to every answer of Plaid's endpoints, until the control API changes it. */
  latencyMs: number;
}

export interface Simulator {
  /** Base URL without a slash at its end: the `basePath` of Plaid's SDK. */
  url: string;
  port: number;
  /** Ends gracefully: requests under way are answered, webhooks under way are cut and stay due. */
  close(): Promise<void>;
}

/** The credentials that a simulator knows unless told otherwise. */
export const DEFAULT_CLIENT = {
  clientId: 'ardea_simulator_client',
  secret: 'ardea_simulator_secret',
} as const;

export const DEFAULT_OPTIONS: SimulatorOptions = {
  host: '127.0.0.1',
  port: 3002,
  dataDir: null,
  seed: null,
  clients: new Map([[DEFAULT_CLIENT.clientId, DEFAULT_CLIENT.secret]]),
  initialDelayMs: 2000,
  historicalDelayMs: 5000,
  loginExpiresMs: 30 * DAY_MS,
  webhookTimeoutMs: 10_000,
  webhookRetryDelayMs: 30_000,
  latencyMs: 0,
  faults: null,
};

/** How long requests that are under way may take to end. */
const CLOSE_GRACE_MS = 3000;

const closeServer = async (server: Server): Promise<void> => {
  // A connection that is kept alive becomes idle only when its last request has been answered.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const all = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(all);
};

/**
 * Starts a simulator of Plaid. Without options it listens on port 0, for tests and benchmarks.
 * @throws the error of `listen` (EADDRINUSE …), before anything of the data folder has been touched; ControlError or
 * PlaidApiError naming what is wrong in `faults`
 */
export const createSimulator = async (options: Partial<SimulatorOptions> = {}): Promise<Simulator> => {
  const settings: SimulatorOptions = { ...DEFAULT_OPTIONS, port: 0, ...options };
  let handle: RequestListener | null = null;
  const early: (() => void)[] = [];
  const server = createServer((request, response) => {
    if (handle !== null) handle(request, response);
    else early.push(() => handle?.(request, response));
  });
  // Longer than clients keep a connection, so that none is closed under a request that is on its way.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => resolve());
  });

  const store = createStore(
    settings.dataDir === null ? createMemoryJournal() : createFileJournal(settings.dataDir),
    {
      seed: settings.seed ?? randomBytes(8).toString('hex'),
      nextItemNumber: 1,
      nextDeliveryId: 1,
      nextFaultId: 1,
      nextIncidentNumber: 1,
      clock: { offsetMs: 0, frozenAt: null },
      webhooksPaused: false,
    },
    settings.clients,
  );
  // Also drops the torn last line that a killed process may have left, before anything is appended to it.
  store.compact();
  const clock = createVirtualClock(store.settings.clock, (state) => {
    store.settings.clock = state;
    store.saveSettings();
  });
  const keys = await createSigningKeys(store);
  const faults = createFaultRegistry(store, ENDPOINT_PATHS);
  const webhooks = createWebhookSender({
    store,
    clock,
    keys,
    faults,
    timeoutMs: settings.webhookTimeoutMs,
    retryFirstDelayMs: settings.webhookRetryDelayMs,
  });
  const context: BankContext = {
    store,
    clock,
    webhooks,
    timing: settings,
    faults,
    rateLimits: createRateLimits(),
  };
  for (const item of store.items.values()) scheduleItem(context, item);
  webhooks.restore();
  const scripts = createScripts(context);
  const badDays = settings.faults ?? {};
  for (const fault of badDays.faults ?? []) faults.add(fault);
  if (badDays.rate_limits !== undefined)
    changeRateLimits(context.rateLimits, badDays.rate_limits, ENDPOINT_PATHS);
  if (badDays.script !== undefined) scripts.start(badDays.script);
  const callback = createApp({ context, keys, scripts, latency: { ms: settings.latencyMs } }).callback();
  handle = (request, response) => void callback(request, response);
  // Requests that came while the data folder was being read.
  for (const run of early) run();

  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      webhooks.close();
      await closeServer(server);
      await clock.close();
      store.close();
    },
  };
};
