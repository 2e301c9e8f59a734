import { loadConfig } from '../config/index.js';
import { loadTemporalConfig } from '../config/temporal.js';
import { createDeps } from '../deps.js';
import { setupTemporal } from '../temporal/setup.js';
import { bootstrap } from './bootstrap.js';
import { runProgram } from './program.js';

runProgram('setup', async () => {
  const config = loadConfig();
  const temporal = loadTemporalConfig();
  const deps = createDeps({ config, temporal, name: 'ardea-setup' });
  try {
    for (const line of await bootstrap(deps, config)) console.log(line);
    await setupTemporal(deps.temporal.client, deps.logger, {
      namespace: temporal.namespace,
      taskQueue: config.TEMPORAL_TASK_QUEUE,
      sweepIntervalMs: config.SWEEP_INTERVAL,
    });
    console.log(`Temporal namespace "${temporal.namespace}" is ready`);
  } finally {
    await deps.close();
  }
});
