import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLocalConfig } from '../../local/config.js';
import { freePort } from '../../local/port.js';
import { portConflicts } from '../../local/port-check.js';

const freePorts = async () => ({
  api: await freePort(),
  worker: await freePort(),
  simulator: await freePort(),
  postgres: await freePort(),
  temporal: await freePort(),
  temporalUi: await freePort(),
});

const listen = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
};

describe('ports that are taken', () => {
  it('are named with the part and the variable that changes them, all at once', async () => {
    const ports = { ...(await freePorts()), api: await listen(), postgres: await listen() };
    const lines = await portConflicts({ ...readLocalConfig(), host: '127.0.0.1', ports });
    expect(lines).toEqual([
      `Port ${ports.api}, for API, is taken by another program. Set PORT to a free one.`,
      `Port ${ports.postgres}, for PostgreSQL, is taken by another program. Set POSTGRES_PORT to a free one.`,
    ]);
  });

  it('do not matter for a part that runs elsewhere', async () => {
    const ports = { ...(await freePorts()), postgres: await listen(), temporal: await listen() };
    const config = {
      ...readLocalConfig(),
      ports,
      databaseUrl: 'postgres://elsewhere/x',
      temporalAddress: 'elsewhere:7233',
    };
    expect(await portConflicts(config)).toEqual([]);
  });

  it('are named when two parts are set to the same one', async () => {
    const ports = await freePorts();
    const lines = await portConflicts({ ...readLocalConfig(), ports: { ...ports, worker: ports.api } });
    expect(lines).toEqual([
      `Port ${ports.api} is set for API (PORT) and for worker (WORKER_PORT): change one.`,
    ]);
  });
});
