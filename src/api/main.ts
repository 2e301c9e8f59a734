import { ConfigError, loadConfig } from '../config/index.js';
import { loadTemporalConfig } from '../config/temporal.js';
import { createDeps } from '../deps.js';
import { armFailpoints } from '../failpoints.js';
import { awaitTermination } from '../termination.js';
import { createApp } from './app.js';
import { ListenError, listen } from './server.js';

/** Requests under way may take this long after SIGTERM; long polls end at once. */
const DRAIN_MS = 10_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const deps = createDeps({ config, temporal: loadTemporalConfig(), name: 'ardea-api' });
  armFailpoints(config.FAILPOINTS, deps.logger);
  const stopping = new AbortController();
  try {
    const app = createApp(deps, { stopping: stopping.signal });
    const server = await listen(app, { host: config.HOST, port: config.PORT });
    deps.logger.info({ port: server.port, public_url: config.PUBLIC_URL }, 'API is up');
    const reason = await awaitTermination({ supervised: config.ARDEA_SUPERVISED });
    deps.logger.info({ reason }, 'API is stopping');
    stopping.abort();
    await server.stop(DRAIN_MS);
  } finally {
    await deps.close();
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof ListenError;
  process.stderr.write(`ardea-api: ${expected ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
});
