import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { keep, type KeptProcess } from '../kept-program.js';
import { DYNAMIC_CONFIG } from './dynamic-config.js';

export interface TemporalOptions {
  /** Path of the Temporal CLI. */
  binary: string;
  port: number;
  /** The Web UI's port; without one there is no Web UI. */
  uiPort?: number;
  /** Created at start. */
  namespace: string;
  /** Folder of the persisted state; in memory without one. */
  folder?: string;
  logFile: string;
  /** For a successor that finds the server orphaned. */
  pidFile?: string;
  /** See `KeptProgram`. */
  removeAfter?: string;
}

export interface TemporalServer {
  process: KeptProcess;
  address: string;
  /** What a person should know, e.g. that the state of another version was put aside. */
  notes: string[];
  stop(): Promise<void>;
}

export const TEMPORAL_STOP = [{ signal: 'SIGTERM', graceMs: 15_000 }] satisfies {
  signal: NodeJS.Signals;
  graceMs: number;
}[];

const ADDRESS = '127.0.0.1';
/** The dev server keeps closed runs for a day; three show a weekend's runs in the Web UI. */
const RETENTION = '72h';

/** The environment of the CLI: its TEMPORAL_* variables and configuration file would change what the flags mean. */
const environmentFor = (folder: string): Record<string, string> => ({ PATH: '/usr/bin:/bin', HOME: folder });

const serverVersionOf = (binary: string): string => {
  const said = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout;
  return /Server ([\w.-]+)/.exec(said)?.[1] ?? said.trim();
};

/**
 * The file of the persisted state. A dev server has no schema migration, so what another server version wrote is moved
 * aside: the workflows in it are rebuilt from PostgreSQL by the sweep. So is what was written without fairness, whose
 * queued tasks would wait for ever.
 */
const stateFile = (folder: string, binary: string, notes: string[]): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'temporal.db');
  const versionFile = join(folder, 'server-version');
  const version = `${serverVersionOf(binary)} with fairness`;
  const previous = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : undefined;
  if (existsSync(file) && previous !== version) {
    const aside = join(folder, `temporal-${previous ?? 'unknown'}-${Date.now()}.db`);
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    notes.push(
      `Temporal's server changed from ${previous ?? 'an unknown version'} to ${version}: its old state was moved to ${aside}. ` +
        'The workflows are started again from PostgreSQL.',
    );
  }
  writeFileSync(versionFile, version);
  return file;
};

const argumentsFor = (options: TemporalOptions, notes: string[]): string[] => {
  const args = [
    'server',
    'start-dev',
    '--ip',
    ADDRESS,
    '--port',
    String(options.port),
    '--namespace',
    options.namespace,
    '--log-level',
    'warn',
  ];
  args.push('--disable-config-env', '--disable-config-file');
  if (options.uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(options.uiPort));
  if (options.folder !== undefined)
    args.push('--db-filename', stateFile(options.folder, options.binary, notes));
  for (const [key, value] of Object.entries(DYNAMIC_CONFIG))
    args.push('--dynamic-config-value', `${key}=${value}`);
  return args;
};

const lastLines = (file: string): string =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');

const waitUntilReady = async (
  server: TemporalServer,
  options: TemporalOptions,
  timeoutMs = 60_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address: server.address, connectTimeout: 2_000 });
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeNamespace({ namespace: options.namespace }),
        );
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!server.process.hasExited() && Date.now() < deadline) {
        await sleep(100);
        continue;
      }
      await server.stop();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `The Temporal dev server did not start on port ${options.port} (${reason}). ${options.logFile} ends with:\n${lastLines(options.logFile)}`,
      );
    }
  }
};

/** Starts the real Temporal dev server on 127.0.0.1 and waits until it answers. */
export const startTemporal = async (options: TemporalOptions): Promise<TemporalServer> => {
  const notes: string[] = [];
  const env = environmentFor(options.folder ?? dirname(options.logFile));
  const process = keep({
    command: options.binary,
    args: argumentsFor(options, notes),
    env,
    logFile: options.logFile,
    stop: TEMPORAL_STOP,
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
    ...(options.removeAfter === undefined ? {} : { removeAfter: options.removeAfter }),
  });
  const server: TemporalServer = {
    process,
    address: `${ADDRESS}:${options.port}`,
    notes,
    stop: () => process.stop(),
  };
  await waitUntilReady(server, options);
  if (options.folder !== undefined) {
    const update = [
      'operator',
      'namespace',
      'update',
      '--namespace',
      options.namespace,
      '--retention',
      RETENTION,
      '--address',
      server.address,
    ];
    spawnSync(options.binary, update, { env, stdio: 'ignore', timeout: 10_000 });
  }
  return server;
};
