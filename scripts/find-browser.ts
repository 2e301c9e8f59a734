import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The steps of the chain, replaceable so that it can be tried without a network. */
export interface BrowserSources {
  /** CHROMIUM_PATH: used or refused, nothing else is tried. */
  given: string | undefined;
  onThisMachine(): string | undefined;
  downloaded(): string | undefined;
  download(): string | undefined;
  installPackage(): string | undefined;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (): string | undefined => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...PLACES].find(
    isExecutable,
  );
};

const downloaded = (): string | undefined => {
  const file = chromium.executablePath();
  return existsSync(file) ? file : undefined;
};

const download = (): string | undefined => {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: 180_000 });
  return downloaded();
};

const installPackage = (): string | undefined => {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): boolean =>
    spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000, env }).status === 0;
  if (!apt('install', '-y', '--no-install-recommends', 'chromium')) {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  }
  return onPath();
};

const SOURCES: BrowserSources = {
  given: process.env['CHROMIUM_PATH'] || undefined,
  onThisMachine: onPath,
  downloaded,
  download,
  installPackage,
};

/**
 * A Chromium to test with: the one that CHROMIUM_PATH names, one of this machine, Playwright's own, which is downloaded if
 * need be, or Debian's package.
 * @throws saying what was tried
 */
export function findBrowser(sources: BrowserSources = SOURCES): string {
  const { given } = sources;
  if (given !== undefined) {
    if (isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH=${given} is no program that can be run.`);
  }
  const found =
    sources.onThisMachine() ?? sources.downloaded() ?? sources.download() ?? sources.installPackage();
  if (found !== undefined) return found;
  throw new Error(
    'No Chromium: none on PATH, Playwright could not download one, and apt-get did not bring one. Install Chromium or Chrome, or set CHROMIUM_PATH.',
  );
}
