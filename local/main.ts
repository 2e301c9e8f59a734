// npm start: the whole of Ardea on one machine, under one supervisor. Started by start.mjs.
import { existsSync, writeFileSync } from 'node:fs';
import { type LocalConfig, readLocalConfig } from './config.js';
import { openDataFolder } from './data-folder.js';
import { seedOnce } from './demo/seed-once.js';
import { createEnding } from './ending.js';
import { releaseInstanceLock, takeInstanceLock } from './instance-lock.js';
import { stopOrphans } from './orphans.js';
import { portConflicts } from './port-check.js';
import { stopOrphanedPostgres } from './postgres/predecessor.js';
import { runProgram } from './program.js';
import { readSecrets } from './secrets.js';
import {
  postgresPart,
  programEnvironment,
  writeOperatorEnvironment,
  programParts,
  simulatorUrl,
  type StackContext,
  temporalPart,
} from './stack.js';
import { summary } from './summary.js';
import { type Part, supervise, type SupervisedPart } from './supervision.js';
import { findTemporal } from './temporal/binary.js';

const print = (line: string): void => console.log(line);
const printStamped = (line: string): void => console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`);

const runStack = async (config: LocalConfig): Promise<void> => {
  const data = openDataFolder(config.dataFolder);
  const secrets = readSecrets(data.secretsFile, config, existsSync(data.postgres));
  const running = takeInstanceLock(data.lockFile, {
    apiUrl: config.publicUrl,
    simulatorUrl: simulatorUrl(config),
    temporalUiUrl:
      config.temporalAddress === undefined ? `http://localhost:${config.ports.temporalUi}` : undefined,
    apiKey: secrets.apiKey,
  });
  if (running !== undefined) {
    throw new Error(
      `Ardea is already running on ${data.root} (process ${running.pid}): API ${running.apiUrl}, simulator ${running.simulatorUrl}. ` +
        'Stop it first, or set ARDEA_DATA_DIR and other ports for a second one.',
    );
  }

  const supervised: SupervisedPart[] = [];
  const ending = createEnding({
    parts: supervised,
    print: printStamped,
    underNpm: config.underNpm,
    afterwards: () => releaseInstanceLock(data.lockFile),
  });
  const notes: string[] = [];
  const context: StackContext = {
    config,
    data,
    secrets,
    print: printStamped,
    note: (line) => notes.push(line),
  };

  const startPart = async (part: Part): Promise<void> => {
    if (ending.hasBegun()) return;
    const begun = Date.now();
    const current = supervise(part, printStamped);
    supervised.push(current);
    await current.started;
    print(`  ${part.name} is ready (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  };

  const start = async (): Promise<void> => {
    await stopOrphans(data, print);
    if (await stopOrphanedPostgres(data.postgres))
      print('Stopped the PostgreSQL that a killed predecessor left.');
    const conflicts = await portConflicts(config);
    if (conflicts.length > 0) throw new Error(conflicts.join('\n'));
    const temporalBinary =
      config.temporalAddress === undefined
        ? await findTemporal({ ...config.temporalBinary, report: print })
        : undefined;

    print('Starting Ardea.');
    const postgres = postgresPart(context);
    if (postgres !== undefined) await startPart(postgres);
    if (temporalBinary !== undefined) await startPart(temporalPart(context, temporalBinary));
    const env = programEnvironment(context);
    writeOperatorEnvironment(context);
    await runProgram('dist/src/cli/migrate.js', env, data.logFile('migrate'));
    await runProgram('dist/src/cli/setup.js', env, data.logFile('setup'));
    await Promise.all(programParts(context).map(startPart));

    const maySeed = config.databaseUrl === undefined && !process.argv.includes('--no-demo');
    const seeded = maySeed && (await seedOnce(context));
    if (ending.hasBegun()) return;
    print(summary({ config, data, secrets, notes, seeded, isFirst: !existsSync(data.shownFile) }));
    writeFileSync(data.shownFile, '');
  };

  try {
    await start();
  } catch (error) {
    // A part that fails because it is being stopped is no news.
    if (!ending.hasBegun()) ending.fail(error instanceof Error ? error.message : String(error));
  }
};

try {
  await runStack(readLocalConfig());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
