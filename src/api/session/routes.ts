import type { Deps } from '../../deps.js';
import { AppError, invalidField } from '../../domain/errors.js';
import { passwordProblem } from '../../domain/password-rules.js';
import { sessionOf, type SessionCaller } from '../caller.js';
import { route, type Route } from '../route.js';
import { createSessionCookie } from './cookie.js';
import { createLogIn, type LogInDeps } from './log-in.js';
import { presentSession } from './present.js';
import { confirmation, credentials, passwordChange, sessionAnswer } from './schema.js';
import { createLoginThrottle } from './throttle.js';

const tag = 'Session';

export function createSessionRoutes(deps: LogInDeps & Pick<Deps, 'config'>): Route[] {
  const { users, passwords, sessions, config } = deps;
  const cookie = createSessionCookie(config.PUBLIC_URL, config.SESSION_LONGEST);
  const throttle = createLoginThrottle(deps.loginBuckets);
  const logIn = createLogIn(deps);
  const cleared = { 'set-cookie': cookie.clear() };

  /** A stolen session must not become a stolen password: guessing is as slow as at the log-in. */
  const assertPassword = async (
    { userId }: SessionCaller,
    field: string,
    password: string,
  ): Promise<void> => {
    const attempt = await throttle.confirmation(userId);
    if (!(await passwords.verify(await users.passwordHash(userId), password)))
      throw invalidField(field, 'This is not your password.', 'session.wrong_password');
    await attempt.succeeded();
  };

  return [
    route({
      method: 'post',
      path: '/api/session',
      tag,
      summary: 'Log in',
      description:
        'Answers a cookie that stands for an API key on all routes, within the role of the user, and ends the session that the browser had before. A browser must be on a page of this service (`Origin`).',
      auth: 'none',
      sameOrigin: true,
      body: { schema: credentials },
      responses: { 201: { description: 'Logged in; the cookie is set.', schema: sessionAnswer } },
      errors: [
        'auth.cross_site',
        'session.wrong_credentials',
        'session.too_many_attempts',
        'service.unavailable',
      ],
      async handle({ body: { email, password }, address, sessionToken }) {
        const { token, session } = await logIn(email.trim(), password, address);
        // The browser forgets its token: nobody could end it any more.
        if (sessionToken !== undefined) await sessions.endByToken(sessionToken);
        return {
          status: 201,
          body: { session: presentSession(session) },
          headers: { 'set-cookie': cookie.set(token) },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/session',
      tag,
      summary: 'Who am I',
      auth: 'session',
      role: 'read_only',
      responses: { 200: { description: 'The session of the cookie.', schema: sessionAnswer } },
      async handle({ caller }) {
        return { status: 200, body: { session: presentSession(sessionOf(caller).session) } };
      },
    }),

    route({
      method: 'delete',
      path: '/api/session',
      tag,
      summary: 'Log out',
      auth: 'session',
      role: 'read_only',
      responses: { 204: { description: 'The session has ended.' } },
      async handle({ caller }) {
        await sessions.end(sessionOf(caller).session.id);
        return { status: 204, headers: cleared };
      },
    }),

    route({
      method: 'delete',
      path: '/api/sessions',
      tag,
      summary: 'Log out everywhere',
      auth: 'session',
      role: 'read_only',
      responses: { 204: { description: 'All sessions of the user have ended, this one too.' } },
      async handle({ caller }) {
        await sessions.endAllOf(sessionOf(caller).userId);
        return { status: 204, headers: cleared };
      },
    }),

    route({
      method: 'post',
      path: '/api/session/confirm',
      tag,
      summary: 'Confirm with the password',
      description:
        'Needed within SESSION_CONFIRMED (10 minutes unless set) before secrets are set or shown and before data is erased; a log-in counts. Those requests answer `session.unconfirmed` otherwise.',
      auth: 'session',
      role: 'read_only',
      body: { schema: confirmation },
      responses: { 200: { description: 'Confirmed.', schema: sessionAnswer } },
      errors: ['session.wrong_password', 'session.too_many_attempts'],
      async handle({ caller, body: { password } }) {
        const { session, ...who } = sessionOf(caller);
        await assertPassword({ ...who, session }, 'password', password);
        const confirmed = await sessions.confirm(session.id);
        if (!confirmed) throw new AppError('session.expired');
        return { status: 200, body: { session: presentSession(confirmed) } };
      },
    }),

    route({
      method: 'put',
      path: '/api/session/password',
      tag,
      summary: 'Change my password',
      description: 'Ends all sessions of the user but this one, which gets a new cookie.',
      auth: 'session',
      role: 'read_only',
      body: { schema: passwordChange },
      responses: { 200: { description: 'Changed; a new cookie is set.', schema: sessionAnswer } },
      errors: ['session.wrong_password', 'session.too_many_attempts'],
      async handle({ caller, body }) {
        const who = sessionOf(caller);
        await assertPassword(who, 'current_password', body.current_password);
        const problem = passwordProblem(body.new_password, who.session.email);
        if (problem !== null) throw invalidField('new_password', problem);
        const passwordHash = await passwords.hash(body.new_password);
        await users.setPassword(who.userId, passwordHash);
        const token = await sessions.open(who.userId, passwordHash);
        const session = token === null ? null : await sessions.find(token);
        if (token === null || !session) throw new AppError('session.expired');
        return {
          status: 200,
          body: { session: presentSession(session) },
          headers: { 'set-cookie': cookie.set(token) },
        };
      },
    }),
  ];
}
