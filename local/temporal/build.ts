import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWithout } from '../config.js';

/** How a running build tells what it is doing. */
export type Report = (line: string) => void;

const PROGRESS_EVERY_MS = 15_000;

/** Whether a Go tool chain is on the PATH. */
export const hasGo = (): boolean => spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

const removeTree = (folder: string): void => {
  // Go makes its module cache read-only, and rm -r cannot empty read-only folders.
  spawnSync('chmod', ['-R', 'u+w', folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
};

/**
 * Builds the Temporal CLI from the Go modules that its makers publish: minutes and 3 GB of temporary files, which are
 * removed however it ends. Ends with this process: the Go tool is killed on exit.
 * @param target where the program is put, in one step
 */
export const buildTemporal = async (version: string, target: string, report: Report): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'ardea-temporal-build-'));
  const started = Date.now();
  let doing = 'downloading modules';
  let said = '';
  const go = spawn(
    'go',
    ['install', '-v', '-trimpath', '-ldflags', '-s -w', `github.com/temporalio/cli/cmd/temporal@v${version}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: {
        ...environmentWithout(), // the user's Go and proxy settings apply
        GOPATH: join(work, 'gopath'),
        GOCACHE: join(work, 'gocache'),
        GOTMPDIR: work,
        GOBIN: join(work, 'bin'),
        GOFLAGS: '-modcacherw',
        CGO_ENABLED: '0',
      },
    },
  );
  const kill = (): void => {
    if (go.pid === undefined) return;
    try {
      process.kill(-go.pid, 'SIGKILL');
    } catch {
      // ended by itself
    }
    removeTree(work);
  };
  process.once('exit', kill);
  let packages = 0;
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
    for (const line of text.split('\n')) {
      if (line.startsWith('go: downloading')) doing = `downloading modules (${line.slice(16).trim()})`;
      else if (line !== '' && !line.startsWith('go: ')) doing = `compiling (${++packages} packages so far)`;
    }
  });
  const progress = setInterval(() => {
    report(`  building Temporal, ${Math.round((Date.now() - started) / 1000)} s: ${doing}`);
  }, PROGRESS_EVERY_MS);
  try {
    const [code] = (await once(go, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`go install failed: ${said.trim().split('\n').slice(-3).join(' / ')}`);
    const building = join(dirname(target), `temporal.${process.pid}`);
    spawnSync('cp', [join(work, 'bin', 'temporal'), building]); // the two folders may be on different disks
    renameSync(building, target);
    report(`  built in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    clearInterval(progress);
    process.removeListener('exit', kill);
    removeTree(work);
  }
};
