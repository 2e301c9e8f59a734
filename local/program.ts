import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from './project-root.js';
import type { RunningPart } from './supervision.js';

export interface ProgramOptions {
  /** Compiled file: relative to the checkout, or absolute. */
  file: string;
  env: Record<string, string>;
  logFile: string;
  pidFile: string;
  /** How long it may take to end after SIGTERM. */
  graceMs: number;
}

/**
 * Starts one of Ardea's own programs: a process group of its own, output into its log file, and a stdin pipe whose end
 * tells it that we are gone.
 */
export const startProgram = ({ file, env, logFile, pidFile, graceMs }: ProgramOptions): RunningPart => {
  const path = resolve(projectRoot(), file);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--enable-source-maps', path], {
    cwd: projectRoot(),
    env: { ...env, ARDEA_SUPERVISED: '1' },
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  if (child.pid !== undefined)
    writeFileSync(pidFile, JSON.stringify({ pid: child.pid, command: path }), { mode: 0o600 });

  const exited = once(child, 'exit').then(
    ([code, signal]) => (code === null ? `signal ${String(signal)}` : `code ${String(code)}`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  void exited.then(() => rmSync(pidFile, { force: true }));
  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // gone in this moment
    }
  };
  return {
    exited,
    kill,
    async stop() {
      child.kill('SIGTERM');
      child.stdin?.end();
      const cancel = new AbortController();
      void sleep(graceMs, undefined, { signal: cancel.signal }).then(kill, () => undefined);
      await exited;
      cancel.abort();
    },
  };
};

/** Runs one of Ardea's programs to its end. @throws with what it printed when it fails */
export const runProgram = async (
  file: string,
  env: Record<string, string>,
  logFile: string,
): Promise<void> => {
  const child = spawn(process.execPath, ['--enable-source-maps', resolve(projectRoot(), file)], {
    cwd: projectRoot(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const log = openSync(logFile, 'a', 0o600);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_000);
      writeFileSync(log, chunk);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  closeSync(log);
  if (code !== 0)
    throw new Error(`${file} failed (${code === null ? 'killed' : `code ${code}`}):\n${said.trim()}`);
};
