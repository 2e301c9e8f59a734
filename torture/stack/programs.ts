import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environmentWithout } from '../../local/config.js';
import { answersOk } from '../../local/health.js';
import { startProgram } from '../../local/program.js';
import type { Journal } from '../journal.js';
import type { Part } from './part.js';
import { keepRunning, type Life } from './restarted.js';

export interface ProgramOptions {
  name: string;
  kind: 'worker' | 'api';
  /** Compiled file. */
  file: string;
  env: Record<string, string>;
  healthUrl: string;
  folder: string;
  /** FAILPOINTS of each life; '' for none. */
  failpoints: (life: number) => string;
  journal: Journal;
  onUnexplainedEnd: (what: string) => void;
}

const GRACE_MS = 20_000;

/** What the caller's environment says of databases, servers and settings must not leak into a run. */
const FOREIGN =
  /^(TEMPORAL_|DATABASE_|SIMULATOR_|BOOTSTRAP_|PLAID_|ENCRYPTION_|PUBLIC_URL$|QUICK_|FAILPOINTS$|[A-Z]+_INTERVAL$|INBOX_|FORWARD_|WORKER_|PORT$|HOST$|LOG_LEVEL$)/;

export const programEnvironment = (env: Record<string, string>): Record<string, string> => ({
  ...environmentWithout((variable) => FOREIGN.test(variable)),
  ...env,
});

const pidIn = (pidFile: string): number | undefined => {
  try {
    return (JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** A worker or an API, from the compiled product, as a supervisor runs it. */
export function startProgramPart(options: ProgramOptions): Promise<Part> {
  const { name, kind, file, env, healthUrl, folder, failpoints, journal } = options;
  const logFile = join(folder, `${name}.log`);
  let lifeBeganAt = 0;
  return keepRunning({
    name,
    kind,
    journal,
    onUnexplainedEnd: options.onUnexplainedEnd,
    async start(life): Promise<Life> {
      const spec = failpoints(life);
      if (spec !== '') journal.note(name, `life ${life} has FAILPOINTS=${spec}`);
      lifeBeganAt = sizeOf(logFile);
      const pidFile = join(folder, `${name}.pid.json`);
      const running = startProgram({
        file,
        env: programEnvironment({ ...env, FAILPOINTS: spec }),
        logFile,
        pidFile,
        graceMs: GRACE_MS,
      });
      return { exited: running.exited, stop: () => running.stop(), pid: () => pidIn(pidFile) };
    },
    isReady: () => answersOk(healthUrl),
    explain(_life, exit) {
      if (exit !== 'signal SIGKILL') return null;
      const said = readFileSync(logFile).subarray(lifeBeganAt).toString('utf8');
      return /failpoint (\S+): kill/.exec(said)?.[0] ?? null;
    },
  });
}
