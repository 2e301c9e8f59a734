import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { DataFolder } from './data-folder.js';
import { commandLineOf, endProcess, isAlive } from './running-process.js';

const STOP = [{ signal: 'SIGTERM', graceMs: 15_000 }] satisfies { signal: NodeJS.Signals; graceMs: number }[];

interface Noted {
  pid: number;
  /** Part of its command line: the process id may belong to somebody else by now. */
  command: string;
}

const findOrphan = (pidFile: string): number | undefined => {
  if (!existsSync(pidFile)) return undefined;
  try {
    const { pid, command } = JSON.parse(readFileSync(pidFile, 'utf8')) as Noted;
    return isAlive(pid) && commandLineOf(pid)?.includes(command) === true ? pid : undefined;
  } catch {
    return undefined;
  }
};

const stopOrphan = async (data: DataFolder, part: string, print: (line: string) => void): Promise<void> => {
  const pidFile = data.pidFile(part);
  const pid = findOrphan(pidFile);
  if (pid !== undefined) {
    print(`Stopping the ${part} (process ${pid}) that a killed predecessor left.`);
    await endProcess(pid, STOP);
  }
  rmSync(pidFile, { force: true });
};

/**
 * Ends what a supervisor that was killed left running: its children end by themselves when its pipes close, but they
 * may still be finishing, and a keeper may have been killed too. PostgreSQL is stopped by its own start.
 */
export const stopOrphans = async (data: DataFolder, print: (line: string) => void): Promise<void> => {
  await Promise.all(['api', 'worker', 'simulator'].map((part) => stopOrphan(data, part, print)));
  await stopOrphan(data, 'temporal', print);
};
