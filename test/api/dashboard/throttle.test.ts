import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../support/api.js';
import { createUser, logIn } from '../../support/people.js';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi({ settings: { TRUSTED_PROXIES: '1' } });
});
beforeEach(() => api.deps.db('login_buckets').delete());
afterAll(() => api?.close());

const attempt = (email: string, address: string, password?: string) =>
  logIn<{ error: string }>(api, email, password, { 'x-forwarded-for': `spoofed, ${address}` });

const guesses = async (email: string, addressOf: (n: number) => string, many: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (let n = 0; n < many; n++) statuses.push((await attempt(email, addressOf(n), 'a guess')).status);
  return statuses;
};

const pass = (interval: string): Promise<unknown> =>
  api.deps.db.raw('update login_buckets set due_at = due_at - ?::interval', [interval]);

it('slows the guessing of one account down, from however many addresses, user or not', async () => {
  const { email } = await createUser(api, 'member');
  for (const target of [email, 'nobody@people.example']) {
    expect(await guesses(target, (n) => `192.0.2.${n}`, 10)).toEqual(Array(10).fill(401));
    const refused = await attempt(target, '192.0.2.99');
    expect([refused.status, refused.json.error]).toEqual([429, 'session.too_many_attempts']);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
  }
  // Nobody is locked out: the right password has its chance each minute.
  await pass('1 minute');
  expect((await attempt(email, '192.0.2.99')).status).toBe(201);
});

it('lets nothing slip through at once', async () => {
  const { email } = await createUser(api, 'member');
  const statuses = await Promise.all(
    Array.from({ length: 16 }, async (_, n) => (await attempt(email, `198.51.100.${n}`, 'a guess')).status),
  );
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(6);
});

it('does not hold up who comes from where they have logged in before', async () => {
  const { email } = await createUser(api, 'member');
  expect((await attempt(email, '203.0.113.5')).status).toBe(201);
  await guesses(email, (n) => `192.0.2.${n}`, 11);
  expect((await attempt(email, '192.0.2.200')).status).toBe(429);
  expect((await attempt(email, '203.0.113.5')).status).toBe(201);
});

it('slows one address down at whatever accounts, IPv6 by network', async () => {
  const { email } = await createUser(api, 'member');
  for (let n = 0; n < 30; n++)
    expect((await attempt(`nobody-${n}@people.example`, `2001:db8:0:7::${n.toString(16)}`, 'x')).status).toBe(
      401,
    );
  expect((await attempt(email, '2001:db8:0:7:ffff::1')).status).toBe(429);
  expect((await attempt(email, '2001:db8:0:8::1')).status).toBe(201);
});

it('counts failures only', async () => {
  const { email } = await createUser(api, 'member');
  for (let n = 0; n < 31; n++) expect((await attempt(email, '203.0.113.77')).status).toBe(201);
});

it('keeps neither addresses nor what was typed', async () => {
  await attempt('typed@people.example', '192.0.2.1', 'x');
  const { rows } = await api.deps.db.raw<{ rows: { text: string }[] }>(
    'select b::text as text from login_buckets b',
  );
  expect(rows).toHaveLength(2);
  expect(rows.map(({ text }) => text).join()).not.toMatch(/typed|192/);
});
