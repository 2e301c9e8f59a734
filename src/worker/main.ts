import { DefaultLogger, Runtime } from '@temporalio/worker';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, loadConfig } from '../config/index.js';
import { loadTemporalConfig } from '../config/temporal.js';
import { createDeps } from '../deps.js';
import { armFailpoints } from '../failpoints.js';
import { awaitTermination } from '../termination.js';
import { startHealthServer } from './health-server.js';
import { createWorkerMetrics } from './metrics.js';
import { runWorker } from './run.js';

async function main(): Promise<void> {
  const config = loadConfig();
  const temporal = loadTemporalConfig();
  const deps = createDeps({ config, temporal, name: 'ardea-worker' });
  const { logger } = deps;
  armFailpoints(config.FAILPOINTS, logger);
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      logger[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message);
    }),
    // The process decides itself when to stop: awaitTermination below.
    shutdownSignals: [],
  });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  deps.rateMetrics.register(metrics);
  const running = runWorker(deps, temporal, createWorkerMetrics(metrics, deps.db));
  const server = await startHealthServer({
    host: config.WORKER_HOST,
    port: config.WORKER_PORT,
    health: running.health,
    metrics,
  });
  logger.info({ port: server.port }, 'worker started');
  void awaitTermination({ supervised: config.ARDEA_SUPERVISED }).then((reason) => {
    logger.info({ reason }, 'worker is stopping');
    running.stop();
  });
  try {
    await running.done;
  } finally {
    await server.close();
    await deps.close();
  }
  logger.info('worker stopped');
}

main().catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (error instanceof ConfigError) process.stderr.write(`ardea-worker: ${error.message}\n`);
  else if (taken)
    process.stderr.write(
      'ardea-worker: cannot start: the port of WORKER_PORT is taken; set WORKER_PORT to another one\n',
    );
  else
    process.stderr.write(
      `worker failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(1);
});
