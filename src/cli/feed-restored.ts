import { loadDatabaseConfig } from '../config/index.js';
import { createDatabase } from '../db/database.js';
import { startNewIncarnations } from '../db/queries/changes.js';
import { runProgram } from './program.js';

runProgram('feed-restored', async () => {
  const db = createDatabase({
    url: loadDatabaseConfig().DATABASE_URL,
    poolMax: 1,
    name: 'ardea-feed-restored',
  });
  try {
    const feeds = await startNewIncarnations(db);
    console.log(`${feeds} change feeds have a new incarnation; readers go on with the cursors they hold`);
  } finally {
    await db.destroy();
  }
});
