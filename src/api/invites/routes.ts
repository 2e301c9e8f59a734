import type { Deps } from '../../deps.js';
import type { OneTimeLinkRow } from '../../db/queries/one-time-links.js';
import { AppError, invalidField, type ErrorCode } from '../../domain/errors.js';
import { passwordProblem } from '../../domain/password-rules.js';
import { route, type Route } from '../route.js';
import { addressHash } from '../session/throttle.js';
import { acceptance, acceptedAnswer, inviteToken, oneTimeLinkAnswer } from './schema.js';

const tag = 'Users';
const CODES = {
  used: 'invite.used',
  withdrawn: 'invite.withdrawn',
  expired: 'invite.expired',
} as const satisfies Record<string, ErrorCode>;
const errors: ErrorCode[] = ['auth.cross_site', 'invite.not_found', ...Object.values(CODES)];

/** What a person does with a one-time link, before there is a session. The token comes in the body: paths are logged. */
export function createInviteRoutes({
  oneTimeLinks,
  users,
  passwords,
}: Pick<Deps, 'oneTimeLinks' | 'users' | 'passwords'>): Route[] {
  const findOpen = async (token: string): Promise<OneTimeLinkRow> => {
    const link = await oneTimeLinks.find(token);
    if (!link) throw new AppError('invite.not_found');
    if (link.state !== 'open') throw new AppError(CODES[link.state]);
    return link;
  };

  return [
    route({
      method: 'post',
      path: '/api/invites/check',
      tag,
      summary: 'What a one-time link is for',
      auth: 'none',
      sameOrigin: true,
      body: { schema: inviteToken },
      responses: { 200: { description: 'It can be used.', schema: oneTimeLinkAnswer } },
      errors,
      async handle({ body: { token } }) {
        const link = await findOpen(token);
        return {
          status: 200,
          body: {
            link: {
              kind: link.kind,
              email: link.email,
              role: link.role,
              organization: { name: link.organization_name },
              expires: link.expires_at.toISOString(),
            },
          },
        };
      },
    }),

    route({
      method: 'post',
      path: '/api/invites/accept',
      tag,
      summary: 'Use a one-time link: set a password',
      description:
        'Makes the user of an invite, or sets the password of a user and ends their sessions. Log in then.',
      auth: 'none',
      sameOrigin: true,
      body: { schema: acceptance },
      responses: { 200: { description: 'The password is set.', schema: acceptedAnswer } },
      errors: [...errors, 'user.exists', 'service.unavailable'],
      async handle({ body: { token, password, name }, address }) {
        const link = await findOpen(token);
        const problem = passwordProblem(password, link.email);
        if (problem !== null) throw invalidField('password', problem);
        const accepted = await oneTimeLinks.accept(token, {
          passwordHash: await passwords.hash(password),
          name: name ?? null,
        });
        if (accepted.kind === 'taken') throw new AppError('user.exists');
        // Somebody was faster: used, withdrawn or expired while the password was computed.
        if (accepted.kind === 'gone') {
          await findOpen(token);
          throw new AppError('invite.used');
        }
        // Who has just shown the link is no stranger here, however many fail at this account elsewhere.
        await users.noteAddress(accepted.userId, addressHash(address));
        return { status: 200, body: { email: link.email } };
      },
    }),
  ];
}
