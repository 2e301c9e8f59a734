import { freePort } from '../../local/port.js';
import type { Bench } from './bench.js';
import type { Child } from './child.js';
import type { Tenant } from './tenant.js';

export interface ProgramsOptions {
  /** Base URL that integrations may use besides Plaid's. */
  plaidUrl: string;
  taskQueue: string;
  /** QUICK_SYNC. */
  quickSync?: boolean;
}

export interface RunningProgram extends Child {
  url: string;
}

async function environment(
  bench: Bench,
  tenant: Tenant,
  options: ProgramsOptions,
): Promise<Record<string, string>> {
  return {
    DATABASE_URL: tenant.databaseUrl,
    TEMPORAL_ADDRESS: await bench.temporalAddress(),
    TEMPORAL_TASK_QUEUE: options.taskQueue,
    ENCRYPTION_KEYS: tenant.encryptionKeys,
    PLAID_ALLOWED_BASE_URLS: options.plaidUrl,
    QUICK_SYNC: options.quickSync === false ? 'off' : 'on',
    // Nothing is lost here, and a sweep in the middle of one contender would be unfair to it.
    SWEEP_INTERVAL: '1h',
    // The budget is counted, and never met.
    PLAID_RATE_SCALE: '100000',
    HOST: '127.0.0.1',
    WORKER_HOST: '127.0.0.1',
  };
}

/** The API as `npm start` runs it. */
export async function startApi(
  bench: Bench,
  tenant: Tenant,
  options: ProgramsOptions,
): Promise<RunningProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...(await environment(bench, tenant, options)), PORT: String(port), PUBLIC_URL: url };
  const child = await bench.startChild({
    name: `api-${port}`,
    file: 'dist/src/api/main.js',
    env,
    healthUrl: `${url}/readyz`,
  });
  return { ...child, url };
}

/** A worker as `npm start` runs it. */
export async function startWorker(
  bench: Bench,
  tenant: Tenant,
  options: ProgramsOptions,
): Promise<RunningProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...(await environment(bench, tenant, options)), WORKER_PORT: String(port) };
  const child = await bench.startChild({
    name: `worker-${port}`,
    file: 'dist/src/worker/main.js',
    env,
    healthUrl: `${url}/readyz`,
  });
  return { ...child, url };
}
