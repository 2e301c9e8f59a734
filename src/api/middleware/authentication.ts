import type { Context } from 'koa';
import type { ApiKeyQueries } from '../../db/queries/api-keys.js';
import type { SessionQueries } from '../../db/queries/sessions.js';
import { isApiKey } from '../../domain/api-key.js';
import { AppError } from '../../domain/errors.js';
import type { Caller, KeyCaller, SessionCaller } from '../caller.js';
import type { SessionCookie } from '../session/cookie.js';

export interface AuthenticationOptions {
  apiKeys: Pick<ApiKeyQueries, 'authenticate'>;
  sessions: Pick<SessionQueries, 'find'>;
  cookie: Pick<SessionCookie, 'read'>;
  /** How long a deactivated key may still work; saves a round trip per request. */
  cacheMs?: number;
}

export interface AuthenticationDemands {
  /** `session`: keys are refused. */
  auth: 'caller' | 'session';
  /** False: asked by pages themselves, never by a person. */
  keepsSession: boolean;
}

export type Authenticate = (ctx: Context, demands: AuthenticationDemands) => Promise<Caller>;

/** Sent as `1` with what a page asks by itself while nobody is there, such as a list that is read anew: a session idles on. */
const BACKGROUND_HEADER = 'x-ardea-background';

const MOST_CACHED = 10_000;

/** The key in x-api-key, or the password of HTTP Basic under whatever user name. */
function presentedKey(ctx: Context): string {
  const header = ctx.get('x-api-key').trim();
  if (header !== '') return header;
  const basic = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(ctx.get('authorization').trim());
  if (!basic) return '';
  const pair = Buffer.from(basic[1]!, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function createKeyCheck(
  apiKeys: AuthenticationOptions['apiKeys'],
  cacheMs: number,
): (key: string) => Promise<KeyCaller> {
  const known = new Map<string, { caller: KeyCaller; until: number }>();
  return async (key) => {
    const now = performance.now();
    const cached = known.get(key);
    if (cached && cached.until > now) return cached.caller;
    known.delete(key);
    const owner = isApiKey(key) ? await apiKeys.authenticate(key) : null;
    if (!owner) throw new AppError('auth.invalid');
    if (known.size >= MOST_CACHED) known.clear();
    const caller: KeyCaller = { kind: 'key', ...owner, role: 'admin' };
    known.set(key, { caller, until: now + cacheMs });
    return caller;
  };
}

/**
 * Answers whose request it is, by API key, which wins, or by session. Throws `auth.missing`, `auth.invalid`,
 * `session.expired` or `session.needed`. Sessions are not cached: they end at once.
 */
export function createAuthentication({
  apiKeys,
  sessions,
  cookie,
  cacheMs = 3_000,
}: AuthenticationOptions): Authenticate {
  const byKey = createKeyCheck(apiKeys, cacheMs);
  const bySession = async (token: string, keeps: boolean): Promise<SessionCaller> => {
    const session = await sessions.find(token, { keeps });
    if (!session) throw new AppError('session.expired');
    return {
      kind: 'session',
      organizationId: session.organization_id,
      role: session.role,
      userId: session.user_id,
      session,
    };
  };
  return async (ctx, { auth: takes, keepsSession }) => {
    const key = presentedKey(ctx);
    if (key !== '') {
      const caller = await byKey(key);
      if (takes === 'session') throw new AppError('session.needed');
      return caller;
    }
    const token = cookie.read(ctx);
    if (token !== undefined) return bySession(token, keepsSession && ctx.get(BACKGROUND_HEADER) !== '1');
    throw new AppError(takes === 'session' ? 'session.missing' : 'auth.missing');
  };
}
