import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../support/api.js';
import {
  ageSessions,
  callerWith,
  COOKIE,
  cookieOf,
  createPerson,
  createUser,
  logIn,
  OWN_ORIGIN,
  PASSWORD,
  type SessionAnswer,
} from '../../support/people.js';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});

afterAll(() => api?.close());

const alive = async (cookie: string): Promise<boolean> =>
  (await callerWith(api, cookie)('GET', '/api/session')).status === 200;

describe('POST /api/session', () => {
  it('opens a session with a cookie that scripts and other sites cannot use', async () => {
    const { userId, email } = await createUser(api, 'member');
    const answer = await logIn(api, email.toUpperCase());
    expect(answer.status).toBe(201);
    expect(answer.json.session.user).toMatchObject({ email, role: 'member', name: null });
    expect(answer.json.session.organization.name).toBe('Own');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [pair, ...attributes] = answer.headers.get('set-cookie')!.split('; ');
    expect(pair).toMatch(/^__Host-ardea_session=[\w-]{43}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Lax', 'Secure']);
    const { rows } = await api.deps.db.raw<{ rows: { text: string }[] }>(
      'select s::text as text from sessions s',
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(pair!.split('=')[1]);
    expect((await api.deps.users.find(api.organizationId, userId))?.last_login_at).not.toBeNull();
  });

  it('ends the session that the browser had before, once the new one is there', async () => {
    const person = await createPerson(api, 'member');
    const again = (password: string) => logIn(api, person.email, password, { cookie: person.cookie });
    expect((await again('not the password')).status).toBe(401);
    expect(await alive(person.cookie)).toBe(true);
    const answer = await again(PASSWORD);
    expect(answer.status).toBe(201);
    expect([await alive(person.cookie), await alive(cookieOf(answer))]).toEqual([false, true]);
  });

  it('answers a wrong password, no such user and a deactivated one alike', async () => {
    const { userId, email } = await createUser(api, 'member');
    const wrong = await logIn<{ error: string; description: string }>(api, email, 'not the password');
    const nobody = await logIn<{ error: string }>(api, 'nobody@people.example');
    const changed = await api.deps.users.update(api.organizationId, userId, { isActive: false });
    expect(changed.kind).toBe('changed');
    const inactive = await logIn<{ error: string }>(api, email);
    for (const answer of [wrong, nobody, inactive]) {
      expect(answer.status).toBe(401);
      expect({ ...answer.json, request_id: '' }).toEqual({ ...wrong.json, request_id: '' });
      expect(answer.json.error).toBe('session.wrong_credentials');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      // A browser would ask for the password itself.
      expect(answer.headers.get('www-authenticate')).not.toContain('Basic');
    }
  });

  it('opens nothing for a password that was changed while it was checked', async () => {
    const { userId } = await createUser(api, 'member');
    const before = await api.deps.users.passwordHash(userId);
    await api.deps.users.setPassword(userId, await api.deps.passwords.hash('another one by now'));
    expect(await api.deps.sessions.open(userId, before!)).toBeNull();
  });

  it('has a plain cookie where there is no TLS', async () => {
    const plain = await createTestApi({ settings: { PUBLIC_URL: 'http://localhost:3000' } });
    try {
      const { email } = await createUser(plain, 'admin');
      const answer = await logIn(plain, email, PASSWORD, { origin: 'http://localhost:3000' });
      expect(answer.headers.get('set-cookie')).toMatch(/^ardea_session=/);
      expect(answer.headers.get('set-cookie')).not.toContain('Secure');
    } finally {
      await plain.close();
    }
  });
});

describe('a session', () => {
  it('stands for a key on every route, for its own organisation only', async () => {
    const person = await createPerson(api, 'member');
    const stranger = await createPerson(api, 'admin', api.foreignOrganizationId);
    const created = await person.call('POST', '/api/end_users', { body: { end_user_id: 'of-a-person' } });
    expect(created.status).toBe(201);
    expect((await api.call('GET', '/api/end_users/of-a-person')).status).toBe(200);
    expect((await stranger.call('GET', '/api/end_users/of-a-person')).status).toBe(404);
  });

  it('is not asked for where there is a key, which wins', async () => {
    const person = await createPerson(api, 'member');
    const bad = await person.call('GET', '/api/end_users', { key: `key_${'0'.repeat(48)}` });
    expect([bad.status, bad.json.error]).toEqual([401, 'auth.invalid']);
    const good = await person.call('POST', '/api/end_users', {
      key: api.foreignKey,
      headers: { origin: 'https://evil.example' },
      body: { end_user_id: 'of-the-key' },
    });
    expect(good.status).toBe(201);
    expect((await api.call('GET', '/api/end_users/of-the-key', { key: api.foreignKey })).status).toBe(200);
    expect((await api.call('GET', '/api/end_users/of-the-key')).status).toBe(404);
  });

  it('ends by idling, and is kept by requests', async () => {
    const person = await createPerson(api, 'member');
    await ageSessions(api, person.userId, '11 hours 59 minutes');
    expect(await alive(person.cookie)).toBe(true);
    await ageSessions(api, person.userId, '11 hours 59 minutes');
    expect(await alive(person.cookie)).toBe(true);
    await ageSessions(api, person.userId, '12 hours 1 minute');
    const ended = await person.call('GET', '/api/end_users');
    expect([ended.status, ended.json.error]).toEqual([401, 'session.expired']);
    expect(ended.headers.get('www-authenticate')).not.toContain('Basic');
  });

  it('is not kept by what a page asks by itself, and tells when it ends', async () => {
    const person = await createPerson(api, 'member');
    const background = { 'x-ardea-background': '1' };
    await ageSessions(api, person.userId, '7 hours');
    const read = await person.call<SessionAnswer>('GET', '/api/session', { headers: background });
    expect(read.status).toBe(200);
    const left = Date.parse(read.json.session.idle_expires) - Date.now();
    expect(left).toBeLessThan(5.1 * 3_600_000);
    const stopping = new AbortController();
    const stream = await fetch(`${api.url}/api/events`, {
      headers: { cookie: person.cookie },
      signal: stopping.signal,
    });
    expect(stream.status).toBe(200);
    stopping.abort();
    await ageSessions(api, person.userId, '6 hours');
    expect((await person.call('GET', '/api/session', { headers: background })).status).toBe(401);
    expect((await fetch(`${api.url}/api/events`, { headers: { cookie: person.cookie } })).status).toBe(401);
    expect(await alive(person.cookie)).toBe(false);
  });

  it('ends after seven days whatever is done', async () => {
    const person = await createPerson(api, 'member');
    for (let day = 0; day < 13; day++)
      await ageSessions(api, person.userId, '11 hours').then(() => alive(person.cookie));
    const { json } = await person.call<SessionAnswer>('GET', '/api/session');
    expect(Date.parse(json.session.idle_expires)).toBeLessThanOrEqual(
      Date.parse(json.session.expires) + 43_200_000,
    );
    await ageSessions(api, person.userId, '11 hours').then(() => alive(person.cookie));
    expect(await alive(person.cookie)).toBe(true);
    await ageSessions(api, person.userId, '11 hours').then(() => alive(person.cookie));
    await ageSessions(api, person.userId, '4 hours');
    expect(await alive(person.cookie)).toBe(false);
  });

  it('ends at log-out, here or everywhere', async () => {
    const person = await createPerson(api, 'read_only');
    const [second, third] = [await logIn(api, person.email), await logIn(api, person.email)].map(cookieOf);
    const out = await person.call('DELETE', '/api/session');
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(new RegExp(`^${COOKIE}=; .*Max-Age=0`));
    expect([await alive(person.cookie), await alive(second!), await alive(third!)]).toEqual([
      false,
      true,
      true,
    ]);
    expect((await callerWith(api, second!)('DELETE', '/api/sessions')).status).toBe(204);
    expect([await alive(second!), await alive(third!)]).toEqual([false, false]);
  });

  it.each([
    ['role', { role: 'admin' as const }],
    ['activity', { isActive: false }],
  ])('ends with a change of %s', async (_what, changes) => {
    const person = await createPerson(api, 'member');
    await api.deps.users.update(api.organizationId, person.userId, { name: 'Renamed' });
    expect(await alive(person.cookie)).toBe(true);
    await api.deps.users.update(api.organizationId, person.userId, changes);
    expect(await alive(person.cookie)).toBe(false);
  });

  it('is known to be live without being kept by it', async () => {
    const person = await createPerson(api, 'member');
    const { id } = await api.deps
      .db('sessions')
      .where({ user_id: person.userId })
      .first<{ id: string }>('id');
    await ageSessions(api, person.userId, '11 hours');
    expect(await api.deps.sessions.isLive(id)).toBe(true);
    await ageSessions(api, person.userId, '2 hours');
    expect(await api.deps.sessions.isLive(id)).toBe(false);
  });

  it('is needed where a person is meant: keys are refused, and told so', async () => {
    const { status, json } = await api.call('GET', '/api/session');
    expect([status, json.error]).toEqual([403, 'session.needed']);
    const nobody = await api.call('GET', '/api/session', { key: null });
    expect([nobody.status, nobody.json.error]).toEqual([401, 'session.missing']);
  });
});

describe('PUT /api/session/password', () => {
  it('changes it, ends all other sessions and renews this one', async () => {
    const person = await createPerson(api, 'read_only');
    const other = cookieOf(await logIn(api, person.email));
    const body = { current_password: PASSWORD, new_password: 'six egrets at dusk' };
    const changed = await person.call('PUT', '/api/session/password', { body });
    expect(changed.status).toBe(200);
    expect([await alive(other), await alive(person.cookie), await alive(cookieOf(changed))]).toEqual([
      false,
      false,
      true,
    ]);
    expect((await logIn(api, person.email)).status).toBe(401);
    expect((await logIn(api, person.email, body.new_password)).status).toBe(201);
  });

  it('refuses a wrong password, and a weak one', async () => {
    const person = await createPerson(api, 'member');
    const put = (current_password: string, new_password: string) =>
      person.call<{ error: string; description: unknown }>('PUT', '/api/session/password', {
        body: { current_password, new_password },
      });
    const wrong = await put('not the password', 'six egrets at dusk');
    expect([wrong.status, wrong.json.error]).toEqual([422, 'session.wrong_password']);
    const weak = await put(PASSWORD, 'Password1234');
    expect([weak.status, weak.json.description]).toEqual([
      422,
      { json: { new_password: [expect.stringContaining('anybody would guess')] } },
    ]);
    expect(await alive(person.cookie)).toBe(true);
  });
});

describe('POST /api/session/confirm', () => {
  const newIntegration = { integration: { name: 'x' } };

  it('is needed for secrets once the log-in is ten minutes old', async () => {
    const admin = await createPerson(api, 'admin');
    const create = () => admin.call('POST', '/api/integrations', { body: newIntegration });
    // The body lacks keys: the answer tells whether it came so far.
    expect((await create()).json.error).toBe('request.invalid');
    await ageSessions(api, admin.userId, '11 minutes');
    const body = {
      integration: {
        ...{ name: 'x', type: 'plaid', resource: 'transaction', base_url: 'https://sandbox.plaid.com' },
        ...{ client_id: 'a', client_secret: 'b' },
      },
    };
    const late = await admin.call('POST', '/api/integrations', { body });
    expect([late.status, late.json.error]).toEqual([403, 'session.unconfirmed']);
    const who = await admin.call<SessionAnswer>('GET', '/api/session');
    expect(who.json.session.confirmed_until).toBeNull();
    const wrong = await admin.call('POST', '/api/session/confirm', { body: { password: 'wrong' } });
    expect([wrong.status, wrong.json.error]).toEqual([422, 'session.wrong_password']);
    const right = await admin.call<SessionAnswer>('POST', '/api/session/confirm', {
      body: { password: PASSWORD },
    });
    expect(Date.parse(right.json.session.confirmed_until!)).toBeGreaterThan(Date.now() + 9 * 60_000);
  });

  it('slows guessing with a stolen session down', async () => {
    const person = await createPerson(api, 'member');
    const guess = () => person.call('POST', '/api/session/confirm', { body: { password: 'a guess' } });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await guess()).status);
    expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
    expect(await alive(person.cookie)).toBe(true);
    expect((await logIn(api, person.email)).status).toBe(201);
  });
});

