import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../file-lock.js';
import { goInstall, hasGo, type Report } from './go-install.js';
import { downloadTemporal } from './download.js';

/** The Temporal CLI that is fetched or built: the last one that `go install` can build (server 1.29.1, Web UI inside). */
export const TEMPORAL_CLI_VERSION = '1.5.1';

const DOWNLOAD_TIMEOUT_MS = 180_000;

export interface TemporalBinarySources {
  /** TEMPORAL_CLI_PATH: used or refused, nothing else is tried. */
  cliPath: string | undefined;
  /** Folder for what is downloaded or built, shared by every checkout of this user. */
  cacheFolder: string;
  report: Report;
}

/** The steps after the cache, replaceable so that the chain can be tried without a network or three minutes of Go. */
export interface TemporalMakers {
  onPath(): string | undefined;
  download(version: string, target: string): Promise<void>;
  hasGo(): boolean;
  build(version: string, target: string, report: Report): Promise<void>;
}

const MAKERS: TemporalMakers = {
  onPath: () => (isDevServer('temporal') ? 'temporal' : undefined),
  download: (version, target) => downloadTemporal(version, target, DOWNLOAD_TIMEOUT_MS),
  hasGo,
  build: (version, target, report) =>
    goInstall(
      [{ package: `github.com/temporalio/cli/cmd/temporal@v${version}`, name: 'temporal', target }],
      report,
    ),
};

/** Whether the program runs here and can start a dev server. */
export const isDevServer = (program: string): boolean => {
  const run = spawnSync(program, ['server', 'start-dev', '--help'], { encoding: 'utf8', timeout: 20_000 });
  return run.status === 0 && run.stdout.includes('--db-filename');
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const make = async (target: string, report: Report, makers: TemporalMakers): Promise<void> => {
  const reasons: string[] = [];
  report(`Fetching the Temporal dev server ${TEMPORAL_CLI_VERSION} (once; kept in ${target}).`);
  try {
    await makers.download(TEMPORAL_CLI_VERSION, target);
    return;
  } catch (error) {
    reasons.push(`official download: ${reasonOf(error)}`);
    report(`  the official download does not work here: ${reasonOf(error)}`);
  }
  if (makers.hasGo()) {
    report('  building it with Go instead: about 4 minutes and 3 GB of temporary files, once.');
    try {
      await makers.build(TEMPORAL_CLI_VERSION, target, report);
      return;
    } catch (error) {
      reasons.push(`build with Go: ${reasonOf(error)}`);
    }
  } else {
    reasons.push('build with Go: there is no `go` on the PATH');
  }
  throw new Error(
    `No Temporal server could be found or made:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}\n` +
      'Any one of these helps:\n' +
      '  - install the Temporal CLI so that `temporal` is on the PATH (https://docs.temporal.io/cli), or set TEMPORAL_CLI_PATH to it\n' +
      '  - install Go 1.25 or later, and it is built for you\n' +
      '  - set TEMPORAL_ADDRESS to a Temporal server that runs elsewhere',
  );
};

/**
 * The path of a Temporal CLI that can run a dev server: TEMPORAL_CLI_PATH, `temporal` on the PATH, the cache, the
 * official download, a build with Go; the first that works.
 * @throws naming each way out when none does
 */
export const findTemporal = async (sources: TemporalBinarySources, makers = MAKERS): Promise<string> => {
  const { cliPath, cacheFolder, report } = sources;
  if (cliPath !== undefined) {
    if (isDevServer(cliPath)) return cliPath;
    throw new Error(
      `TEMPORAL_CLI_PATH=${cliPath} is no Temporal CLI that runs here: \`${cliPath} server start-dev --help\` failed.`,
    );
  }
  const onPath = makers.onPath();
  if (onPath !== undefined) return onPath;

  const folder = join(cacheFolder, `temporal-${TEMPORAL_CLI_VERSION}`);
  const cached = join(folder, 'temporal');
  if (existsSync(cached) && isDevServer(cached)) return cached;
  mkdirSync(folder, { recursive: true });
  return withFileLock(
    join(folder, 'lock'),
    async () => {
      // Whoever held the lock before us may have put it there.
      if (!existsSync(cached) || !isDevServer(cached)) await make(cached, report, makers);
      return cached;
    },
    (pid) => report(`Waiting for process ${pid}, which is fetching the Temporal dev server.`),
  );
};
