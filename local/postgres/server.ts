import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { keep, type KeptProcess } from '../kept-program.js';
import { findPostgresBinaries } from './binaries.js';
import { POSTGRES_ENV, POSTGRES_ROLE, prepareCluster } from './cluster.js';
import { POSTGRES_STOP, stopOrphanedPostgres } from './predecessor.js';
import { unprivilegedUser } from './unprivileged-user.js';

export interface PostgresOptions {
  /** Holds the cluster's files. Created when absent, with its parents. */
  dataFolder: string;
  logFile: string;
  port: number;
  password: string;
  /** False trades the data's safety in a crash for speed: for tests only. */
  durable: boolean;
  /** As PostgreSQL's `shared_buffers`. */
  sharedBuffers?: string;
  /** See `KeptProgram`. */
  pidFile?: string;
  removeAfter?: string;
}

export interface PostgresServer {
  process: KeptProcess;
  /** Connection string of a database of this server. */
  url(database: string): string;
  /** What a person should know about how it runs: another account, binaries outside the checkout. */
  notes: string[];
  stop(): Promise<void>;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %d ',
};

const FAST_AND_UNSAFE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

const lastLines = (file: string, count: number): string =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';

/** Runs `work` on a connection of its own to one database. */
export const withConnection = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  // A machine that starts everything at once answers late; a server that is not there refuses at once.
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on('error', () => undefined); // a server that goes away is noticed by the query that runs
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Creates a database unless it is there. */
export const ensureDatabase = (server: PostgresServer, database: string): Promise<void> =>
  withConnection(server.url('postgres'), async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  });

const waitUntilReady = async (
  server: PostgresServer,
  options: PostgresOptions,
  timeoutMs = 60_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await withConnection(server.url('postgres'), (client) => client.query('select 1'));
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!server.process.hasExited() && Date.now() < deadline) {
        await sleep(50);
        continue;
      }
      await server.stop();
      throw new Error(
        `PostgreSQL did not start on port ${options.port} (${reason}). ${options.logFile} ends with:\n${lastLines(options.logFile, 8)}`,
      );
    }
  }
};

/**
 * Starts an embedded PostgreSQL on 127.0.0.1 and waits until it answers. As root it runs as an unprivileged account
 * that must be able to enter `dataFolder`. What a killed predecessor left running on the folder is stopped first.
 */
export const startPostgres = async (options: PostgresOptions): Promise<PostgresServer> => {
  const { dataFolder, logFile, port, password, durable } = options;
  const user = unprivilegedUser(dataFolder);
  const created = mkdirSync(dirname(dataFolder), { recursive: true });
  if (created !== undefined) chmodSync(dirname(dataFolder), user === undefined ? 0o700 : 0o711); // whatever the umask
  const binaries = findPostgresBinaries(user);
  const stoppedOrphan = await stopOrphanedPostgres(dataFolder);
  prepareCluster({ binaries, user, dataFolder, password, durable });

  const settings = {
    ...SETTINGS,
    port: String(port),
    shared_buffers: options.sharedBuffers ?? '128MB',
    ...(durable ? {} : FAST_AND_UNSAFE),
  };
  const process = keep({
    command: binaries.postgres,
    args: [
      '-D',
      dataFolder,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: dirname(dataFolder),
    env: POSTGRES_ENV,
    logFile,
    stop: POSTGRES_STOP,
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
    ...(options.removeAfter === undefined ? {} : { removeAfter: options.removeAfter }),
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const notes: string[] = [];
  if (user !== undefined) notes.push(`PostgreSQL runs as ${user.name}, because it refuses to run as root.`);
  if (stoppedOrphan) notes.push('Stopped the PostgreSQL that a killed predecessor had left.');
  if (!binaries.folder.includes('node_modules'))
    notes.push(`PostgreSQL's binaries were copied to ${join(binaries.folder, '..')}.`);

  const server: PostgresServer = {
    process,
    url: (database) =>
      `postgres://${POSTGRES_ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    notes,
    stop: () => process.stop(),
  };
  await waitUntilReady(server, options);
  return server;
};
