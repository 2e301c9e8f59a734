import type { Context } from 'koa';

/** How the session's token travels. */
export interface SessionCookie {
  name: string;
  /** The token that a request brings, or undefined. */
  read(ctx: Context): string | undefined;
  /** Set-Cookie headers. */
  set(token: string): string;
  clear(): string;
}

/**
 * Behind TLS the name has the prefix `__Host-`: browsers take such a cookie only from this very host over TLS, so neither a
 * neighbour's host nor an unencrypted answer can plant one.
 */
export function createSessionCookie(publicUrl: string, longestMs: number): SessionCookie {
  const secure = publicUrl.startsWith('https:');
  const name = secure ? '__Host-ardea_session' : 'ardea_session';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    name,
    read: (ctx) => ctx.cookies.get(name) || undefined,
    set: (token) => `${name}=${token}; ${attributes}; Max-Age=${Math.floor(longestMs / 1_000)}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}
