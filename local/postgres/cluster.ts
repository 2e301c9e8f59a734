import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import type { SystemUser } from './unprivileged-user.js';

/** The database role that owns everything of Ardea's. */
export const POSTGRES_ROLE = 'ardea';

/** What initdb and postgres see of our environment: nothing of the caller's PG* variables and locale. */
export const POSTGRES_ENV = { PATH: '/usr/bin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };

export interface ClusterOptions {
  binaries: PostgresBinaries;
  user: SystemUser | undefined;
  /** Created when absent. Its parent must exist and be enterable for `user`. */
  dataFolder: string;
  password: string;
  /** False skips the final sync to disk: for tests. */
  durable: boolean;
}

const initialise = ({ binaries, user, dataFolder, password, durable }: ClusterOptions): void => {
  // Built beside its place and renamed, so that a start that was killed half-way leaves nothing that looks complete.
  const building = `${dataFolder}.new`;
  const passwordFile = `${dataFolder}.password`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) for (const path of [building, passwordFile]) chownSync(path, user.uid, user.gid);

  const args = [
    '--pgdata',
    building,
    '--username',
    POSTGRES_ROLE,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ];
  args.push(
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--no-instructions',
  );
  if (!durable) args.push('--no-sync');
  const run = spawnSync(binaries.initdb, args, {
    encoding: 'utf8',
    env: POSTGRES_ENV,
    cwd: dirname(dataFolder),
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  rmSync(passwordFile, { force: true });
  if (run.status !== 0) {
    rmSync(building, { recursive: true, force: true });
    throw new Error(
      `initdb failed in ${dataFolder}: ${run.error?.message ?? (run.stderr || run.stdout).trim()}`,
    );
  }
  renameSync(building, dataFolder);
};

/**
 * Makes sure that `dataFolder` holds a cluster of the binaries' major version.
 * @returns whether it was created just now
 * @throws when the folder belongs to another major version
 */
export const prepareCluster = (options: ClusterOptions): boolean => {
  const { binaries, dataFolder } = options;
  const versionFile = join(dataFolder, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    initialise(options);
    return true;
  }
  const major = Number(readFileSync(versionFile, 'utf8'));
  if (major !== binaries.major) {
    throw new Error(
      `The data in ${dataFolder} is PostgreSQL ${major}'s, the embedded PostgreSQL is ${binaries.major}. ` +
        `Move the folder away to start empty, or run PostgreSQL ${major} on it yourself and set DATABASE_URL.`,
    );
  }
  chmodSync(dataFolder, 0o700); // a copied or restored folder is often wider, and PostgreSQL refuses it then
  return false;
};
