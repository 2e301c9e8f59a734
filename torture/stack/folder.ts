import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from '../../local/kept-program.js';
import {
  isTraversable,
  traversableFolder,
  unprivilegedUser,
} from '../../local/postgres/unprivileged-user.js';

/** The run's own folder. It goes with the run, also when that is killed. */
export interface RunFolder {
  path: string;
  remove(): void;
}

/** Longer than the servers take to end once the run is gone. */
const SERVERS_END_WITHIN_MS = 30_000;

export function createRunFolder({ keepIt }: { keepIt: boolean }): RunFolder {
  const user = unprivilegedUser();
  const base = user === undefined || isTraversable(tmpdir(), user) ? tmpdir() : traversableFolder(user);
  const path = mkdtempSync(join(base, 'ardea-torture-'));
  if (user !== undefined) chmodSync(path, 0o711);
  if (keepIt) return { path, remove: () => undefined };
  const logFile = join(path, 'folder.log');
  writeFileSync(logFile, '');
  // A program that does nothing, whose keeper removes the folder when this process is gone. SIGURG does nothing either: it
  // gives the servers their time before the SIGKILL that follows.
  const guard = keep({
    command: 'sleep',
    args: ['1000000'],
    removeAfter: path,
    logFile,
    env: { PATH: '/usr/bin:/bin' },
    stop: [{ signal: 'SIGURG', graceMs: SERVERS_END_WITHIN_MS }],
  });
  return {
    path,
    remove() {
      guard.kill();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
