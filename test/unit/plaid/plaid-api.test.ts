import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlaidGateway, type PlaidApi } from '../../../src/plaid/plaid-api.js';

let answer: (response: ServerResponse) => void;
let requests = 0;
let api: PlaidApi;
const gateway = createPlaidGateway();
const server = createServer((request, response) => {
  requests += 1;
  request.resume();
  answer(response);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  api = gateway({ baseUrl: `http://127.0.0.1:${port}`, clientId: 'client', secret: 'secret' });
});
afterAll(() => {
  gateway.close();
  server.close();
});

const failWith = (error_code: string, error_message: string): void => {
  answer = (response) =>
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error_type: 'INVALID_INPUT', error_code, error_message }));
};
const options = { timeoutMs: 5_000 };

describe('removeItem', () => {
  it.each([
    ['ITEM_NOT_FOUND', 'the Item you requested cannot be found'],
    ['INVALID_ACCESS_TOKEN', 'could not find matching access token'],
  ])('takes %s for the end of the Item', async (code, message) => {
    failWith(code, message);
    await expect(api.removeItem('access-sandbox-1', options)).resolves.toBeUndefined();
  });

  it('does not take a token of another environment for it: that Item lives on', async () => {
    failWith('INVALID_ACCESS_TOKEN', 'provided access token is for the wrong Plaid environment');
    await expect(api.removeItem('access-sandbox-1', options)).rejects.toMatchObject({
      errorCode: 'INVALID_ACCESS_TOKEN',
    });
  });
});

it.each(['', '{"item": {"item_id": "it', '{}', '[]', 'null', '{"item": null}', '{"key": {"alg": "ES256"}}'])(
  'takes %s for no answer',
  async (text) => {
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const unreadable = { name: 'PlaidError', errorClass: 'retry' };
    await expect(api.getItem('access-sandbox-1', options)).rejects.toMatchObject(unreadable);
    await expect(api.getWebhookVerificationKey('kid', options)).rejects.toMatchObject(unreadable);
    await expect(api.getAccounts('access-sandbox-1', options)).rejects.toMatchObject(unreadable);
    await expect(api.syncPage('access-sandbox-1', null, options)).rejects.toMatchObject(unreadable);
  },
);

it('hands neither token nor keys to wherever a redirect leads', async () => {
  requests = 0;
  answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end();
  await expect(api.getItem('access-sandbox-1', options)).rejects.toMatchObject({ httpStatus: 307 });
  expect(requests).toBe(1);
});
