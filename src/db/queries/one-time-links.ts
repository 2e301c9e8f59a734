import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../domain/roles.js';
import type { Connection, Database } from '../database.js';
import { interval } from './dirty-mark.js';
import { insertUser, replacePassword, withdrawResets } from './user-writes.js';

export type OneTimeLinkState = 'open' | 'used' | 'withdrawn' | 'expired';

export interface OneTimeLinkRow {
  id: string;
  kind: 'invite' | 'password_reset';
  email: string;
  /** The role that it gives, or that the user has. */
  role: Role;
  /** Null for an invite: the user is not there yet. */
  user_id: string | null;
  organization_id: string;
  organization_name: string;
  /** Who made it; null: somebody at the command line. */
  created_by_email: string | null;
  created_at: Date;
  expires_at: Date;
  state: OneTimeLinkState;
}

export interface NewLink {
  link: OneTimeLinkRow;
  /** The only time that it is known. */
  token: string;
}

/** `taken`: the address has become a user meanwhile; `gone`: the link is open no more. */
export type Accepted = { kind: 'accepted'; userId: string } | { kind: 'taken' } | { kind: 'gone' };

export interface OneTimeLinkQueries {
  /** Withdraws the open invite of the same address. `createdBy`: a user's row id, null at the command line. */
  invite(
    organizationId: string,
    invite: { email: string; role: Role; createdBy: string | null },
  ): Promise<NewLink>;
  /** Withdraws the open one of the same user. */
  reset(organizationId: string, reset: { userId: string; createdBy: string | null }): Promise<NewLink>;
  /** Open and expired invites of an organisation, the newest first. */
  listInvites(organizationId: string): Promise<OneTimeLinkRow[]>;
  /** False when the organisation has no such open invite. */
  withdrawInvite(organizationId: string, id: string): Promise<boolean>;
  /** Whatever has become of it. */
  find(token: string): Promise<OneTimeLinkRow | null>;
  /** Uses it up: makes the user, or sets the user's password and ends all sessions. */
  accept(token: string, choice: { passwordHash: string; name: string | null }): Promise<Accepted>;
}

/** `email` and `role` of an invite, `user_id` of a reset. */
interface LockedLink {
  id: string;
  organization_id: string;
  email: string;
  role: Role;
  user_id: string | null;
}

const INVITE_MS = 7 * 86_400_000;
const RESET_MS = 86_400_000;
/** So long one that is no longer open is told of; then it is unknown. */
const KEPT = '90 days';

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const SELECT = `
  select l.id, l.kind, coalesce(l.email, u.email) as email, coalesce(l.role, u.role) as role, l.user_id, l.organization_id,
         o.name as organization_name, c.email as created_by_email, l.created_at, l.expires_at,
         case when l.used_at is not null then 'used' when l.withdrawn_at is not null then 'withdrawn'
              when l.expires_at <= now() then 'expired' else 'open' end as state
    from one_time_links l join organizations o on o.id = l.organization_id
    left join users u on u.id = l.user_id left join users c on c.id = l.created_by`;

export function createOneTimeLinkQueries(db: Database): OneTimeLinkQueries {
  const create = async (
    trx: Connection,
    columns: Record<string, string | null>,
    lifetimeMs: number,
  ): Promise<NewLink> => {
    const token = randomBytes(32).toString('base64url');
    await trx('one_time_links').insert({
      ...columns,
      token_hash: hashOf(token),
      expires_at: trx.raw('now() + ?::interval', [interval(lifetimeMs)]),
    });
    await trx.raw(
      `delete from one_time_links where organization_id = ? and expires_at < now() - interval '${KEPT}'`,
      [columns['organization_id']!],
    );
    const { rows } = await trx.raw<{ rows: OneTimeLinkRow[] }>(`${SELECT} where l.token_hash = ?`, [
      hashOf(token),
    ]);
    return { link: rows[0]!, token };
  };
  return {
    invite: (organizationId, { email, role, createdBy }) =>
      db.transaction(async (trx) => {
        // One after the other: two open invites of an address would be one too many.
        await trx.raw('select from organizations where id = ? for no key update', [organizationId]);
        await trx.raw(
          `update one_time_links set withdrawn_at = now()
            where organization_id = ? and lower(email) = lower(?) and kind = 'invite' and used_at is null and withdrawn_at is null`,
          [organizationId, email],
        );
        const columns = {
          organization_id: organizationId,
          kind: 'invite',
          email,
          role,
          created_by: createdBy,
        };
        return create(trx, columns, INVITE_MS);
      }),
    reset: (organizationId, { userId, createdBy }) =>
      db.transaction(async (trx) => {
        await trx.raw('select from users where id = ? for update', [userId]);
        await withdrawResets(trx, userId);
        const columns = {
          organization_id: organizationId,
          kind: 'password_reset',
          user_id: userId,
          created_by: createdBy,
        };
        return create(trx, columns, RESET_MS);
      }),
    async listInvites(organizationId) {
      const { rows } = await db.raw<{ rows: OneTimeLinkRow[] }>(
        `${SELECT} where l.organization_id = ? and l.kind = 'invite' and l.used_at is null and l.withdrawn_at is null
          order by l.id desc`,
        [organizationId],
      );
      return rows;
    },
    async withdrawInvite(organizationId, id) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `update one_time_links set withdrawn_at = now()
          where organization_id = ? and id = ? and kind = 'invite' and used_at is null and withdrawn_at is null returning id`,
        [organizationId, id],
      );
      return rows.length > 0;
    },
    async find(token) {
      const { rows } = await db.raw<{ rows: OneTimeLinkRow[] }>(`${SELECT} where l.token_hash = ?`, [
        hashOf(token),
      ]);
      return rows[0] ?? null;
    },
    accept: (token, { passwordHash, name }) =>
      db.transaction(async (trx): Promise<Accepted> => {
        await trx.raw(
          'select from users where id = (select user_id from one_time_links where token_hash = ?) for update',
          [hashOf(token)],
        );
        const { rows } = await trx.raw<{ rows: LockedLink[] }>(
          `select id, organization_id, email, role, user_id from one_time_links
            where token_hash = ? and used_at is null and withdrawn_at is null and expires_at > now() for update`,
          [hashOf(token)],
        );
        const link = rows[0];
        if (!link) return { kind: 'gone' };
        const userId =
          link.user_id ??
          (await insertUser(trx, {
            organizationId: link.organization_id,
            email: link.email,
            name,
            passwordHash,
            role: link.role,
          }));
        if (userId === null) return { kind: 'taken' };
        // Before the password is set, which withdraws the links that are still open.
        await trx.raw('update one_time_links set used_at = now(), user_id = ? where id = ?', [
          userId,
          link.id,
        ]);
        if (link.user_id !== null) await replacePassword(trx, userId, passwordHash);
        return { kind: 'accepted', userId };
      }),
  };
}
