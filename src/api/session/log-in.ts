import type { Deps } from '../../deps.js';
import type { SessionRow } from '../../db/queries/sessions.js';
import { AppError } from '../../domain/errors.js';
import { addressHash, createLoginThrottle } from './throttle.js';

export interface OpenedSession {
  token: string;
  session: SessionRow;
}

export type LogInDeps = Pick<Deps, 'users' | 'passwords' | 'sessions' | 'loginBuckets' | 'logger'>;

/** Who is not a user, has another password or was deactivated is told the same, after the same time. */
export function createLogIn(deps: LogInDeps) {
  const { users, passwords, sessions, logger } = deps;
  const throttle = createLoginThrottle(deps.loginBuckets);

  return async function logIn(email: string, password: string, address: string): Promise<OpenedSession> {
    const fromAddress = await throttle.fromAddress(address);
    const user = await users.findForLogin(email, addressHash(address));
    const atAccount = await throttle.atAccount(email, address, user?.knownAddress ?? false);
    const right = await passwords.verify(user?.passwordHash ?? null, password);
    const token = user && right ? await sessions.open(user.id, user.passwordHash) : null;
    const session = token === null ? null : await sessions.find(token);
    if (!user || token === null || !session) {
      logger.info({ user_id: user?.id ?? null }, 'log-in refused');
      throw new AppError('session.wrong_credentials');
    }
    await Promise.all([
      fromAddress.succeeded(),
      atAccount.succeeded(),
      users.noteLogin(user.id, addressHash(address)),
    ]);
    logger.info({ user_id: user.id, organization_id: session.organization_id }, 'logged in');
    return { token, session };
  };
}
