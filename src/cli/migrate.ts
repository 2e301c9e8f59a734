import { loadDatabaseConfig } from '../config/index.js';
import { migrate } from '../db/migrate.js';
import { runProgram } from './program.js';

runProgram('migrate', async () => {
  const applied = await migrate(loadDatabaseConfig().DATABASE_URL);
  console.log(applied.length === 0 ? 'the database is up to date' : `migrated:\n  ${applied.join('\n  ')}`);
});
