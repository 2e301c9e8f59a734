import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTemporal, TEMPORAL_CLI_VERSION, type TemporalMakers } from '../../local/temporal/binary.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const writeProgram = (path: string, script: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
};
/** A program that knows `server start-dev`, like the CLI. */
const writeCli = (path: string): string => writeProgram(path, 'echo "  -f, --db-filename string"');

interface World {
  onPath?: string;
  download?: 'works' | 'fails';
  go?: 'works' | 'fails' | 'absent';
}

const find = async (
  world: World,
  { cliPath, cached = false }: { cliPath?: string; cached?: boolean } = {},
) => {
  const cacheFolder = temporaryFolder('cache');
  const cachePath = join(cacheFolder, `temporal-${TEMPORAL_CLI_VERSION}`, 'temporal');
  if (cached) writeCli(cachePath);
  const tried: string[] = [];
  const told: string[] = [];
  const makers: TemporalMakers = {
    onPath() {
      tried.push('path');
      return world.onPath;
    },
    async download(_version, target) {
      tried.push('download');
      if (world.download !== 'works') throw new Error('no network');
      writeCli(target);
    },
    hasGo: () => (world.go ?? 'absent') !== 'absent',
    async build(_version, target) {
      tried.push('build');
      if (world.go !== 'works') throw new Error('go install failed');
      writeCli(target);
    },
  };
  const sources = { cliPath, cacheFolder, report: (line: string) => void told.push(line) };
  return { run: findTemporal(sources, makers), tried, told, cachePath };
};

describe('finding a Temporal CLI', () => {
  it('takes TEMPORAL_CLI_PATH and looks no further', async () => {
    const own = writeCli(join(temporaryFolder(), 'my-temporal'));
    const { run, tried } = await find({ onPath: 'temporal' }, { cliPath: own, cached: true });
    expect(await run).toBe(own);
    expect(tried).toEqual([]);
  });

  it('refuses a TEMPORAL_CLI_PATH that is no such program instead of taking another', async () => {
    const other = writeProgram(join(temporaryFolder(), 'old-tctl'), 'echo "unknown command" >&2; exit 1');
    const { run } = await find({ onPath: 'temporal' }, { cliPath: other, cached: true });
    await expect(run).rejects.toThrow(`TEMPORAL_CLI_PATH=${other}`);
  });

  it('prefers the PATH to the cache, and the cache to any making', async () => {
    const first = await find({ onPath: 'temporal' }, { cached: true });
    expect(await first.run).toBe('temporal');
    const second = await find({ download: 'works', go: 'works' }, { cached: true });
    expect(await second.run).toBe(second.cachePath);
    expect(second.tried).toEqual(['path']);
  });

  it('downloads before it builds, and builds when there is no network', async () => {
    const online = await find({ download: 'works', go: 'works' });
    expect(await online.run).toBe(online.cachePath);
    expect(online.tried).toEqual(['path', 'download']);
    const offline = await find({ download: 'fails', go: 'works' });
    expect(await offline.run).toBe(offline.cachePath);
    expect(offline.tried).toEqual(['path', 'download', 'build']);
    expect(offline.told.join('\n')).toContain('no network');
  });

  it('names each reason and each way out when nothing works', async () => {
    const { run } = await find({ download: 'fails', go: 'fails' });
    await expect(run).rejects.toThrow(
      /no network[^]*go install failed[^]*TEMPORAL_CLI_PATH[^]*TEMPORAL_ADDRESS/,
    );
  });

  it('lets one of two that start at once make it and the other wait', async () => {
    const cacheFolder = temporaryFolder('cache');
    let builds = 0;
    const makers: TemporalMakers = {
      onPath: () => undefined,
      download: () => Promise.reject(new Error('no network')),
      hasGo: () => true,
      async build(_version, target) {
        builds++;
        await new Promise((resolve) => setTimeout(resolve, 200));
        writeCli(target);
      },
    };
    const told: string[] = [];
    const sources = { cliPath: undefined, cacheFolder, report: (line: string) => void told.push(line) };
    const [first, second] = await Promise.all([findTemporal(sources, makers), findTemporal(sources, makers)]);
    expect(first).toBe(second);
    expect(builds).toBe(1);
    expect(told.join('\n')).toContain(`Waiting for process ${process.pid}`);
  });
});
