import type { Context } from 'koa';
import type { ApiKeyQueries } from '../../db/queries/api-keys.js';
import { isApiKey } from '../../domain/api-key.js';
import { AppError } from '../../domain/errors.js';
import type { Caller, KeyCaller } from '../caller.js';

export interface AuthenticationOptions {
  apiKeys: Pick<ApiKeyQueries, 'authenticate'>;
  /** How long a deactivated key may still work; saves a round trip per request. */
  cacheMs?: number;
}

export type Authenticate = (ctx: Context) => Promise<Caller>;

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

/** Answers whose request it is, or throws `auth.missing` or `auth.invalid`. */
export function createAuthentication({ apiKeys, cacheMs = 3_000 }: AuthenticationOptions): Authenticate {
  const known = new Map<string, { caller: KeyCaller; until: number }>();
  return async (ctx) => {
    const key = presentedKey(ctx);
    if (key === '') throw new AppError('auth.missing');
    const now = performance.now();
    const cached = known.get(key);
    if (cached && cached.until > now) return cached.caller;
    known.delete(key);
    const owner = isApiKey(key) ? await apiKeys.authenticate(key) : null;
    if (!owner) throw new AppError('auth.invalid');
    if (known.size >= MOST_CACHED) known.clear();
    // A key stands for the integrator's own servers, which do whatever the organisation may.
    const caller: KeyCaller = { kind: 'key', ...owner, role: 'admin' };
    known.set(key, { caller, until: now + cacheMs });
    return caller;
  };
}
