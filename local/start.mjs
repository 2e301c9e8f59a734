// npm start: see local/main.ts, which this prepares and runs.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, checkNode, install, readEnvFile, ROOT } from './prepare.mjs';

const USAGE = `npm start [-- options]

Runs Ardea on this machine: PostgreSQL, Temporal with its Web UI, the Plaid simulator, API and worker.

  --no-demo   leave an empty database empty
  --help      this text

Settings are environment variables, also from the file .env; README.md lists them. Setting DATABASE_URL or
TEMPORAL_ADDRESS replaces the embedded part. Data is kept in .ardea/ (ARDEA_DATA_DIR).`;

const isRunning = () => {
  const lock = join(resolve(ROOT, process.env.ARDEA_DATA_DIR || '.ardea'), 'supervisor.json');
  try {
    process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 0);
    return existsSync(join(ROOT, 'dist', 'local', 'main.js'));
  } catch {
    return false;
  }
};

checkNode();
const args = process.argv.slice(2);
const unknown = args.find((arg) => !['--no-demo', '--help', '-h'].includes(arg));
if (args.includes('--help') || args.includes('-h') || unknown !== undefined) {
  if (unknown !== undefined) console.error(`Unknown option ${unknown}.\n`);
  console.log(USAGE);
  process.exit(unknown === undefined ? 0 : 2);
}
readEnvFile();
// Nothing is built under a stack that runs: its parts would be restarted into other code. main.ts then says so.
if (!isRunning()) {
  install();
  build();
}
await import('../dist/local/main.js');
