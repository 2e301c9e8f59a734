import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startTimeOf } from './running-process.js';

interface Holder {
  pid: number;
  startTime: string | undefined;
}

const holderOf = (file: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined; // gone, or being written right now
  }
};

const tryTake = (file: string): boolean => {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeFileSync(handle, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/**
 * Runs `work` while holding `file` as a lock against other processes; a holder that has died is passed over.
 * @param onWait called once, with the holder's process id, when somebody else has it
 */
export const withFileLock = async <T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void,
): Promise<T> => {
  let told = false;
  while (!tryTake(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && (!isAlive(holder.pid) || startTimeOf(holder.pid) !== holder.startTime)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told && holder !== undefined) onWait(holder.pid);
    told ||= holder !== undefined;
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
};
