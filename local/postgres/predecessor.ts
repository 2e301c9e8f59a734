import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, endProcess, isAlive } from '../running-process.js';

/** Ends a server: "fast" (clients are cut off, clean files), then "immediate" (recovers at the next start). */
export const POSTGRES_STOP = [
  { signal: 'SIGINT', graceMs: 20_000 },
  { signal: 'SIGQUIT', graceMs: 5_000 },
] satisfies { signal: NodeJS.Signals; graceMs: number }[];

/**
 * Stops the server that a killed predecessor may have left on `dataFolder`, and removes a `postmaster.pid` whose
 * process id now belongs to somebody else: PostgreSQL itself would refuse to start over it.
 * @returns whether a server was stopped
 */
export const stopOrphanedPostgres = async (dataFolder: string): Promise<boolean> => {
  const pidFile = join(dataFolder, 'postmaster.pid');
  if (!existsSync(pidFile)) return false;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  const commandLine = Number.isInteger(pid) && pid > 1 && isAlive(pid) ? (commandLineOf(pid) ?? '') : '';
  if (commandLine.includes('postgres') && commandLine.includes(dataFolder)) {
    await endProcess(pid, POSTGRES_STOP);
    return true;
  }
  rmSync(pidFile, { force: true });
  return false;
};
