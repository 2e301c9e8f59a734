import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectRoot } from './project-root.js';

/** The ports of one machine's stack; each is taken by the embedded part unless that part is replaced. */
export interface LocalPorts {
  api: number;
  worker: number;
  simulator: number;
  postgres: number;
  temporal: number;
  temporalUi: number;
}

/** What `npm start` reads from the environment (README, "Configuration"). */
export interface LocalConfig {
  /** Everything that a restart keeps: ARDEA_DATA_DIR, default `.ardea/` in the checkout. */
  dataFolder: string;
  ports: LocalPorts;
  /** The address that API, worker and simulator listen on. Loopback by default: the stack holds generated secrets only. */
  host: string;
  publicUrl: string;
  /** Set: no embedded PostgreSQL. */
  databaseUrl: string | undefined;
  /** Set: no embedded Temporal. */
  temporalAddress: string | undefined;
  temporalNamespace: string;
  /** Each replaces a secret that would be generated into the data folder. */
  encryptionKeys: string | undefined;
  apiKey: string | undefined;
  adminEmail: string | undefined;
  adminPassword: string | undefined;
  /** Comma list that the simulator's URL is added to. */
  allowedBaseUrls: string | undefined;
  temporalBinary: { cliPath: string | undefined; cacheFolder: string };
  /** Whether npm runs us: its death then ends us, because a signal to npm does not reach this process. */
  underNpm: boolean;
}

/** Where `npm run demo` finds a service: both or neither; otherwise the data folder tells. */
export interface DemoConfig {
  dataFolder: string;
  url: string | undefined;
  apiKey: string | undefined;
  simulatorUrl: string | undefined;
}

/** An unset and an empty variable mean the same, as in `VARIABLE= npm start`. */
const read = (name: string): string | undefined => process.env[name]?.trim() || undefined;

const readPort = (name: string, fallback: number): number => {
  const text = read(name);
  const port = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${name}=${text} is not a port (1 to 65535).`);
  return port;
};

const readDataFolder = (): string => resolve(projectRoot(), read('ARDEA_DATA_DIR') ?? '.ardea');

const readCacheFolder = (): string => {
  const own = read('ARDEA_CACHE_DIR');
  return own === undefined
    ? join(read('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'ardea')
    : resolve(own);
};

/**
 * @throws naming the variable that is malformed
 */
export const readLocalConfig = (): LocalConfig => {
  const ports: LocalPorts = {
    api: readPort('PORT', 3000),
    worker: readPort('WORKER_PORT', 3001),
    simulator: readPort('SIMULATOR_PORT', 3002),
    postgres: readPort('POSTGRES_PORT', 5433),
    temporal: readPort('TEMPORAL_PORT', 7233),
    temporalUi: readPort('TEMPORAL_UI_PORT', 8233),
  };
  return {
    dataFolder: readDataFolder(),
    ports,
    host: read('HOST') ?? '127.0.0.1',
    publicUrl: read('PUBLIC_URL') ?? `http://localhost:${ports.api}`,
    databaseUrl: read('DATABASE_URL'),
    temporalAddress: read('TEMPORAL_ADDRESS'),
    temporalNamespace: read('TEMPORAL_NAMESPACE') ?? 'default',
    encryptionKeys: read('ENCRYPTION_KEYS'),
    apiKey: read('BOOTSTRAP_API_KEY'),
    adminEmail: read('BOOTSTRAP_ADMIN_EMAIL'),
    adminPassword: read('BOOTSTRAP_ADMIN_PASSWORD'),
    allowedBaseUrls: read('PLAID_ALLOWED_BASE_URLS'),
    temporalBinary: { cliPath: read('TEMPORAL_CLI_PATH'), cacheFolder: readCacheFolder() },
    underNpm: read('npm_lifecycle_event') !== undefined,
  };
};

export const readDemoConfig = (): DemoConfig => ({
  dataFolder: readDataFolder(),
  url: read('ARDEA_URL'),
  apiKey: read('ARDEA_API_KEY'),
  simulatorUrl: read('SIMULATOR_URL'),
});

/** The environment to hand on to a child process, without the variables named. */
export const environmentWithout = (
  omitted: (name: string) => boolean = () => false,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !omitted(entry[0]),
    ),
  );
