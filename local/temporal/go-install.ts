import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWithout } from '../config.js';
import { keep } from '../kept-program.js';

/** How a running build tells what it is doing. */
export type Report = (line: string) => void;

/** A program to install: its package with version (`example.org/cmd/tool@v1.2.3`), the name Go gives it, where it is put. */
export interface GoProgram {
  package: string;
  name: string;
  /** Put there in one step, once all programs of the build are made. */
  target: string;
}

const PROGRESS_EVERY_MS = 15_000;

/** Whether a Go tool chain is on the PATH. */
export const hasGo = (): boolean => spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** What a log of `go install -v` says about how far it is. */
const progressOf = (log: string): string => {
  const lines = log.trimEnd().split('\n');
  const compiled = lines.filter((line) => line !== '' && !line.startsWith('go: ')).length;
  if (compiled > 0) return `${compiled} packages compiled`;
  const last = lines.at(-1) ?? '';
  return last.startsWith('go: downloading') ? `downloading ${last.slice(16)}` : 'starting';
};

/**
 * Builds programs of one Go module: minutes, and gigabytes of temporary files. A keeper ends the Go tool and removes the
 * files however this process ends.
 * @throws with the last lines of the build's output
 */
export const goInstall = async (programs: readonly GoProgram[], report: Report): Promise<void> => {
  const [first] = programs;
  if (first === undefined) return;
  const work = mkdtempSync(join(tmpdir(), 'ardea-go-build-'));
  const output = mkdtempSync(join(dirname(first.target), 'build-')); // beside the target: a rename must not cross disks
  const logFile = join(output, 'log');
  const begun = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - begun) / 1000)} s`;
  const go = keep({
    command: 'go',
    args: ['install', '-v', '-trimpath', '-ldflags', '-s -w', ...programs.map((program) => program.package)],
    env: {
      ...environmentWithout(), // the user's Go and proxy settings apply
      GOPATH: join(work, 'gopath'),
      GOCACHE: join(work, 'gocache'),
      GOTMPDIR: work,
      GOBIN: output,
      GOFLAGS: '-modcacherw', // else its own files could not be removed
      CGO_ENABLED: '0',
    },
    logFile,
    stop: [{ signal: 'SIGINT', graceMs: 10_000 }],
    removeAfter: work,
  });
  const names = programs.map((program) => program.name).join(', ');
  const progress = setInterval(() => {
    report(`  building ${names}, ${elapsed()}: ${progressOf(readFileSync(logFile, 'utf8'))}`);
  }, PROGRESS_EVERY_MS);
  try {
    const code = await go.exited;
    if (code !== 0) {
      const words = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' / ');
      throw new Error(`go install ended with code ${code}: ${words}`);
    }
    for (const program of programs) renameSync(join(output, program.name), program.target);
    report(`  built in ${elapsed()}`);
  } finally {
    clearInterval(progress);
    rmSync(output, { recursive: true, force: true });
  }
};
