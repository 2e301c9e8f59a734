import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { TestProject } from 'vitest/node';
import { createTestPostgresServer } from './postgres-server.js';
import { createTestTemporalServer } from './temporal-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask the run's servers from: `broker.ts`. */
    brokerUrl: string;
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
};

/**
 * Test files run in processes of their own and share one PostgreSQL and one Temporal, which live here, in Vitest's main
 * process, and are started by the first file that asks: a run of unit tests alone starts neither.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const postgres = createTestPostgresServer();
  const temporal = createTestTemporalServer();

  const answers: Record<string, (body: Record<string, unknown>) => Promise<unknown>> = {
    '/databases/create': (body) => postgres.createDatabase({ migrated: body['migrated'] !== false }),
    '/databases/drop': (body) => postgres.dropDatabase(String(body['url'])),
    '/temporal': () => temporal.address(),
  };

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    try {
      const respond = answers[request.url ?? ''];
      if (respond === undefined) return { status: 404, body: { error: `no ${request.url}` } };
      return { status: 200, body: { result: (await respond(await bodyOf(request))) ?? null } };
    } catch (error) {
      return {
        status: 500,
        body: { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      };
    }
  };

  const broker = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  broker.requestTimeout = 0; // a first Temporal build takes minutes
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const address = broker.address();
  if (address === null || typeof address === 'string') throw new Error('The broker has no port.');
  project.provide('brokerUrl', `http://127.0.0.1:${address.port}`);

  return async () => {
    broker.closeAllConnections();
    broker.close();
    await Promise.all([temporal.stop(), postgres.stop()]);
  };
};
