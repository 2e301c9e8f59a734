// What must be true before compiled code can run: Node, dependencies, build. Plain JavaScript without dependencies,
// because it runs on a fresh clone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the build compiles and bundles, and what decides how. */
const SOURCES = [
  'src',
  'migrations',
  'local',
  'simulator',
  'bench',
  'torture',
  'scripts',
  'dashboard',
  'docs/openapi.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vite.config.ts',
];
const STAMP = join(ROOT, 'dist', '.built-from.json');
const BUILD_LOCK = join(ROOT, 'node_modules', '.ardea-build');

/** Ends the process with a message unless this Node is one that Ardea runs on. */
export const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Ardea needs Node 20.19 or newer; this is ${process.versions.node} (${process.execPath}).`);
  process.exit(1);
};

/** Adds the variables of `.env` in the checkout; those that are set already win. */
export const readEnvFile = () => {
  const file = join(ROOT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
};

const npm = (/** @type {string[]} */ args, /** @type {string} */ purpose) => {
  const { npm_execpath: npmScript } = process.env;
  const [command, before] = npmScript?.endsWith('.js') ? [process.execPath, [npmScript]] : ['npm', []];
  const run = spawnSync(command, [...before, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (run.status === 0) return;
  if (run.error) console.error(`${purpose} failed: ${run.error.message}`);
  else console.error(`${purpose} failed (npm ${args.join(' ')}).`);
  process.exit(run.status ?? 1);
};

/** @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }>} */
const packagesOf = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/** Whether node_modules holds the versions of package-lock.json, by npm's own record of what it installed. */
export const isInstalled = () => {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined
      ? wanted.optional === true || wanted.devOptional === true
      : found.version === wanted.version;
  });
};

/** Installs the dependencies, those for development included, unless they are there. */
export const install = () => {
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci).');
  npm(
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    'Installing the dependencies',
  );
};

/** @returns {Record<string, string>} */
const fingerprint = () => {
  /** @type {Record<string, string>} */
  const files = {};
  const add = (/** @type {string} */ path) => {
    const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(join(ROOT, path)).sort()) add(`${path}/${name}`);
    else if (stat !== undefined)
      files[path] = createHash('sha256')
        .update(readFileSync(join(ROOT, path)))
        .digest('base64');
  };
  for (const source of SOURCES) add(source);
  return files;
};

const isBuiltFrom = (/** @type {Record<string, string>} */ files) =>
  existsSync(STAMP) && readFileSync(STAMP, 'utf8') === JSON.stringify(files);

const withBuildLock = (/** @type {() => void} */ work) => {
  // A directory, because making one is atomic; one whose maker died without removing it is passed over.
  const owner = join(BUILD_LOCK, 'pid');
  const holds = () => {
    try {
      process.kill(Number(readFileSync(owner, 'utf8')), 0);
      return true;
    } catch (error) {
      return (
        error.code === 'EPERM' ||
        (error.code === 'ENOENT' &&
          Date.now() - (statSync(BUILD_LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2_000)
      );
    }
  };
  for (;;) {
    try {
      mkdirSync(BUILD_LOCK);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!holds()) rmSync(BUILD_LOCK, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  const release = () => rmSync(BUILD_LOCK, { recursive: true, force: true });
  process.once('exit', release);
  writeFileSync(owner, String(process.pid));
  work();
  process.removeListener('exit', release);
  release();
};

/** Compiles unless `dist/` was compiled from exactly these sources. */
export const build = () => {
  if (isBuiltFrom(fingerprint())) return;
  withBuildLock(() => {
    const files = fingerprint();
    if (isBuiltFrom(files)) return; // somebody else just did
    console.log('Building.');
    const before = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : undefined;
    // A source that is gone would leave its output behind.
    const isOutdated = before === undefined || Object.keys(before).some((file) => files[file] === undefined);
    if (isOutdated) rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
    npm(['run', '--silent', 'build'], 'The build');
    writeFileSync(STAMP, JSON.stringify(files));
  });
};

/** Whether this is a checkout with sources; an installed image has only what it runs. */
export const isCheckout = () => existsSync(join(ROOT, 'tsconfig.build.json'));
