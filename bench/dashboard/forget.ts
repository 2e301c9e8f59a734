import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../src/db/database.js';

/** What is smaller is read at once: catalogues, and tables of a few rows. */
const LEAST_BYTES = 1_000_000;

/** Makes everything of one database cold: out of PostgreSQL's buffers and out of the operating system's cache. */
export interface Forgetter {
  forget(): Promise<void>;
}

/** Answers null where the operating system's cache of one file cannot be emptied. */
export async function createForgetter(db: Database, dataFolder: string): Promise<Forgetter | null> {
  await db.raw('create extension if not exists pg_buffercache');
  const { rows } = await db.raw<{ rows: [{ oid: string }] }>(
    'select oid::text from pg_database where datname = current_database()',
  );
  const folder = join(dataFolder, 'base', rows[0].oid);
  const files = readdirSync(folder)
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).size >= LEAST_BYTES);
  const drop = (): boolean =>
    files.every(
      (file) =>
        // Tells the system that the file will not be needed; reads nothing.
        spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' }).status === 0,
    );
  if (!drop()) return null;
  return {
    async forget() {
      await db.raw('checkpoint');
      await db.raw('select pg_buffercache_evict_all()');
      drop();
    },
  };
}
