import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  newInviteAnswer,
  passwordReset,
  userAnswer,
  usersAnswer,
} from '../../../src/api/users/schema.js';
import { toPublicId } from '../../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../../support/api.js';
import { ageSessions, callerWith, createPerson, logIn, PASSWORD, type Person } from '../../support/people.js';

let api: TestApi;
let admin: Person;

beforeAll(async () => {
  api = await createTestApi();
  admin = await createPerson(api, 'admin');
});

afterAll(() => api?.close());

const NEW = 'seven cranes by the lake';

const invite = (email: string, role = 'member') =>
  admin.call<z.output<typeof newInviteAnswer>>('POST', '/api/users/invites', {
    body: { invite: { email, role } },
  });

const tokenOf = (url: string): string => {
  expect(url).toMatch(/^https:\/\/ardea\.example\/invite#token=[\w-]{43}$/);
  return url.split('#token=')[1]!;
};

const visitor = <T>(path: string, body: Record<string, unknown>) =>
  callerWith(api, '')<T & { error: string }>('POST', `/api/invites/${path}`, { body });

const userId = (person: { userId: string }): string => toPublicId('user', person.userId);

describe('an invite', () => {
  it('makes a user who can log in, once', async () => {
    const created = await invite('New@People.example', 'read_only');
    expect(created.status).toBe(201);
    expect(created.json.invite).toMatchObject({
      email: 'New@People.example',
      role: 'read_only',
      created_by: admin.email,
    });
    const token = tokenOf(created.json.url);
    const looked = await visitor<{ link: unknown }>('check', { token });
    expect(looked.json.link).toMatchObject({
      kind: 'invite',
      email: 'New@People.example',
      organization: { name: 'Own' },
    });
    const weak = await visitor<{ description: unknown }>('accept', { token, password: 'password1234' });
    expect([weak.status, weak.json.error]).toEqual([422, 'request.invalid']);
    const accepted = await visitor('accept', { token, password: NEW, name: 'New Person' });
    expect([accepted.status, accepted.json]).toEqual([200, { email: 'New@People.example' }]);
    const { status, json } = await logIn(api, 'new@people.example', NEW);
    expect([status, json.session.user.name, json.session.user.role]).toEqual([
      201,
      'New Person',
      'read_only',
    ]);
    for (const path of ['check', 'accept']) {
      const again = await visitor(path, { token, password: NEW });
      expect([again.status, again.json.error]).toEqual([410, 'invite.used']);
    }
    const taken = await invite('NEW@people.example');
    expect([taken.status, (taken.json as unknown as { error: string }).error]).toEqual([409, 'user.exists']);
  });

  it('is used by one of two who are at it at once', async () => {
    const token = tokenOf((await invite('race@people.example')).json.url);
    const both = await Promise.all(
      [NEW, `${NEW}!`].map((password) => visitor('accept', { token, password })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  it('says that it has expired, was withdrawn, or that there is none', async () => {
    const expired = await invite('late@people.example');
    const rowsOf = (email: string) => api.deps.db('one_time_links').where({ email });
    await rowsOf('late@people.example').update({ expires_at: new Date() });
    const first = await invite('twice@people.example');
    const second = await invite('TWICE@people.example');
    const gone = await invite('gone@people.example');
    const withdrawn = await admin.call('DELETE', `/api/users/invites/${gone.json.invite.heron_id}`);
    expect(withdrawn.status).toBe(204);
    const outcome = async (url: string): Promise<unknown[]> => {
      const { status, json } = await visitor('accept', { token: tokenOf(url), password: NEW });
      return [status, json.error];
    };
    expect(await outcome(expired.json.url)).toEqual([410, 'invite.expired']);
    expect(await outcome(first.json.url)).toEqual([410, 'invite.withdrawn']);
    expect(await outcome(gone.json.url)).toEqual([410, 'invite.withdrawn']);
    expect((await visitor('check', { token: 'x' })).json.error).toBe('invite.not_found');
    const listed = await admin.call<{ invites: { email: string; is_expired: boolean }[] }>(
      'GET',
      '/api/users/invites',
    );
    const mine = listed.json.invites.filter(({ email }) => /late|twice|gone/i.test(email));
    expect(mine.map(({ email, is_expired }) => [email, is_expired])).toEqual([
      ['TWICE@people.example', false],
      ['late@people.example', true],
    ]);
    expect((await visitor('check', { token: tokenOf(second.json.url) })).status).toBe(200);
  });

  it('is stored as a digest', async () => {
    const token = tokenOf((await invite('digest@people.example')).json.url);
    const { rows } = await api.deps.db.raw<{ rows: { text: string }[] }>(
      'select l::text as text from one_time_links l',
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(token);
  });

  it('cannot be accepted from another site', async () => {
    const answer = await callerWith(api, '')('POST', '/api/invites/accept', {
      headers: { origin: 'https://evil.example' },
      body: { token: 'x', password: NEW },
    });
    expect([answer.status, answer.json.error]).toEqual([403, 'auth.cross_site']);
  });

  it('refuses what is no address', async () => {
    const { status, json } = await invite('not an address');
    expect([status, (json as unknown as { description: unknown }).description]).toEqual([
      422,
      { json: { email: ['Must be an e-mail address.'] } },
    ]);
  });
});

describe('a password reset', () => {
  const reset = (person: { userId: string }) =>
    admin.call<z.output<typeof passwordReset> & { error: string }>(
      'POST',
      `/api/users/${userId(person)}/password_reset`,
    );

  it('sets the password once and ends the sessions', async () => {
    const person = await createPerson(api, 'member');
    const first = tokenOf((await reset(person)).json.url);
    const token = tokenOf((await reset(person)).json.url);
    expect((await visitor('check', { token: first })).json.error).toBe('invite.withdrawn');
    expect((await visitor<{ link: unknown }>('check', { token })).json.link).toMatchObject({
      kind: 'password_reset',
      email: person.email,
    });
    expect((await visitor('accept', { token, password: NEW })).status).toBe(200);
    expect((await person.call('GET', '/api/session')).status).toBe(401);
    expect((await logIn(api, person.email)).status).toBe(401);
    expect((await logIn(api, person.email, NEW)).status).toBe(201);
    expect((await visitor('accept', { token, password: NEW })).json.error).toBe('invite.used');
  });

  it('is withdrawn by a change of password and by deactivation, and not made for who is inactive', async () => {
    const person = await createPerson(api, 'member');
    const byPassword = tokenOf((await reset(person)).json.url);
    const change = { current_password: PASSWORD, new_password: NEW };
    expect((await person.call('PUT', '/api/session/password', { body: change })).status).toBe(200);
    expect((await visitor('check', { token: byPassword })).json.error).toBe('invite.withdrawn');
    const byActivity = tokenOf((await reset(person)).json.url);
    const path = `/api/users/${userId(person)}`;
    expect((await admin.call('PATCH', path, { body: { user: { is_active: false } } })).status).toBe(200);
    expect((await visitor('check', { token: byActivity })).json.error).toBe('invite.withdrawn');
    expect((await reset(person)).json.error).toBe('user.inactive');
  });
});

describe('PATCH /api/users/{id}', () => {
  it('changes name, role and activity', async () => {
    const person = await createPerson(api, 'read_only');
    const patch = (body: Record<string, unknown>) =>
      admin.call<z.output<typeof userAnswer>>('PATCH', `/api/users/${userId(person)}`, {
        body: { user: body },
      });
    expect((await patch({ name: 'Jane' })).json.user).toMatchObject({ name: 'Jane', role: 'read_only' });
    expect((await person.call('GET', '/api/session')).status).toBe(200);
    expect((await patch({ role: 'member' })).json.user).toMatchObject({ name: 'Jane', role: 'member' });
    expect((await person.call('GET', '/api/session')).status).toBe(401);
    expect((await patch({ is_active: false, name: null })).json.user).toMatchObject({
      name: null,
      is_active: false,
    });
    expect((await logIn(api, person.email)).status).toBe(401);
    expect((await patch({ is_active: true })).json.user.is_active).toBe(true);
    expect((await logIn(api, person.email)).status).toBe(201);
  });

  it('leaves an organisation its last administrator, also when two demote each other at once', async () => {
    const own = await createPerson(api, 'admin', api.foreignOrganizationId);
    const demote = (by: Person, whom: Person, body: Record<string, unknown> = { role: 'member' }) =>
      by.call('PATCH', `/api/users/${userId(whom)}`, { body: { user: body } });
    expect((await demote(own, own)).json.error).toBe('user.last_admin');
    expect((await demote(own, own, { is_active: false })).json.error).toBe('user.last_admin');
    expect((await own.call('GET', '/api/session')).status).toBe(200);
    const second = await createPerson(api, 'admin', api.foreignOrganizationId);
    await Promise.all([demote(own, second), demote(second, own)]);
    const left = await api.deps.users.list(api.foreignOrganizationId);
    expect(left.filter(({ role }) => role === 'admin')).toHaveLength(1);
  });

  it('knows nobody of another organisation', async () => {
    const stranger = await createPerson(api, 'member', api.foreignOrganizationId);
    const patched = await admin.call('PATCH', `/api/users/${userId(stranger)}`, {
      body: { user: { name: 'x' } },
    });
    expect([patched.status, patched.json.error]).toEqual([404, 'user.not_found']);
    const { json } = await admin.call<z.output<typeof usersAnswer>>('GET', '/api/users');
    expect(json.users.map(({ email }) => email)).not.toContain(stranger.email);
    expect(json.users.find(({ email }) => email === admin.email)).toMatchObject({
      role: 'admin',
      is_active: true,
    });
  });

  it('takes a password that was just given, and no key', async () => {
    const late = await createPerson(api, 'admin');
    await ageSessions(api, late.userId, '11 minutes');
    const answer = await late.call('PATCH', `/api/users/${userId(late)}`, { body: { user: { name: 'x' } } });
    expect([answer.status, answer.json.error]).toEqual([403, 'session.unconfirmed']);
    expect((await late.call('GET', '/api/users')).status).toBe(200);
    const byKey = await api.call('GET', '/api/users');
    expect([byKey.status, byKey.json.error]).toEqual([403, 'session.needed']);
  });
});
