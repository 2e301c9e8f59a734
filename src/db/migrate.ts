import type { Knex } from 'knex';
import { MIGRATIONS, type Migration } from '../../migrations/index.js';
import { createDatabase } from './database.js';

class MigrationList implements Knex.MigrationSource<string> {
  async getMigrations(): Promise<string[]> {
    return Object.keys(MIGRATIONS);
  }
  getMigrationName(name: string): string {
    return name;
  }
  async getMigration(name: string): Promise<Migration> {
    const migration = MIGRATIONS[name];
    if (!migration) throw new Error(`unknown migration ${name}: this build is older than the database`);
    return migration;
  }
}

const settings = (): Knex.MigratorConfig => ({
  migrationSource: new MigrationList(),
  tableName: 'migrations',
});

/** Brings the database to the schema of this build. Safe to run twice and from several machines (Knex holds a lock). Answers the names applied. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const db = createDatabase({ url: databaseUrl, poolMax: 1, name: 'ardea-migrate' });
  try {
    const [, applied] = (await db.migrate.latest(settings())) as [number, string[]];
    return applied;
  } finally {
    await db.destroy();
  }
}

/** Takes every migration back; tests prove with it that up and down are inverse. */
export async function rollbackAll(databaseUrl: string): Promise<void> {
  const db = createDatabase({ url: databaseUrl, poolMax: 1, name: 'ardea-migrate' });
  try {
    await db.migrate.rollback(settings(), true);
  } finally {
    await db.destroy();
  }
}

/** True when this build's migrations have all run: what readiness asks. */
export async function isMigrated(db: Knex): Promise<boolean> {
  const names = await db<{ name: string }>('migrations').select('name');
  const done = new Set(names.map((row) => row.name));
  return Object.keys(MIGRATIONS).every((name) => done.has(name));
}
