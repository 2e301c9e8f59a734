import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';

/** A foreign program that `keeper.mjs` runs and ends when this process does. */
export interface KeptProgram {
  command: string;
  args: string[];
  /** Runs as this user instead of the current one (needs root). */
  uid?: number;
  gid?: number;
  cwd?: string;
  env?: Record<string, string>;
  /** Where the program's own process id is noted while it runs, for a successor that finds it orphaned. */
  pidFile?: string;
  /** A temporary folder that is removed once the program has ended, however its starter ended. */
  removeAfter?: string;
  /** Appended with what the program prints. */
  logFile: string;
  /** Signals that end it, each with the time it gets before the next one; SIGKILL follows the last. */
  stop: { signal: NodeJS.Signals; graceMs: number }[];
}

export interface KeptProcess {
  /** Settles, never rejects, with the exit code once program and keeper are gone. */
  exited: Promise<number>;
  /** Whether `exited` has settled. */
  hasExited(): boolean;
  /** Ends the program as `stop` says and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends the program and its keeper at once. */
  kill(): void;
  /** The keeper's process id. */
  keeperPid: number | undefined;
}

/** Starts `program` under a keeper in a process group of its own, so that a terminal's Ctrl-C does not reach it. */
export const keep = (program: KeptProgram): KeptProcess => {
  const { env, logFile, ...spec } = program;
  const log = openSync(logFile, 'a', 0o600);
  const keeper = spawn(process.execPath, [join(projectRoot(), 'local', 'keeper.mjs'), JSON.stringify(spec)], {
    stdio: ['pipe', log, log],
    detached: true,
    env: env ?? {},
  });
  closeSync(log);
  keeper.stdin?.on('error', () => undefined); // EPIPE of a keeper that is already gone

  let gone = false;
  const exited = once(keeper, 'exit').then(
    ([code]) => Number(code ?? 1),
    () => 1,
  );
  void exited.then(() => (gone = true));
  return {
    exited,
    hasExited: () => gone,
    keeperPid: keeper.pid,
    async stop() {
      keeper.stdin?.end();
      await exited;
    },
    kill() {
      if (gone || keeper.pid === undefined) return;
      try {
        process.kill(-keeper.pid, 'SIGKILL');
      } catch {
        // gone in this moment
      }
    },
  };
};
