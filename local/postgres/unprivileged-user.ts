import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An account of the operating system that PostgreSQL runs as when we are root (it refuses to run as root). */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const CANDIDATES = ['postgres', '_postgres', 'nobody', 'daemon'];

const id = (flags: '-u' | '-g' | '-un', account: string): string | undefined => {
  try {
    return execFileSync('id', [flags, account], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
};

/**
 * The account to drop to: undefined unless we are root. The owner of an existing data folder comes first, so that a
 * `postgres` account that was added later does not lock the server out of its own files.
 * @throws when we are root and the system has none of the usual unprivileged accounts
 */
export const unprivilegedUser = (existingData?: string): SystemUser | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const owner = existingData === undefined ? undefined : statSync(existingData, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0)
    return { name: id('-un', String(owner.uid)) ?? `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of CANDIDATES) {
    const [uid, gid] = [Number(id('-u', name) ?? 0), Number(id('-g', name) ?? 0)];
    if (uid !== 0) return { name, uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this system has no account to run it as (looked for ${CANDIDATES.join(', ')}). ` +
      'Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
};

/** Whether `user` may enter `folder`: every folder on the way has the x bit that applies to that account. */
export const isTraversable = (folder: string, user: SystemUser): boolean => {
  for (let path = folder; ; path = dirname(path)) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) {
      const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
};

/**
 * A folder of ours that `user` can enter, for what cannot stay in the checkout: `/var/lib/ardea`, else below
 * `/var/tmp` or the temporary folder.
 */
export const traversableFolder = (user: SystemUser): string => {
  for (const base of ['/var/lib', '/var/tmp', tmpdir()]) {
    const folder = join(base, 'ardea');
    try {
      if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755); // whatever the umask
    } catch {
      continue;
    }
    // Below /var/tmp somebody else may have made it first: what is not ours is not trusted with data.
    if (statSync(folder).uid === process.getuid?.() && isTraversable(folder, user)) return folder;
  }
  throw new Error(
    `Found no folder that the account ${user.name} may enter; set DATABASE_URL to a PostgreSQL of your own.`,
  );
};
