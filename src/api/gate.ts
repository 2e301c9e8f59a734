import type { Context } from 'koa';
import type { SessionQueries } from '../db/queries/sessions.js';
import { AppError } from '../domain/errors.js';
import { mayAct, type Role } from '../domain/roles.js';
import type { Caller } from './caller.js';
import type { Authenticate } from './middleware/authentication.js';
import type { AssertSameOrigin } from './middleware/same-origin.js';
import type { Route } from './route.js';

/** Who may pass to a route. */
export interface Gate {
  /** Before anything of the request is read. Null: the route takes everybody. */
  enter(ctx: Context, route: Route): Promise<Caller | null>;
  /** Once it is known what exactly is asked for. */
  assertSensitive(caller: Caller | null, route: Route, request: { query: unknown; body: unknown }): void;
  /** Aborts when the caller's session has ended, for answers that go on for long. `done` when they do no more. */
  untilSessionEnds(caller: Caller | null, done: AbortSignal): AbortSignal;
}

const LOOK_EVERY_MS = 5_000;

function assertRole(has: Role, takes: Role, what = 'This'): void {
  if (!mayAct(has, takes))
    throw new AppError('auth.forbidden', {
      description: `${what} takes the role ${takes}; yours is ${has}. An administrator of your organisation can change it.`,
    });
}

const READS: ReadonlySet<string> = new Set(['get']);

export interface GateOptions {
  authenticate: Authenticate;
  assertSameOrigin: AssertSameOrigin;
  sessions: Pick<SessionQueries, 'isLive'>;
  lookEveryMs?: number;
}

export function createGate({
  authenticate,
  assertSameOrigin,
  sessions,
  lookEveryMs = LOOK_EVERY_MS,
}: GateOptions): Gate {
  return {
    async enter(ctx, route) {
      if (route.auth === 'none') {
        if (route.sameOrigin) assertSameOrigin(ctx);
        return null;
      }
      const { auth, keepsSession } = route;
      const caller = await authenticate(ctx, { auth, keepsSession });
      if (caller.kind === 'session' && !READS.has(route.method)) assertSameOrigin(ctx);
      assertRole(caller.role, route.role ?? 'admin');
      return caller;
    },
    assertSensitive(caller, { sensitive }, request) {
      if (caller?.kind !== 'session' || !sensitive?.when(request)) return;
      assertRole(caller.role, 'admin', sensitive.what);
      if (caller.session.confirmed_until === null) throw new AppError('session.unconfirmed');
    },
    untilSessionEnds(caller, done) {
      const ended = new AbortController();
      if (caller?.kind !== 'session' || done.aborted) return ended.signal;
      const look = setInterval(() => {
        sessions.isLive(caller.session.id).then(
          (isLive) => isLive || ended.abort(),
          // Without PostgreSQL there is nothing to tell either; the next look decides.
          () => undefined,
        );
      }, lookEveryMs);
      look.unref();
      done.addEventListener('abort', () => clearInterval(look), { once: true });
      return ended.signal;
    },
  };
}
