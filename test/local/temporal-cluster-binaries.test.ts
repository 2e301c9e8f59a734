import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findTemporalCluster,
  TEMPORAL_SERVER_VERSION,
  type ClusterMakers,
} from '../../local/temporal/cluster-binaries.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const world = (go: 'works' | 'absent') => {
  const built: string[][] = [];
  const makers: ClusterMakers = {
    hasGo: () => go === 'works',
    async install(programs) {
      built.push(programs.map((program) => program.package));
      for (const { target } of programs) writeFileSync(target, 'a program');
    },
  };
  const cacheFolder = temporaryFolder('cache');
  return {
    built,
    folder: join(cacheFolder, `temporal-server-${TEMPORAL_SERVER_VERSION}`),
    find: () => findTemporalCluster({ cacheFolder, report: () => undefined }, makers),
  };
};

describe('finding a full Temporal server', () => {
  it('builds server and schema tool in one go, once', async () => {
    const { built, find, folder } = world('works');
    const first = await find();
    expect(first).toEqual({ server: join(folder, 'server'), sql: join(folder, 'sql') });
    expect(existsSync(first.server) && existsSync(first.sql)).toBe(true);
    expect(await find()).toEqual(first);
    expect(built).toEqual([
      [
        `go.temporal.io/server/cmd/server@v${TEMPORAL_SERVER_VERSION}`,
        `go.temporal.io/server/cmd/tools/sql@v${TEMPORAL_SERVER_VERSION}`,
      ],
    ]);
  });

  it('takes what is in the cache where there is no Go', async () => {
    const { find, folder } = world('absent');
    mkdirSync(folder, { recursive: true });
    for (const name of ['server', 'sql']) writeFileSync(join(folder, name), 'a program');
    expect(await find()).toEqual({ server: join(folder, 'server'), sql: join(folder, 'sql') });
  });

  it('says what to do where there is neither', async () => {
    const { find, folder } = world('absent');
    await expect(find()).rejects.toThrow(/install Go 1.26 or later/);
    expect(existsSync(folder)).toBe(false);
  });
});
