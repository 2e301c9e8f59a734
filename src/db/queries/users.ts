import type { Role } from '../../domain/roles.js';
import type { Database } from '../database.js';
import { endSessionsOf, insertUser, replacePassword, withdrawResets, type NewUser } from './user-writes.js';

export interface UserRow {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  is_active: boolean;
  created_at: Date;
  last_login_at: Date | null;
}

/** What a log-in needs to know of the user whose address was typed. */
export interface LoginUser {
  id: string;
  passwordHash: string;
  isActive: boolean;
  /** The user has logged in from this address before. */
  knownAddress: boolean;
}

export interface UserChanges {
  name?: string | null | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
}

export type UserChange =
  | { kind: 'changed'; user: UserRow }
  | { kind: 'not_found' }
  /** Nobody would be left who can manage users; nothing was changed. */
  | { kind: 'last_admin' };

export interface UserQueries {
  /** Answers the row id; null, and nothing changed, when the e-mail address is known already, in whatever organisation. */
  create(user: NewUser): Promise<string | null>;
  findForLogin(email: string, addressHash: Buffer): Promise<LoginUser | null>;
  /** Of this organisation, by row id. */
  find(organizationId: string, userId: string): Promise<UserRow | null>;
  list(organizationId: string): Promise<UserRow[]>;
  /** In whatever organisation. */
  findByEmail(email: string): Promise<{ id: string; organizationId: string; isActive: boolean } | null>;
  /** Ends the user's sessions where role or activity change. */
  update(organizationId: string, userId: string, changes: UserChanges): Promise<UserChange>;
  passwordHash(userId: string): Promise<string | null>;
  /** Ends all sessions and withdraws links for a reset. */
  setPassword(userId: string, passwordHash: string): Promise<void>;
  noteLogin(userId: string, addressHash: Buffer): Promise<void>;
  /** The user has shown from this address who they are. */
  noteAddress(userId: string, addressHash: Buffer): Promise<void>;
}

const COLUMNS = 'id, email, name, role, is_active, created_at, last_login_at';
/** An address from which nobody has come for that long is a stranger's. */
const ADDRESS_KEPT = '90 days';

export function createUserQueries(db: Database): UserQueries {
  const noteAddress = async (userId: string, addressHash: Buffer): Promise<void> => {
    await db.raw(
      `with old as (delete from login_addresses where user_id = :userId and used_at < now() - interval '${ADDRESS_KEPT}'
                       and address_hash <> :addressHash)
       insert into login_addresses (user_id, address_hash) values (:userId, :addressHash)
       on conflict (user_id, address_hash) do update set used_at = now()`,
      { userId, addressHash },
    );
  };
  return {
    create: (user) => insertUser(db, user),
    async findForLogin(email, addressHash) {
      const { rows } = await db.raw<{
        rows: { id: string; password_hash: string; is_active: boolean; known: boolean }[];
      }>(
        `select u.id, u.password_hash, u.is_active,
                exists (select from login_addresses a where a.user_id = u.id and a.address_hash = ?
                           and a.used_at > now() - interval '${ADDRESS_KEPT}') as known
           from users u where lower(u.email) = lower(?)`,
        [addressHash, email],
      );
      const row = rows[0];
      return row
        ? { id: row.id, passwordHash: row.password_hash, isActive: row.is_active, knownAddress: row.known }
        : null;
    },
    async find(organizationId, userId) {
      const { rows } = await db.raw<{ rows: UserRow[] }>(
        `select ${COLUMNS} from users where organization_id = ? and id = ?`,
        [organizationId, userId],
      );
      return rows[0] ?? null;
    },
    async list(organizationId) {
      const { rows } = await db.raw<{ rows: UserRow[] }>(
        `select ${COLUMNS} from users where organization_id = ? order by is_active desc, lower(email)`,
        [organizationId],
      );
      return rows;
    },
    async findByEmail(email) {
      const { rows } = await db.raw<{ rows: { id: string; organization_id: string; is_active: boolean }[] }>(
        'select id, organization_id, is_active from users where lower(email) = lower(?)',
        [email],
      );
      const row = rows[0];
      return row ? { id: row.id, organizationId: row.organization_id, isActive: row.is_active } : null;
    },
    update: (organizationId, userId, { name, role, isActive }) =>
      db.transaction(async (trx): Promise<UserChange> => {
        // All of them, in one order: two admins who demote each other take turns.
        const { rows: all } = await trx.raw<{ rows: UserRow[] }>(
          `select ${COLUMNS} from users where organization_id = ? order by id for update`,
          [organizationId],
        );
        const before = all.find(({ id }) => id === userId);
        if (!before) return { kind: 'not_found' };
        const after = { role: role ?? before.role, is_active: isActive ?? before.is_active };
        const isAdmin = (user: Pick<UserRow, 'role' | 'is_active'>): boolean =>
          user.role === 'admin' && user.is_active;
        const others = all.some((user) => user.id !== userId && isAdmin(user));
        if (isAdmin(before) && !isAdmin(after) && !others) return { kind: 'last_admin' };
        const { rows } = await trx.raw<{ rows: UserRow[] }>(
          `update users set name = ?, role = ?, is_active = ? where id = ? returning ${COLUMNS}`,
          [name === undefined ? before.name : name, after.role, after.is_active, userId],
        );
        if (!after.is_active) await withdrawResets(trx, userId);
        if (after.role !== before.role || after.is_active !== before.is_active)
          await endSessionsOf(trx, userId);
        return { kind: 'changed', user: rows[0]! };
      }),
    async passwordHash(userId) {
      const { rows } = await db.raw<{ rows: { password_hash: string }[] }>(
        'select password_hash from users where id = ?',
        [userId],
      );
      return rows[0]?.password_hash ?? null;
    },
    setPassword: (userId, passwordHash) =>
      db.transaction((trx) => replacePassword(trx, userId, passwordHash)),
    async noteLogin(userId, addressHash) {
      await db.raw('update users set last_login_at = now() where id = ?', [userId]);
      await noteAddress(userId, addressHash);
    },
    noteAddress,
  };
}