describe('the origin of a write', () => {
  it.each([
    ['our own', { origin: OWN_ORIGIN }, 204],
    ['another site', { origin: 'https://evil.example' }, 403],
    ['our host without TLS', { origin: 'http://ardea.example' }, 403],
    ['an opaque one', { origin: 'null' }, 403],
    ['none, from the same site', { origin: '', 'sec-fetch-site': 'same-origin' }, 204],
    ['none, from a neighbour', { origin: '', 'sec-fetch-site': 'same-site' }, 403],
    ['none, and nothing told', { origin: '' }, 403],
  ])('%s', async (_which, headers, status) => {
    const person = await createPerson(api, 'member');
    const answer = await person.call('DELETE', '/api/session', { headers });
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.json.error).toBe('auth.cross_site');
      expect(await alive(person.cookie)).toBe(true);
    }
  });

  it('may be that of the host that is asked, behind whatever PUBLIC_URL', async () => {
    const person = await createPerson(api, 'member');
    expect((await person.call('DELETE', '/api/session', { headers: { origin: api.url } })).status).toBe(204);
  });

  it('is looked at for a log-in too, and never for reading', async () => {
    const person = await createPerson(api, 'member');
    const foreign = await logIn<{ error: string }>(api, person.email, PASSWORD, {
      origin: 'https://evil.example',
    });
    expect([foreign.status, foreign.json.error]).toEqual([403, 'auth.cross_site']);
    const read = await person.call('GET', '/api/session', { headers: { origin: 'https://evil.example' } });
    expect(read.status).toBe(200);
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
  });
});
