import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { isMigrated, migrate, rollbackAll } from '../../src/db/migrate.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  db = createDatabase({ url: database.url, name: 'test-migrate' });
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

/** Tables and functions of ours; Knex keeps two tables of its own. */
const objects = async (): Promise<string[]> => {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'migrations%'
     union all select proname from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map(({ name }) => name);
};

it('goes up, down to nothing, and up again to the same', async () => {
  expect(await migrate(database.url)).toEqual(Object.keys(MIGRATIONS));
  expect(await isMigrated(db)).toBe(true);
  const after = await objects();
  expect(after).toContain('transactions');
  expect(await migrate(database.url)).toEqual([]);
  await rollbackAll(database.url);
  expect(await objects()).toEqual([]);
  expect(await isMigrated(db)).toBe(false);
  await migrate(database.url);
  expect(await objects()).toEqual(after);
});
