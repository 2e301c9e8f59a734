import type { z } from 'zod';
import type { sessionAnswer } from '../../src/api/session/schema.js';
import type { Role } from '../../src/domain/roles.js';
import type { TestAnswer, TestApi, TestRequest } from './api.js';

export type SessionAnswer = z.output<typeof sessionAnswer>;

export const PASSWORD = 'four herons at dawn';
/** Of the dashboard's own pages; the test API's PUBLIC_URL. */
export const OWN_ORIGIN = 'https://ardea.example';
export const COOKIE = '__Host-ardea_session';

export interface Person {
  userId: string;
  email: string;
  cookie: string;
  /** As a page of the dashboard would: with the cookie and our own origin, without a key. */
  call<T = { error: string; description: string }>(
    method: string,
    path: string,
    request?: TestRequest,
  ): Promise<TestAnswer<T>>;
}

/** `name=value` of the session cookie that an answer sets; '' when it sets none. */
export const cookieOf = ({ headers }: { headers: Headers }): string =>
  headers.get('set-cookie')?.split(';')[0] ?? '';

export const logIn = <T = SessionAnswer>(
  api: TestApi,
  email: string,
  password = PASSWORD,
  headers: Record<string, string> = {},
): Promise<TestAnswer<T>> =>
  api.call<T>('POST', '/api/session', {
    key: null,
    headers: { origin: OWN_ORIGIN, ...headers },
    body: { email, password },
  });

/** How a browser with this cookie calls. */
export const callerWith =
  (api: TestApi, cookie: string): Person['call'] =>
  (method, path, { headers = {}, ...request } = {}) =>
    api.call(method, path, { key: null, ...request, headers: { cookie, origin: OWN_ORIGIN, ...headers } });

let people = 0;

/** A user of the organisation, without a session. */
export const createUser = async (
  api: TestApi,
  role: Role,
  organizationId = api.organizationId,
): Promise<{ userId: string; email: string }> => {
  const email = `${role}-${++people}@people.example`;
  const passwordHash = await api.deps.passwords.hash(PASSWORD);
  const userId = await api.deps.users.create({ organizationId, email, passwordHash, role });
  if (userId === null) throw new Error(`${email} exists`);
  return { userId, email };
};

/** A user who has logged in. */
export const createPerson = async (
  api: TestApi,
  role: Role,
  organizationId = api.organizationId,
): Promise<Person> => {
  const { userId, email } = await createUser(api, role, organizationId);
  const answer = await logIn(api, email);
  if (answer.status !== 201) throw new Error(`${email} cannot log in: ${answer.text}`);
  const cookie = cookieOf(answer);
  return { userId, email, cookie, call: callerWith(api, cookie) };
};

/** Lets time pass for the sessions of a user, as far as they know. */
export const ageSessions = (api: TestApi, userId: string, age: string): Promise<unknown> =>
  api.deps.db.raw(
    `update sessions set created_at = created_at - :age::interval, seen_at = seen_at - :age::interval,
            confirmed_at = confirmed_at - :age::interval where user_id = :userId`,
    { userId, age },
  );
