import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/port.js';
import { startPostgres, withConnection, type PostgresServer } from '../../local/postgres/server.js';
import { readLocalConfig } from '../../local/config.js';
import { findTemporal } from '../../local/temporal/binary.js';
import { findTemporalCluster } from '../../local/temporal/cluster-binaries.js';
import { clusterPorts, prepareClusterStore, startTemporalCluster } from '../../local/temporal/cluster.js';
import { startTemporal } from '../../local/temporal/server.js';
import type { Journal } from '../journal.js';
import { familyOf, type Part } from './part.js';
import { keepRunning, type Life } from './restarted.js';

export interface ServerOptions {
  folder: string;
  journal: Journal;
  onUnexplainedEnd: (what: string) => void;
  say: (line: string) => void;
}

const pidIn = (file: string): number | undefined => {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
};

const lifeOf = (
  server: { process: { exited: Promise<number> }; stop(): Promise<void> },
  pidFile: string,
): Life => ({
  exited: server.process.exited.then((code) => `code ${code}`),
  pid: () => pidIn(pidFile),
  stop: () => server.stop(),
});

export interface PostgresPart extends Part {
  port: number;
  url(database: string): string;
}

/** PostgreSQL that survives SIGKILL: fsync is on. */
export async function startPostgresPart(
  { folder, journal, onUnexplainedEnd }: ServerOptions,
  password: string,
): Promise<PostgresPart> {
  const port = await freePort();
  const pidFile = join(folder, 'postgres.pid.json');
  let server: PostgresServer | undefined;
  const part = await keepRunning({
    name: 'postgres',
    kind: 'postgres',
    journal,
    onUnexplainedEnd,
    explain: () => null,
    async start() {
      server = await startPostgres({
        dataFolder: join(folder, 'postgres', 'data'),
        logFile: join(folder, 'postgres.log'),
        port,
        password,
        durable: true,
        pidFile,
      });
      return lifeOf(server, pidFile);
    },
    isReady: async () => {
      if (server === undefined) return false;
      await withConnection(server.url('postgres'), (client) => client.query('select 1'));
      return true;
    },
  });
  const url = (database: string): string => {
    if (server === undefined) throw new Error('PostgreSQL has not been started');
    return server.url(database);
  };
  return { ...part, port, url };
}

/** The Temporal dev server with its state in a file, so that a killed one goes on where it was. */
export async function startTemporalPart({
  folder,
  journal,
  onUnexplainedEnd,
  say,
}: ServerOptions): Promise<Part & { port: number }> {
  const binary = await findTemporal({ ...readLocalConfig().temporalBinary, report: say });
  const port = await freePort();
  const pidFile = join(folder, 'temporal.pid.json');
  let up = false;
  const part = await keepRunning({
    name: 'temporal',
    kind: 'temporal',
    journal,
    onUnexplainedEnd,
    explain: () => null,
    async start() {
      up = false;
      const server = await startTemporal({
        binary,
        port,
        namespace: 'default',
        folder: join(folder, 'temporal'),
        logFile: join(folder, 'temporal.log'),
        pidFile,
      });
      up = true;
      void server.process.exited.then(() => (up = false));
      return lifeOf(server, pidFile);
    },
    isReady: async () => up,
  });
  return { ...part, port };
}

/** A full Temporal server, all four services in one process, with its state in the run's PostgreSQL. */
export async function startTemporalClusterPart(
  { folder, journal, onUnexplainedEnd, say }: ServerOptions,
  postgres: PostgresPart,
  password: string,
): Promise<Part & { port: number }> {
  const binaries = await findTemporalCluster({
    cacheFolder: readLocalConfig().temporalBinary.cacheFolder,
    report: say,
  });
  const store = {
    host: '127.0.0.1',
    port: postgres.port,
    user: new URL(postgres.url('postgres')).username,
    password,
    database: 'temporal',
    visibilityDatabase: 'temporal_visibility',
  };
  await prepareClusterStore(binaries, store);
  const ports = await clusterPorts();
  let up = false;
  const part = await keepRunning({
    name: 'temporal',
    kind: 'temporal',
    journal,
    onUnexplainedEnd,
    // It gives up when its database is away for long; whoever runs it starts it again.
    explain: () => 'it gave up',
    async start() {
      up = false;
      const logFile = join(folder, 'temporal.log');
      const server = await startTemporalCluster({ binaries, store, ports, folder, logFile });
      up = true;
      void server.process.exited.then(() => (up = false));
      const { keeperPid } = server.process;
      return {
        exited: server.process.exited.then((code) => `code ${code}`),
        pid: () => (keeperPid === undefined ? undefined : familyOf(keeperPid)[1]),
        stop: () => server.stop(),
      };
    },
    isReady: async () => up,
  });
  return { ...part, port: ports.frontend };
}
