import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTraversable, traversableFolder, unprivilegedUser } from './postgres/unprivileged-user.js';

/** Where everything of one stack lies. */
export interface DataFolder {
  root: string;
  lockFile: string;
  secretsFile: string;
  demoFile: string;
  /** There once the administrator's log-in has been printed. */
  shownFile: string;
  /** Settings for operators' commands against this stack. */
  operatorFile: string;
  temporal: string;
  simulator: string;
  /** The PostgreSQL cluster: elsewhere when we are root and the server's account cannot enter the data folder. */
  postgres: string;
  logFile(part: string): string;
  pidFile(part: string): string;
}

const MAX_LOG_BYTES = 20_000_000;

const postgresFolder = (root: string): string => {
  const usual = join(root, 'postgres', 'data');
  const note = join(root, 'postgres', 'location');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  const user = unprivilegedUser(usual);
  if (user === undefined || existsSync(usual) || isTraversable(join(root, 'postgres'), user)) return usual;
  // A fresh name each time: whoever deletes the data folder starts empty and does not meet older data.
  const elsewhere = join(traversableFolder(user), `data-${randomBytes(6).toString('hex')}`, 'postgres');
  writeFileSync(note, `${elsewhere}\n`);
  return elsewhere;
};

/** Creates the folder's skeleton. As root it is left enterable, not listable, for PostgreSQL's account. */
export const openDataFolder = (root: string): DataFolder => {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  const make = (path: string, pathMode: number): void => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, pathMode); // whatever the umask
  };
  make(root, mode);
  make(join(root, 'postgres'), mode);
  for (const part of ['logs', 'run', 'temporal', 'simulator']) make(join(root, part), 0o700);
  return {
    root,
    lockFile: join(root, 'supervisor.json'),
    secretsFile: join(root, 'secrets.json'),
    demoFile: join(root, 'demo.json'),
    shownFile: join(root, 'login-shown'),
    operatorFile: join(root, 'operator.env'),
    temporal: join(root, 'temporal'),
    simulator: join(root, 'simulator'),
    postgres: postgresFolder(root),
    logFile: (part) => join(root, 'logs', `${part}.log`),
    pidFile: (part) => join(root, 'run', `${part}.json`),
  };
};

/** Puts a log that has grown large aside, over the one put aside before. */
export const rotateLog = (file: string): void => {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
};
