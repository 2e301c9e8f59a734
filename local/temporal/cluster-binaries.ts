import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../file-lock.js';
import { goInstall, hasGo, type GoProgram, type Report } from './go-install.js';

/** The newest server that Go 1.26.8 can build from its published module. */
export const TEMPORAL_SERVER_VERSION = '1.32.1';

export interface ClusterBinaries {
  /** The server: frontend, history, matching and worker in one process. */
  server: string;
  /** Its tool that makes and updates the schema. */
  sql: string;
}

/** Replaceable, so that the chain can be tried without minutes of Go. */
export interface ClusterMakers {
  hasGo(): boolean;
  install(programs: readonly GoProgram[], report: Report): Promise<void>;
}

const MAKERS: ClusterMakers = { hasGo, install: goInstall };

const MODULE = 'go.temporal.io/server';

/**
 * The programs of a full Temporal server: from the cache, else built with Go (about 4 minutes and 4 GB of temporary files,
 * once). Nobody but the proof of reliability needs them: `npm start` runs the dev server.
 * @throws naming the way out without Go
 */
export const findTemporalCluster = async (
  sources: { cacheFolder: string; report: Report },
  makers = MAKERS,
): Promise<ClusterBinaries> => {
  const { cacheFolder, report } = sources;
  const folder = join(cacheFolder, `temporal-server-${TEMPORAL_SERVER_VERSION}`);
  const found: ClusterBinaries = { server: join(folder, 'server'), sql: join(folder, 'sql') };
  const isThere = (): boolean => existsSync(found.server) && existsSync(found.sql);
  if (isThere()) return found;
  if (!makers.hasGo()) {
    throw new Error(
      `A full Temporal server is built with Go, and there is no \`go\` on the PATH: install Go 1.26 or later, or put the programs \`server\` and \`sql\` of ${MODULE} v${TEMPORAL_SERVER_VERSION} into ${folder}.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  return withFileLock(
    join(folder, 'lock'),
    async () => {
      if (isThere()) return found;
      report(`Building the Temporal server ${TEMPORAL_SERVER_VERSION} (once; kept in ${folder}).`);
      await makers.install(
        [
          {
            package: `${MODULE}/cmd/server@v${TEMPORAL_SERVER_VERSION}`,
            name: 'server',
            target: found.server,
          },
          { package: `${MODULE}/cmd/tools/sql@v${TEMPORAL_SERVER_VERSION}`, name: 'sql', target: found.sql },
        ],
        report,
      );
      return found;
    },
    (pid) => report(`Waiting for process ${pid}, which is building the Temporal server.`),
  );
};
