import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLocalConfig } from '../../local/config.js';
import { freePort } from '../../local/port.js';
import { type PostgresServer, startPostgres, withConnection } from '../../local/postgres/server.js';
import {
  isTraversable,
  traversableFolder,
  unprivilegedUser,
} from '../../local/postgres/unprivileged-user.js';
import { findTemporal } from '../../local/temporal/binary.js';
import { startTemporal, type TemporalServer } from '../../local/temporal/server.js';
import { migrate } from '../../src/db/migrate.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { startSimulator, type SimulatorClient } from './simulator.js';

/** The servers that scenarios run against, as `npm start` runs them: fsync on, Temporal's state in a file. Started on first use. */
export interface Bench {
  quick: boolean;
  say(line: string): void;
  /** Connection string of a new, migrated database. */
  createDatabase(): Promise<string>;
  /** Frees the disk before the bench ends. */
  dropDatabase(url: string): Promise<void>;
  /** A folder that PostgreSQL's account can write to. */
  postgresFolder(): Promise<string>;
  temporalAddress(): Promise<string>;
  simulator(): Promise<SimulatorClient>;
  /** Ends with the bench, unless stopped before. */
  startChild(options: Omit<ChildOptions, 'folder'>): Promise<Child>;
  close(): Promise<void>;
}

const createFolder = (): string => {
  const user = unprivilegedUser();
  const base = user === undefined || isTraversable(tmpdir(), user) ? tmpdir() : traversableFolder(user);
  const folder = mkdtempSync(join(base, 'ardea-bench-'));
  if (user !== undefined) chmodSync(folder, 0o711);
  return folder;
};

/** Runs each start once, and remembers it. */
const once = <T>(start: () => Promise<T>): (() => Promise<T>) => {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
};

export function createBench({ quick }: { quick: boolean }): Bench {
  const folder = createFolder();
  const closers: (() => Promise<void>)[] = [];
  const say = (line: string): void => console.log(line);

  const postgres = once(async (): Promise<PostgresServer> => {
    const server = await startPostgres({
      dataFolder: join(folder, 'postgres', 'data'),
      logFile: join(folder, 'postgres.log'),
      port: await freePort(),
      password: randomBytes(16).toString('hex'),
      durable: true,
    });
    closers.push(() => server.stop());
    return server;
  });
  const temporal = once(async (): Promise<TemporalServer> => {
    const binary = await findTemporal({ ...readLocalConfig().temporalBinary, report: say });
    const state = join(folder, 'temporal');
    mkdirSync(state);
    const server = await startTemporal({
      binary,
      port: await freePort(),
      namespace: 'default',
      folder: state,
      logFile: join(folder, 'temporal.log'),
    });
    closers.push(() => server.stop());
    return server;
  });
  const bench: Bench = {
    quick,
    say,
    async createDatabase() {
      const server = await postgres();
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await withConnection(server.url('postgres'), (client) => client.query(`create database ${name}`));
      await migrate(server.url(name));
      return server.url(name);
    },
    async dropDatabase(url) {
      const server = await postgres();
      const name = new URL(url).pathname.slice(1);
      await withConnection(server.url('postgres'), (client) =>
        client.query(`drop database ${client.escapeIdentifier(name)} with (force)`),
      );
    },
    async postgresFolder() {
      await postgres();
      return join(folder, 'postgres', 'data');
    },
    temporalAddress: async () => (await temporal()).address,
    simulator: once(() => startSimulator(bench)),
    async startChild(options) {
      const child = await startChild({ ...options, folder });
      closers.push(() => child.stop());
      return child;
    },
    async close() {
      for (const close of closers.reverse()) await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
