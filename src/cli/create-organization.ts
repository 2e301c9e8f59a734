import { loadDatabaseConfig } from '../config/index.js';
import { createDatabase } from '../db/database.js';
import { createApiKeyQueries } from '../db/queries/api-keys.js';
import { createOrganizationQueries } from '../db/queries/organizations.js';
import { runProgram, UsageError } from './program.js';

runProgram('organization', async () => {
  const name = process.argv[2]?.trim() ?? '';
  if (name === '' || name.length > 128)
    throw new UsageError('give the name of the new organisation: npm run organization -- "Acme"');
  const db = createDatabase({
    url: loadDatabaseConfig().DATABASE_URL,
    poolMax: 1,
    name: 'ardea-organization',
  });
  try {
    const created = await createOrganizationQueries(db).create(name);
    if (!created) throw new UsageError(`there is an organisation "${name}" already`);
    const key = await createApiKeyQueries(db).create(created.id, 'first key');
    console.log(`organisation "${name}" added. Its API key, shown only now:\n${key}`);
  } finally {
    await db.destroy();
  }
});
