import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answersOk } from '../../local/health.js';
import { freePort } from '../../local/port.js';
import { withConnection } from '../../local/postgres/server.js';
import { startProgram } from '../../local/program.js';
import type { Journal } from '../journal.js';
import type { TortureOptions } from '../options.js';
import { createRandom } from '../random.js';
import { SECRET_MARKER, type SecretWatch } from '../secrets.js';
import type { Part } from './part.js';
import { programEnvironment, startProgramPart } from './programs.js';
import { startRelay, type Relay } from './relay.js';
import { startPostgresPart, startTemporalClusterPart, startTemporalPart } from './servers.js';
import { SETTINGS, SIMULATOR_SETTINGS } from './settings.js';

export interface PlaidClient {
  clientId: string;
  secret: string;
}

/** Everything that runs. Only the simulator is never harmed: it is the truth. */
export interface Stack {
  folder: string;
  /** May be killed, in the order of their start. */
  parts: readonly Part[];
  relays: readonly Relay[];
  /** Straight to it: the checks must not depend on what is being broken. */
  databaseUrl: string;
  temporalAddress: string;
  simulatorUrl: string;
  /** As integrations are told: through a relay. */
  plaidUrl: string;
  /** The API behind its load balancer, a relay too. */
  apiUrl: string;
  clients: readonly PlaidClient[];
  /** Runs one of the product's commands to its end, with the settings of the run; answers what it printed. */
  command(file: string, ...args: string[]): Promise<string>;
  allReady(): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  options: TortureOptions;
  folder: string;
  journal: Journal;
  secrets: SecretWatch;
  failpoints: (part: 'worker' | 'api', name: string, life: number) => string;
  onUnexplainedEnd: (what: string) => void;
}

const run = promisify(execFile);
const SIMULATOR_START_MS = 30_000;

async function startSimulator(
  { options, folder }: StackOptions,
  clients: readonly PlaidClient[],
): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const program = startProgram({
    file: join(options.dist, 'simulator', 'main.js'),
    env: programEnvironment({
      ...SIMULATOR_SETTINGS,
      SIMULATOR_HOST: '127.0.0.1',
      SIMULATOR_PORT: String(port),
      SIMULATOR_DATA_DIR: join(folder, 'simulator'),
      SIMULATOR_SEED: `torture ${options.seed}`,
      SIMULATOR_CLIENTS: clients.map(({ clientId, secret }) => `${clientId}:${secret}`).join(','),
    }),
    logFile: join(folder, 'simulator.log'),
    pidFile: join(folder, 'simulator.pid.json'),
    graceMs: 10_000,
  });
  const deadline = Date.now() + SIMULATOR_START_MS;
  while (!(await answersOk(`http://127.0.0.1:${port}/healthz`))) {
    if (Date.now() > deadline) {
      await program.stop();
      throw new Error(`the simulator did not start:\n${readFileSync(join(folder, 'simulator.log'), 'utf8')}`);
    }
    await sleep(50);
  }
  return { port, stop: () => program.stop() };
}

const drawClients = ({ options }: StackOptions): PlaidClient[] => {
  const random = createRandom(`${options.seed}/clients`);
  const hex = (): string =>
    Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return Array.from({ length: options.organizations + 1 }, (_, at) => ({
    clientId: `torture_client_${at}`,
    secret: `${SECRET_MARKER}${hex()}${hex()}`,
  }));
};

/** Starts the whole stack; what has been started is stopped when a later part does not start. */
export async function startStack(given: StackOptions): Promise<Stack> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await build(given, stops);
  } catch (error) {
    for (const stop of stops.reverse()) await stop();
    throw error;
  }
}

async function build(given: StackOptions, stops: (() => Promise<unknown>)[]): Promise<Stack> {
  const { options, folder, journal, secrets, onUnexplainedEnd } = given;
  const { dist } = options;
  const clients = drawClients(given);
  const encryptionKey = randomBytes(32).toString('base64');
  secrets.add(encryptionKey);

  const simulator = await startSimulator(given, clients);
  stops.push(() => simulator.stop());
  const password = randomBytes(16).toString('hex');
  secrets.add(password);
  const server = { folder, journal, onUnexplainedEnd, say: options.say };
  const postgres = await startPostgresPart(server, password);
  stops.push(() => postgres.stop());
  await withConnection(postgres.url('postgres'), (client) => client.query('create database ardea'));
  const temporal =
    options.temporal === 'dev'
      ? await startTemporalPart(server)
      : await startTemporalClusterPart(server, postgres, password);
  stops.push(() => temporal.stop());

  const relays: Relay[] = [];
  const relay = async (name: string, ports: readonly number[]): Promise<Relay> => {
    const started = await startRelay(name, ports);
    relays.push(started);
    stops.push(() => started.close());
    return started;
  };
  const plaid = await relay('to the simulator', [simulator.port]);
  const apiPorts: number[] = [];
  for (let at = 0; at < options.apis; at++) apiPorts.push(await freePort());
  const front = await relay('to the API', apiPorts);

  const plaidUrl = `http://127.0.0.1:${plaid.port}`;
  const apiUrl = `http://127.0.0.1:${front.port}`;
  const databaseUrl = postgres.url('ardea');
  const temporalAddress = `127.0.0.1:${temporal.port}`;
  const environment = (databasePort: number, temporalPort: number): Record<string, string> => ({
    ...SETTINGS,
    ...options.focus?.settings,
    DATABASE_URL: databaseUrl.replace(`:${postgres.port}/`, `:${databasePort}/`),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    ENCRYPTION_KEYS: `torture:${encryptionKey}`,
    PLAID_ALLOWED_BASE_URLS: plaidUrl,
    PUBLIC_URL: apiUrl,
    HOST: '127.0.0.1',
    WORKER_HOST: '127.0.0.1',
  });
  const command = async (file: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [join(dist, 'src', 'cli', file), ...args], {
      env: programEnvironment(environment(postgres.port, temporal.port)),
    });
    return stdout;
  };
  await command('migrate.js');
  await command('setup.js');

  const programs: Part[] = [];
  const startOne = async (kind: 'worker' | 'api', name: string, port: number): Promise<void> => {
    const database = await relay(`${name} to postgres`, [postgres.port]);
    const engine = await relay(`${name} to temporal`, [temporal.port]);
    const part = await startProgramPart({
      name,
      kind,
      file: join(dist, 'src', kind, 'main.js'),
      env: {
        ...environment(database.port, engine.port),
        ...(kind === 'api' ? { PORT: String(port) } : { WORKER_PORT: String(port) }),
      },
      healthUrl: `http://127.0.0.1:${port}/readyz`,
      folder,
      failpoints: (life) => given.failpoints(kind, name, life),
      journal,
      onUnexplainedEnd,
    });
    stops.push(() => part.stop());
    programs.push(part);
  };
  for (const [at, port] of apiPorts.entries()) await startOne('api', `api-${at + 1}`, port);
  for (let at = 0; at < options.workers; at++) await startOne('worker', `worker-${at + 1}`, await freePort());

  const parts = [postgres, temporal, ...programs];
  const allReady = async (): Promise<void> => {
    for (const part of parts) await part.ready();
  };
  await allReady();
  return {
    folder,
    parts,
    relays,
    databaseUrl,
    temporalAddress,
    simulatorUrl: `http://127.0.0.1:${simulator.port}`,
    plaidUrl,
    apiUrl,
    clients,
    command,
    allReady,
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
