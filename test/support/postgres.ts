import { askBroker } from './broker.js';

export interface TestDatabase {
  /** Connection string, for `createDatabase`/`knex`/`pg` or a child process's DATABASE_URL. */
  url: string;
  /** Drops the database; connections that are still open are cut. */
  drop(): Promise<void>;
}

/**
 * A database of the caller's own on the run's PostgreSQL, a copy of one that was migrated once. Ask for one in
 * `beforeAll` and drop it in `afterAll`.
 * @param options.migrated false: an empty database, for tests of the migrations themselves
 */
export const createTestDatabase = async (options: { migrated?: boolean } = {}): Promise<TestDatabase> => {
  const url = String(await askBroker('/databases/create', { migrated: options.migrated ?? true }));
  return {
    url,
    drop: async () => {
      await askBroker('/databases/drop', { url });
    },
  };
};
