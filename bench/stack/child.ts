import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentWithout } from '../../local/config.js';
import { answersOk } from '../../local/health.js';
import { startProgram } from '../../local/program.js';

export interface ChildOptions {
  /** For its log file. */
  name: string;
  /** Compiled file below the checkout. */
  file: string;
  env: Record<string, string>;
  healthUrl: string;
  folder: string;
}

/** One of Ardea's programs, or a floor, in a process of its own: it shares no event loop with what loads it. */
export interface Child {
  pid: number;
  stop(): Promise<void>;
}

const START_MS = 60_000;
const GRACE_MS = 20_000;

/** What the caller's environment says of databases and servers must not leak into a measurement. */
const OWN = /^(TEMPORAL_|DATABASE_|SIMULATOR_|BOOTSTRAP_|PLAID_|ENCRYPTION_|PUBLIC_URL$|QUICK_)/;

/** @throws with the end of its log when it does not become healthy */
export async function startChild({ name, file, env, healthUrl, folder }: ChildOptions): Promise<Child> {
  const logFile = join(folder, `${name}.log`);
  const pidFile = join(folder, `${name}.pid.json`);
  const program = startProgram({
    file,
    env: { ...environmentWithout((variable) => OWN.test(variable)), ...env },
    logFile,
    pidFile,
    graceMs: GRACE_MS,
  });
  const { pid } = JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number };
  let ended: string | undefined;
  void program.exited.then((reason) => (ended = reason));
  const deadline = Date.now() + START_MS;
  while (!(await answersOk(healthUrl))) {
    if (ended === undefined && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    await program.stop();
    const said = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    throw new Error(`${name} did not start (${ended ?? 'not healthy in time'}):\n${said}`);
  }
  return { pid, stop: () => program.stop() };
}
