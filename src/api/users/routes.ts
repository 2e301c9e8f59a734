import type { Deps } from '../../deps.js';
import type { UserRow } from '../../db/queries/users.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { oneTimeUrl } from '../../domain/one-time-url.js';
import { sessionOf } from '../caller.js';
import { route, type Route } from '../route.js';
import { presentInvite, presentUser } from './present.js';
import {
  invitesAnswer,
  newInvite,
  newInviteAnswer,
  passwordReset,
  userAnswer,
  userChanges,
  usersAnswer,
} from './schema.js';

const tag = 'Users';
const ofUser = { user_id: 'heron_id of the user (`usr_…`).' };
const ofInvite = { invite_id: 'heron_id of the invite (`inv_…`).' };
/** A session that was taken over must not make itself users that outlive it. */
const sensitive = { what: 'Managing users', when: () => true };

export function createUserRoutes({
  config,
  users,
  oneTimeLinks,
}: Pick<Deps, 'config' | 'users' | 'oneTimeLinks'>): Route[] {
  const notFound = (id: string): AppError =>
    new AppError('user.not_found', { description: `There is no user ${id}.` });

  const findUser = async (organizationId: string, publicId: string): Promise<UserRow> => {
    const id = fromPublicId('user', publicId);
    const row = id === null ? null : await users.find(organizationId, id);
    if (!row) throw notFound(publicId);
    return row;
  };

  return [
    route({
      method: 'get',
      path: '/api/users',
      tag,
      summary: 'List users',
      auth: 'session',
      role: 'admin',
      responses: { 200: { description: 'Active ones first, by e-mail address.', schema: usersAnswer } },
      async handle({ organizationId }) {
        return { status: 200, body: { users: (await users.list(organizationId)).map(presentUser) } };
      },
    }),

    route({
      method: 'patch',
      path: '/api/users/{user_id}',
      tag,
      summary: 'Change a user',
      description: 'A change of role or activity ends the sessions of the user.',
      auth: 'session',
      role: 'admin',
      params: ofUser,
      body: { schema: userChanges, envelope: 'user' },
      sensitive,
      responses: { 200: { description: 'As it is now.', schema: userAnswer } },
      errors: ['user.not_found', 'user.last_admin'],
      async handle({ organizationId, params: { user_id }, body }) {
        const { id } = await findUser(organizationId, user_id!);
        const outcome = await users.update(organizationId, id, {
          name: body.name,
          role: body.role,
          isActive: body.is_active,
        });
        if (outcome.kind === 'not_found') throw notFound(user_id!);
        if (outcome.kind === 'last_admin') throw new AppError('user.last_admin');
        return { status: 200, body: { user: presentUser(outcome.user) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/users/{user_id}/password_reset',
      tag,
      summary: 'Make a link that sets a new password',
      description: 'It works for 24 hours and once; one that was made before works no more.',
      auth: 'session',
      role: 'admin',
      params: ofUser,
      sensitive,
      responses: { 201: { description: 'The link, shown only now.', schema: passwordReset } },
      errors: ['user.not_found', 'user.inactive'],
      async handle({ organizationId, params: { user_id }, caller }) {
        const row = await findUser(organizationId, user_id!);
        if (!row.is_active) throw new AppError('user.inactive');
        const { link, token } = await oneTimeLinks.reset(organizationId, {
          userId: row.id,
          createdBy: sessionOf(caller).userId,
        });
        return {
          status: 201,
          body: {
            user: presentUser(row),
            url: oneTimeUrl(config.PUBLIC_URL, token),
            expires: link.expires_at.toISOString(),
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/users/invites',
      tag,
      summary: 'List invites',
      auth: 'session',
      role: 'admin',
      responses: {
        200: {
          description: 'Those that were neither used nor withdrawn, the newest first.',
          schema: invitesAnswer,
        },
      },
      async handle({ organizationId }) {
        const rows = await oneTimeLinks.listInvites(organizationId);
        return { status: 200, body: { invites: rows.map(presentInvite) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/users/invites',
      tag,
      summary: 'Invite a user',
      description: 'The link works for 7 days and once; an earlier invite of the same address works no more.',
      auth: 'session',
      role: 'admin',
      body: { schema: newInvite, envelope: 'invite' },
      sensitive,
      responses: {
        201: { description: 'The invite, and its link, shown only now.', schema: newInviteAnswer },
      },
      errors: ['user.exists'],
      async handle({ organizationId, body: { email, role }, caller }) {
        if (await users.findByEmail(email)) throw new AppError('user.exists');
        const { link, token } = await oneTimeLinks.invite(organizationId, {
          email,
          role,
          createdBy: sessionOf(caller).userId,
        });
        return {
          status: 201,
          body: { invite: presentInvite(link), url: oneTimeUrl(config.PUBLIC_URL, token) },
        };
      },
    }),

    route({
      method: 'delete',
      path: '/api/users/invites/{invite_id}',
      tag,
      summary: 'Withdraw an invite',
      auth: 'session',
      role: 'admin',
      params: ofInvite,
      responses: { 204: { description: 'Its link works no more.' } },
      errors: ['invite.not_found'],
      async handle({ organizationId, params: { invite_id } }) {
        const id = fromPublicId('invite', invite_id!);
        if (id === null || !(await oneTimeLinks.withdrawInvite(organizationId, id)))
          throw new AppError('invite.not_found', { description: `There is no open invite ${invite_id}.` });
        return { status: 204 };
      },
    }),
  ];
}
