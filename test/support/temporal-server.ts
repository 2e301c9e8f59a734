import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/port.js';
import { findTemporal } from '../../local/temporal/binary.js';
import { startTemporal, type TemporalServer } from '../../local/temporal/server.js';
import { readLocalConfig } from '../../local/config.js';

/** The run's one Temporal dev server, started by the first test file that asks for its address. */
export interface TestTemporalServer {
  address(): Promise<string>;
  stop(): Promise<void>;
}

export const createTestTemporalServer = (): TestTemporalServer => {
  let started: Promise<TemporalServer> | undefined;

  const start = async (): Promise<TemporalServer> => {
    const binary = await findTemporal({
      ...readLocalConfig().temporalBinary,
      report: (line) => process.stderr.write(`${line}\n`),
    });
    const folder = mkdtempSync(join(tmpdir(), 'ardea-test-temporal-'));
    return startTemporal({
      binary,
      port: await freePort(),
      namespace: 'default',
      logFile: join(folder, 'temporal.log'),
      removeAfter: folder,
    });
  };

  return {
    async address() {
      return (await (started ??= start())).address;
    },
    async stop() {
      await (await started?.catch(() => undefined))?.stop();
    },
  };
};
