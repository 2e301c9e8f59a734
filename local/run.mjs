// node local/run.mjs <compiled file> [arguments]: runs one program of dist/ in this process, so that signals, exit code
// and stdin are its own. In a checkout dependencies and build are brought up to date first.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, install, isCheckout, readEnvFile, ROOT } from './prepare.mjs';

checkNode();
const [, , program = '', ...args] = process.argv;
readEnvFile();
if (isCheckout()) {
  install();
  build();
}
const file = join(ROOT, program);
if (!program.startsWith('dist/') || !existsSync(file)) {
  console.error(`There is no ${program || 'program'} to run: give a file of dist/.`);
  process.exit(2);
}
if (process.env.npm_lifecycle_event !== undefined) {
  // A signal to npm ends npm and its shell only: take the parent's death as the signal.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1_000).unref();
}
// An operator's command without settings of its own works on the stack that `npm start` runs here.
const OPERATORS = ['create-organization', 'login-link', 'rebuild-workflows', 'feed-restored'];
if (!process.env.DATABASE_URL && OPERATORS.some((name) => program.endsWith(`/cli/${name}.js`))) {
  const settings = join(resolve(ROOT, process.env.ARDEA_DATA_DIR || '.ardea'), 'operator.env');
  if (existsSync(settings)) {
    process.loadEnvFile(settings);
    console.error(`Using the settings of npm start (${settings}).`);
  }
}
process.argv = [process.execPath, file, ...args];
await import(pathToFileURL(file).href);
