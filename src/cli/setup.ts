import { loadConfig } from '../config/index.js';
import { loadTemporalConfig } from '../config/temporal.js';
import { createDeps } from '../deps.js';
import { bootstrap } from './bootstrap.js';
import { runProgram } from './program.js';

runProgram('setup', async () => {
  const config = loadConfig();
  const deps = createDeps({ config, temporal: loadTemporalConfig(), name: 'ardea-setup' });
  try {
    for (const line of await bootstrap(deps, config)) console.log(line);
  } finally {
    await deps.close();
  }
});
