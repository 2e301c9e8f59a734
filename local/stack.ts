import { writeFileSync } from 'node:fs';
import { environmentWithout, type LocalConfig } from './config.js';
import { type DataFolder, rotateLog } from './data-folder.js';
import { answersOk } from './health.js';
import type { KeptProcess } from './kept-program.js';
import { type LogWatch, watchLog } from './log-watch.js';
import { acceptsConnections } from './port.js';
import { ensureDatabase, startPostgres } from './postgres/server.js';
import { startProgram } from './program.js';
import type { Secrets } from './secrets.js';
import type { Part, RunningPart } from './supervision.js';
import { startTemporal } from './temporal/server.js';

const DATABASE = 'ardea';
const WORKER_GRACE_MS = 40_000; // over SHUTDOWN_GRACE's 25 s
const GRACE_MS = 20_000;

export interface StackContext {
  config: LocalConfig;
  data: DataFolder;
  secrets: Secrets;
  print: (line: string) => void;
  /** Collects what the summary should tell besides. */
  note: (line: string) => void;
}

const runningPart = (process: KeptProcess): RunningPart => ({
  exited: process.exited.then((code) => `code ${code}`),
  stop: () => process.stop(),
  kill: () => process.kill(),
});

export const simulatorUrl = ({ ports }: LocalConfig): string => `http://localhost:${ports.simulator}`;

const databaseUrl = ({ config, secrets }: StackContext): string =>
  config.databaseUrl ??
  `postgres://ardea:${secrets.postgresPassword}@127.0.0.1:${config.ports.postgres}/${DATABASE}`;

/** What would point a Temporal client elsewhere than to the embedded server, or make it speak TLS. */
const isTemporalSetting = (name: string): boolean =>
  name.startsWith('TEMPORAL_') && name !== 'TEMPORAL_TASK_QUEUE';

const temporalEnvironment = ({ config }: StackContext): Record<string, string> => {
  if (config.temporalAddress !== undefined) return { TEMPORAL_ADDRESS: config.temporalAddress };
  return {
    TEMPORAL_ADDRESS: `127.0.0.1:${config.ports.temporal}`,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    TEMPORAL_UI_URL: `http://localhost:${config.ports.temporalUi}`,
  };
};

/** The environment of API, worker, migrate and setup: the caller's own, with what the embedded parts supply. */
export const programEnvironment = (context: StackContext): Record<string, string> => {
  const { config, secrets } = context;
  const own = environmentWithout((name) => config.temporalAddress === undefined && isTemporalSetting(name));
  return {
    ...own,
    ...temporalEnvironment(context),
    DATABASE_URL: databaseUrl(context),
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    BOOTSTRAP_API_KEY: secrets.apiKey,
    BOOTSTRAP_ADMIN_EMAIL: secrets.adminEmail,
    BOOTSTRAP_ADMIN_PASSWORD: secrets.adminPassword,
    HOST: config.host,
    PORT: String(config.ports.api),
    WORKER_HOST: config.host,
    WORKER_PORT: String(config.ports.worker),
    PUBLIC_URL: config.publicUrl,
    PLAID_ALLOWED_BASE_URLS: [config.allowedBaseUrls, simulatorUrl(config)]
      .filter((url) => url !== undefined)
      .join(','),
    SIMULATOR_CONTROL_URL: own['SIMULATOR_CONTROL_URL'] || simulatorUrl(config),
    // On one machine the integrator's receiver is a neighbour, not somebody's internal network.
    FORWARD_ALLOW_PRIVATE: own['FORWARD_ALLOW_PRIVATE'] || 'on',
  };
};

/** What an operator's command needs to work on this stack; local/run.mjs reads it. Holds secrets: 0600. */
export const writeOperatorEnvironment = (context: StackContext): void => {
  const env = programEnvironment(context);
  const names = [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_TASK_QUEUE',
    'ENCRYPTION_KEYS',
    'PUBLIC_URL',
  ];
  const lines = names.filter((name) => env[name]).map((name) => `${name}='${env[name]}'`);
  writeFileSync(context.data.operatorFile, `${lines.join('\n')}\n`, { mode: 0o600 });
};

/** The embedded PostgreSQL, or undefined when DATABASE_URL replaces it. */
export const postgresPart = ({ config, data, secrets, note }: StackContext): Part | undefined => {
  if (config.databaseUrl !== undefined) return undefined;
  const logFile = data.logFile('postgres');
  let told = false;
  return {
    name: 'PostgreSQL',
    async start() {
      rotateLog(logFile);
      const server = await startPostgres({
        dataFolder: data.postgres,
        logFile,
        port: config.ports.postgres,
        password: secrets.postgresPassword,
        durable: true,
      });
      if (!told) server.notes.forEach(note);
      told = true;
      await ensureDatabase(server, DATABASE);
      return runningPart(server.process);
    },
    isHealthy: () => acceptsConnections(config.ports.postgres),
  };
};

/** The Temporal dev server, or undefined when TEMPORAL_ADDRESS replaces it. */
export const temporalPart = ({ config, data, note }: StackContext, binary: string): Part => {
  const logFile = data.logFile('temporal');
  return {
    name: 'Temporal',
    async start() {
      rotateLog(logFile);
      const server = await startTemporal({
        binary,
        port: config.ports.temporal,
        uiPort: config.ports.temporalUi,
        namespace: config.temporalNamespace,
        folder: data.temporal,
        logFile,
        pidFile: data.pidFile('temporal'),
      });
      server.notes.forEach(note);
      return runningPart(server.process);
    },
    isHealthy: () => acceptsConnections(config.ports.temporal),
  };
};

interface Program {
  name: string;
  file: string;
  healthUrl: string;
  env: Record<string, string>;
  graceMs: number;
}

const programPart = ({ data, print }: StackContext, program: Program): Part => {
  const logFile = data.logFile(program.name);
  let watch: LogWatch | undefined;
  return {
    name: program.name,
    start() {
      rotateLog(logFile);
      watch?.stop();
      watch = watchLog(program.name, logFile, print);
      const running = startProgram({ ...program, logFile, pidFile: data.pidFile(program.name) });
      return {
        ...running,
        async stop() {
          await running.stop();
          watch?.stop();
        },
      };
    },
    isHealthy: () => answersOk(program.healthUrl),
    lastWords: () => watch?.lastWords() ?? '',
  };
};

/** Simulator, worker and API, in the order in which they start. */
export const programParts = (context: StackContext): Part[] => {
  const { config, data } = context;
  const env = programEnvironment(context);
  const local = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;
  const simulatorEnv = {
    ...environmentWithout((name) => name in env && !name.startsWith('SIMULATOR_')),
    SIMULATOR_HOST: config.host,
    SIMULATOR_PORT: String(config.ports.simulator),
    SIMULATOR_DATA_DIR: data.simulator,
    PATH: env['PATH'] ?? '',
  };
  return [
    {
      name: 'simulator',
      file: 'dist/simulator/main.js',
      healthUrl: local(config.ports.simulator, '/healthz'),
      env: simulatorEnv,
      graceMs: GRACE_MS,
    },
    {
      name: 'worker',
      file: 'dist/src/worker/main.js',
      healthUrl: local(config.ports.worker, '/readyz'),
      env,
      graceMs: WORKER_GRACE_MS,
    },
    {
      name: 'api',
      file: 'dist/src/api/main.js',
      healthUrl: local(config.ports.api, '/readyz'),
      env,
      graceMs: GRACE_MS,
    },
  ].map((program) => programPart(context, program));
};
