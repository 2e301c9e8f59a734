import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const page = new EventTarget();
const asked: (string | null)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://localhost:3000/items'));
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('fetch', async ({ headers }: Request) => {
    asked.push(headers.get('x-ardea-background'));
    return Response.json({ hello: 'world' });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('says of what is read while nobody is there that the page asks by itself', async () => {
  const { api } = await import('../../../dashboard/src/api/client');
  const read = () => api.GET('/api/hello_world');
  await read();
  vi.advanceTimersByTime(61_000);
  await read();
  await api.DELETE('/api/session');
  page.dispatchEvent(new Event('keydown'));
  await read();
  expect(asked).toEqual([null, '1', null, null]);
});
