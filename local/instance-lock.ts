import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, startTimeOf } from './running-process.js';

/** What a running `npm start` writes down for a second one and for `npm run demo`. 0600: it holds the API key. */
export interface Instance {
  pid: number;
  startTime: string | undefined;
  apiUrl: string;
  simulatorUrl: string;
  temporalUiUrl: string | undefined;
  apiKey: string;
}

const parse = (file: string): Instance | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Instance;
  } catch {
    return undefined;
  }
};

/** The instance that runs on this data folder, or undefined: none, or one that was killed. */
export const runningInstance = (lockFile: string): Instance | undefined => {
  const instance = parse(lockFile);
  if (instance === undefined || !isAlive(instance.pid)) return undefined;
  return startTimeOf(instance.pid) === instance.startTime ? instance : undefined;
};

/**
 * Claims the data folder for this process; undefined when that worked, else the instance that has it. The file is
 * written aside and linked into place, so that it is never seen half-written.
 */
export const takeInstanceLock = (
  lockFile: string,
  mine: Omit<Instance, 'pid' | 'startTime'>,
): Instance | undefined => {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ ...mine, pid: process.pid, startTime: startTimeOf(process.pid) }), {
    mode: 0o600,
  });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        linkSync(draft, lockFile);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = runningInstance(lockFile);
      if (holder !== undefined) return holder;
      // Renaming takes the stale file away from every other starter at once; removing could hit a fresh one.
      const stale = `${draft}.stale`;
      try {
        renameSync(lockFile, stale);
      } catch {
        continue;
      }
      const taken = runningInstance(stale);
      if (taken !== undefined) {
        renameSync(stale, lockFile); // another starter was faster between our look and our rename: put it back
        return taken;
      }
      rmSync(stale, { force: true });
    }
    throw new Error(`${lockFile} changes hands all the time; is something starting Ardea in a loop?`);
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Gives the data folder back, unless it is no longer ours. */
export const releaseInstanceLock = (lockFile: string): void => {
  if (parse(lockFile)?.pid === process.pid) rmSync(lockFile, { force: true });
};
