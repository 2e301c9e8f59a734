import { once } from 'node:events';
import { Writable } from 'node:stream';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createErrorAnswers } from '../../../src/api/middleware/errors.js';
import { createRequestContext } from '../../../src/api/middleware/request-context.js';

/** One request against an app that throws; answers what was logged and sent. */
const failWith = async (error: Error): Promise<{ log: Record<string, unknown>; sent: string }> => {
  let lines = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk);
      done();
    },
  });
  const app = new Koa();
  app.use(createRequestContext(pino({}, stream)));
  app.use(createErrorAnswers({ read: () => undefined }));
  app.use(() => {
    throw error;
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/api/end_users/jane?cursor=private`, {
    headers: { 'x-api-key': 'key_secret', 'x-request-id': 'trace-7' },
  });
  const sent = await answer.text();
  await new Promise((resolve) => server.close(resolve));
  return { log: JSON.parse(lines) as Record<string, unknown>, sent };
};

describe('request log', () => {
  it('tells of a bug with its stack, and neither values of rows nor keys nor who was asked for', async () => {
    const error = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      detail: 'Key (name)=(Jane Doe) already exists.',
      where: 'COPY transactions, line 1: "Fertility Clinic"',
    });
    const { log, sent } = await failWith(error);
    expect(log).toMatchObject({
      request_id: 'trace-7',
      status: 500,
      method: 'GET',
      failure: { message: 'duplicate key value', code: '23505' },
    });
    expect(JSON.stringify(log)).not.toMatch(/Jane Doe|Fertility|key_secret|private|jane/);
    expect(JSON.parse(sent)).toMatchObject({ code: 500, error: 'internal.error', request_id: 'trace-7' });
    expect(sent).not.toContain('duplicate');
  });
});
