import { z } from 'zod';
import { route, type Route } from '../route.js';

const hello = z.object({ hello: z.string() }).meta({ id: 'Hello' });

export function createHelloRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/hello_world',
      tag: 'Hello',
      summary: 'Tells that the API answers',
      auth: 'none',
      responses: { 200: { description: 'It does.', schema: hello } },
      handle: async () => ({ status: 200, body: { hello: 'world' } }),
    }),
    route({
      method: 'get',
      path: '/api/hello_world/authenticated',
      role: 'read_only',
      tag: 'Hello',
      summary: 'Tells that the API key is good',
      responses: { 200: { description: 'It is.', schema: hello } },
      handle: async () => ({ status: 200, body: { hello: 'world' } }),
    }),
  ];
}
