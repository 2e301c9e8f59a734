import type { Role } from '../../domain/roles.js';
import type { Connection } from '../database.js';

/** What happens to users in the transactions of others. Lock order: users, then one_time_links, then sessions. */

export interface NewUser {
  organizationId: string;
  email: string;
  name?: string | null;
  passwordHash: string;
  role: Role;
}

/** Answers the row id; null, and nothing changed, when the e-mail address is known already, in whatever organisation. */
export async function insertUser(
  db: Connection,
  { organizationId, email, name, passwordHash, role }: NewUser,
): Promise<string | null> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into users (organization_id, email, name, password_hash, role) values (?, ?, ?, ?, ?)
     on conflict (lower(email)) do nothing returning id`,
    [organizationId, email, name ?? null, passwordHash, role],
  );
  return rows[0]?.id ?? null;
}

/** Comes after the statement that changes the user's row: opening a session waits for that row, so that none slips in between. */
export async function endSessionsOf(trx: Connection, userId: string): Promise<void> {
  await trx.raw('delete from sessions where user_id = ?', [userId]);
}

/** The user's open link for a reset, if there is one, works no more. */
export async function withdrawResets(trx: Connection, userId: string): Promise<void> {
  await trx.raw(
    `update one_time_links set withdrawn_at = now()
      where user_id = ? and kind = 'password_reset' and used_at is null and withdrawn_at is null`,
    [userId],
  );
}

/** Ends all sessions and withdraws links for a reset. */
export async function replacePassword(trx: Connection, userId: string, passwordHash: string): Promise<void> {
  await trx.raw('update users set password_hash = ? where id = ?', [passwordHash, userId]);
  await withdrawResets(trx, userId);
  await endSessionsOf(trx, userId);
}
