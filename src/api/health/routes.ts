import { z } from 'zod';
import type { Deps } from '../../deps.js';
import { isMigrated } from '../../db/migrate.js';
import { route, type Route } from '../route.js';

const up = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    database: z.enum(['ok', 'unreachable', 'not_migrated']),
    temporal: z
      .enum(['ok', 'unreachable'])
      .meta({ description: 'Does not decide: links and webhooks are taken while Temporal is away.' }),
  })
  .meta({ id: 'Readiness' });

/** Probes come every few seconds; an answer must not wait for a hanging server. */
const PROBE_MS = 1_500;

const within = <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export function createHealthRoutes({ db, temporal: temporalClient }: Pick<Deps, 'db' | 'temporal'>): Route[] {
  const databaseState = async (): Promise<z.output<typeof readiness>['database']> => {
    try {
      return (await within(PROBE_MS, isMigrated(db))) ? 'ok' : 'not_migrated';
    } catch (error) {
      // undefined_table: reachable, but no migration has run yet.
      return (error as { code?: string }).code === '42P01' ? 'not_migrated' : 'unreachable';
    }
  };
  const temporalState = async (): Promise<'ok' | 'unreachable'> => {
    try {
      const { client } = temporalClient;
      const asked = client.withDeadline(Date.now() + PROBE_MS, () =>
        client.workflowService.getSystemInfo({}),
      );
      await within(PROBE_MS, asked);
      return 'ok';
    } catch {
      return 'unreachable';
    }
  };
  return [
    route({
      method: 'get',
      path: '/healthz',
      tag: 'Health',
      summary: 'The process is up',
      auth: 'none',
      responses: { 200: { description: 'Always.', schema: up } },
      handle: async () => ({ status: 200, body: { status: 'ok' as const } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      tag: 'Health',
      summary: 'The process can serve requests',
      auth: 'none',
      responses: {
        200: { description: 'The database is reachable and migrated.', schema: readiness },
        503: { description: 'It is not.', schema: readiness },
      },
      handle: async () => {
        const [database, temporal] = await Promise.all([databaseState(), temporalState()]);
        return database === 'ok'
          ? { status: 200, body: { status: 'ready' as const, database, temporal } }
          : { status: 503, body: { status: 'not_ready' as const, database, temporal } };
      },
    }),
  ];
}
