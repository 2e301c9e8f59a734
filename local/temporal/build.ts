import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWithout } from '../config.js';
import { keep } from '../kept-program.js';

/** How a running build tells what it is doing. */
export type Report = (line: string) => void;

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
 * Builds the Temporal CLI from the Go modules that its makers publish: minutes and 3 GB of temporary files. A keeper
 * ends the Go tool and removes the files however this process ends.
 * @param target where the program is put, in one step
 */
export const buildTemporal = async (version: string, target: string, report: Report): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'ardea-temporal-build-'));
  const output = mkdtempSync(join(dirname(target), 'build-')); // beside the target: a rename must not cross disks
  const logFile = join(output, 'log');
  const begun = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - begun) / 1000)} s`;
  const go = keep({
    command: 'go',
    args: [
      'install',
      '-v',
      '-trimpath',
      '-ldflags',
      '-s -w',
      `github.com/temporalio/cli/cmd/temporal@v${version}`,
    ],
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
  const progress = setInterval(() => {
    report(`  building Temporal, ${elapsed()}: ${progressOf(readFileSync(logFile, 'utf8'))}`);
  }, PROGRESS_EVERY_MS);
  try {
    const code = await go.exited;
    if (code !== 0) {
      const words = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' / ');
      throw new Error(`go install ended with code ${code}: ${words}`);
    }
    renameSync(join(output, 'temporal'), target);
    report(`  built in ${elapsed()}`);
  } finally {
    clearInterval(progress);
    rmSync(output, { recursive: true, force: true });
  }
};
