import type { Context } from 'koa';
import { AppError } from '../../domain/errors.js';

/** Refuses what another site made a browser send. */
export type AssertSameOrigin = (ctx: Context) => void;

/**
 * Browsers add cookies to requests whoever caused them, and tell who did in `Origin`. A write is taken from our own pages only:
 * those of PUBLIC_URL, or, where the API is reached under another host (localhost behind a tunnel), those of that host.
 */
export function createSameOriginCheck(publicUrl: string): AssertSameOrigin {
  const own = new URL(publicUrl);
  const isOwn = (origin: string, host: string): boolean => {
    if (origin === own.origin) return true;
    // Under the public host the scheme must be the public one too: no unencrypted page of it is ours.
    return host !== '' && host !== own.host && (origin === `http://${host}` || origin === `https://${host}`);
  };
  return (ctx) => {
    const origin = ctx.get('origin');
    const allowed =
      origin === '' ? ctx.get('sec-fetch-site') === 'same-origin' : isOwn(origin, ctx.get('host'));
    if (!allowed) throw new AppError('auth.cross_site');
  };
}
