import type { Context } from 'koa';
import { expect, it } from 'vitest';
import { createTransportSecurity } from '../../../src/api/middleware/transport-security.js';

const headerOf = async (publicUrl: string, host: string): Promise<string | undefined> => {
  const set = new Map<string, string>();
  const ctx = { get: () => host, set: (name: string, value: string) => set.set(name, value) };
  await createTransportSecurity(publicUrl)(ctx as unknown as Context, async () => undefined);
  return set.get('strict-transport-security');
};

it.each([
  ['https://ardea.example', 'ardea.example', 'max-age=31536000'],
  ['https://ardea.example:8443', 'ardea.example:8443', 'max-age=31536000'],
  ['https://ardea.example', 'localhost:3000', undefined],
  ['https://localhost:3000', 'localhost:3000', undefined],
  ['http://ardea.example', 'ardea.example', undefined],
])('PUBLIC_URL %s asked as %s: %s', async (publicUrl, host, header) => {
  expect(await headerOf(publicUrl, host)).toBe(header);
});
