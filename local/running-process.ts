import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const ps = (pid: number, column: string): string | undefined => {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
};

const proc = (file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return undefined;
  }
};

const bootId = (): string => proc('sys/kernel/random/boot_id')?.trim() ?? '';

/** The fields of `/proc/<pid>/stat` from the third on: state first. */
const statFields = (pid: number): string[] | undefined => {
  const stat = proc(`${pid}/stat`);
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** Whether a process with this id runs, whoever owns it. A zombie, which nobody has collected, does not run. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return process.platform === 'linux'
    ? statFields(pid)?.[0] !== 'Z'
    : ps(pid, 'state')?.startsWith('Z') !== true;
};

/** The command line of a process, its words joined by blanks; undefined when it is gone or unreadable. */
export const commandLineOf = (pid: number): string | undefined =>
  process.platform === 'linux' ? proc(`${pid}/cmdline`)?.replaceAll('\0', ' ').trim() : ps(pid, 'args');

/**
 * A text that differs between two processes that had the same id one after the other: when it was started. On Linux
 * the clock ticks of `/proc/<pid>/stat` field 22 with the boot they count from, elsewhere `ps -o lstart`.
 */
export const startTimeOf = (pid: number): string | undefined => {
  if (process.platform !== 'linux') return ps(pid, 'lstart');
  const ticks = statFields(pid)?.[19];
  return ticks === undefined ? undefined : `${bootId()}/${ticks}`;
};

/** Waits until the process is gone; false when `timeoutMs` ran out first. */
export const waitUntilGone = async (pid: number, timeoutMs: number): Promise<boolean> => {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
};

/** Sends each signal in turn until the process is gone, with the time each is given. */
export const endProcess = async (
  pid: number,
  signals: { signal: NodeJS.Signals; graceMs: number }[],
): Promise<void> => {
  for (const { signal, graceMs } of [...signals, { signal: 'SIGKILL' as const, graceMs: 5_000 }]) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitUntilGone(pid, graceMs)) return;
  }
};
