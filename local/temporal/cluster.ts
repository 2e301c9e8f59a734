import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { keep, type KeptProcess } from '../kept-program.js';
import { freePortsBetween } from '../port.js';
import type { ClusterBinaries } from './cluster-binaries.js';
import { DYNAMIC_CONFIG } from './dynamic-config.js';
import { CLUSTER_PORTS, clusterConfig, type ClusterPorts, type ClusterStore } from './cluster-config.js';

const run = promisify(execFile);

export interface ClusterOptions {
  binaries: ClusterBinaries;
  store: ClusterStore;
  /** Taken again at a restart, so that clients find it where it was. */
  ports: ClusterPorts;
  /** For its configuration; it holds the store's password. */
  folder: string;
  logFile: string;
}

export interface TemporalCluster {
  process: KeptProcess;
  address: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 90_000;
const SCHEMAS = [
  { directory: 'postgresql/v12/temporal', database: 'database' },
  { directory: 'postgresql/v12/visibility', database: 'visibilityDatabase' },
] as const;

/** Free ports for one cluster: below 32768, because its membership table keeps them as smallint. */
export const clusterPorts = async (): Promise<ClusterPorts> => {
  const ports = await freePortsBetween(20_000, 32_767, CLUSTER_PORTS.length);
  return Object.fromEntries(CLUSTER_PORTS.map((name, at) => [name, ports[at]])) as unknown as ClusterPorts;
};

/** Makes the cluster's databases with the schema of its version; what is there already stays. */
export const prepareClusterStore = async (binaries: ClusterBinaries, store: ClusterStore): Promise<void> => {
  for (const schema of SCHEMAS) {
    const sql = (...words: string[]) =>
      run(
        binaries.sql,
        [
          '--plugin',
          'postgres12',
          '--endpoint',
          store.host,
          '--port',
          String(store.port),
          '--user',
          store.user,
          '--database',
          store[schema.database],
          ...words,
        ],
        { env: { SQL_PASSWORD: store.password } },
      );
    await sql('create-database');
    await sql('setup-schema', '--version', '0.0');
    await sql('update-schema', '--schema-name', schema.directory);
  }
};

const lastLines = (file: string): string =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n') : '';

const waitUntilServing = async (cluster: TemporalCluster, logFile: string): Promise<void> => {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address: cluster.address, connectTimeout: 2_000 });
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.listNamespaces({ pageSize: 1 }),
        );
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!cluster.process.hasExited() && Date.now() < deadline) {
        await sleep(200);
        continue;
      }
      await cluster.stop();
      throw new Error(
        `The Temporal server did not start at ${cluster.address} (${String(error)}). ${logFile} ends with:\n${lastLines(logFile)}`,
      );
    }
  }
};

/** Starts a full Temporal server on 127.0.0.1 whose state is in PostgreSQL, and waits until it serves. */
export const startTemporalCluster = async (options: ClusterOptions): Promise<TemporalCluster> => {
  const { binaries, store, ports, folder, logFile } = options;
  const configFile = join(folder, 'temporal-server.yaml');
  const dynamicConfigFile = join(folder, 'temporal-dynamic.yaml');
  const settings = Object.entries(DYNAMIC_CONFIG).map(([name, value]) => [name, [{ value }]]);
  writeFileSync(dynamicConfigFile, JSON.stringify(Object.fromEntries(settings)));
  writeFileSync(configFile, JSON.stringify(clusterConfig(store, ports, dynamicConfigFile)), { mode: 0o600 });
  const process = keep({
    command: binaries.server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder },
    logFile,
    stop: [{ signal: 'SIGTERM', graceMs: 15_000 }],
  });
  const cluster: TemporalCluster = {
    process,
    address: `127.0.0.1:${ports.frontend}`,
    stop: () => process.stop(),
  };
  await waitUntilServing(cluster, logFile);
  return cluster;
};
