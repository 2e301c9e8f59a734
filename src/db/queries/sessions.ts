import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../domain/roles.js';
import type { Database } from '../database.js';
import { interval } from './dirty-mark.js';
import { endSessionsOf } from './user-writes.js';

/** How long sessions last; a change holds for those that are open, too. */
export interface SessionLimits {
  /** Without a request of the person. */
  idleMs: number;
  /** Altogether. */
  longestMs: number;
  /** How long the password counts as just given. */
  confirmedMs: number;
}

export interface SessionRow {
  id: string;
  user_id: string;
  email: string;
  name: string | null;
  role: Role;
  organization_id: string;
  organization_name: string;
  created_at: Date;
  /** Unless a request of the person comes before. */
  idle_ends_at: Date;
  ends_at: Date;
  /** Until when what needs the password anew is allowed; null: it is not. */
  confirmed_until: Date | null;
}

export interface SessionQueries {
  /**
   * Opens a session for a user whose password was just checked against `passwordHash`; answers the token, the only time that
   * it is known. Null when the user was deactivated or got another password meanwhile.
   */
  open(userId: string, passwordHash: string): Promise<string | null>;
  /**
   * Whose live session this is. `keeps`: a person asks, which is noted at most once a minute and begins the idle time anew; what
   * a page asks by itself must not.
   */
  find(token: string, options?: { keeps: boolean }): Promise<SessionRow | null>;
  /** The password was given anew. Null when the session has ended meanwhile. */
  confirm(sessionId: string): Promise<SessionRow | null>;
  /** Whether it has not ended; unlike a request this does not keep it. */
  isLive(sessionId: string): Promise<boolean>;
  end(sessionId: string): Promise<void>;
  endByToken(token: string): Promise<void>;
  endAllOf(userId: string): Promise<void>;
}

const SELECT = `
  select s.id, s.user_id, s.created_at, u.email, u.name, u.role, u.organization_id, o.name as organization_name,
         least(case when :keeps then now() else s.seen_at end + :idle::interval, s.created_at + :longest::interval) as idle_ends_at,
         s.created_at + :longest::interval as ends_at,
         case when s.confirmed_at > now() - :confirmed::interval then s.confirmed_at + :confirmed::interval end as confirmed_until
    from sessions s join users u on u.id = s.user_id join organizations o on o.id = u.organization_id`;
const LIVE =
  'u.is_active and s.seen_at > now() - :idle::interval and s.created_at > now() - :longest::interval';

const TOKEN_BYTES = 32;

/** A token has 256 random bits, so a plain digest is as hard to turn around as a slow one, and can be looked up. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

export function createSessionQueries(
  db: Database,
  { idleMs, longestMs, confirmedMs }: SessionLimits,
): SessionQueries {
  const limits = {
    idle: interval(idleMs),
    longest: interval(longestMs),
    confirmed: interval(confirmedMs),
  };
  const prune = async (): Promise<void> => {
    await db.raw(
      `delete from sessions where id in (
         select id from sessions
          where seen_at < now() - :idle::interval or created_at < now() - :longest::interval limit 100 for update skip locked)`,
      limits,
    );
  };
  return {
    async open(userId, passwordHash) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const { rows } = await db.raw<{ rows: unknown[] }>(
        // Locked: a change of the password or role that is under way ends this session too, or prevents it.
        `with u as (select id from users where id = ? and is_active and password_hash = ? for share)
         insert into sessions (user_id, token_hash) select id, ? from u returning id`,
        [userId, passwordHash, hashOf(token)],
      );
      await prune();
      return rows.length > 0 ? token : null;
    },
    async find(token, { keeps } = { keeps: true }) {
      const { rows } = await db.raw<{ rows: SessionRow[] }>(
        `with s as (${SELECT} where s.token_hash = :hash and ${LIVE}),
              seen as (update sessions x set seen_at = now() from s
                        where :keeps and x.id = s.id and x.seen_at < now() - least(interval '1 minute', :idle::interval / 10))
         select * from s`,
        { ...limits, hash: hashOf(token), keeps },
      );
      return rows[0] ?? null;
    },
    async confirm(sessionId) {
      await db.raw('update sessions set confirmed_at = now() where id = ?', [sessionId]);
      const { rows } = await db.raw<{ rows: SessionRow[] }>(`${SELECT} where s.id = :id and ${LIVE}`, {
        ...limits,
        id: sessionId,
        keeps: true,
      });
      return rows[0] ?? null;
    },
    async isLive(sessionId) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `select from sessions s join users u on u.id = s.user_id where s.id = :id and ${LIVE}`,
        { ...limits, id: sessionId },
      );
      return rows.length > 0;
    },
    async end(sessionId) {
      await db.raw('delete from sessions where id = ?', [sessionId]);
    },
    async endByToken(token) {
      await db.raw('delete from sessions where token_hash = ?', [hashOf(token)]);
    },
    async endAllOf(userId) {
      await endSessionsOf(db, userId);
    },
  };
}
