import type { Connection } from '../database.js';

export interface OrganizationQueries {
  /** Finds it by name or creates it, together with its change feed. */
  ensure(name: string): Promise<{ id: string; created: boolean }>;
  /** Null when the name is taken. */
  create(name: string): Promise<{ id: string } | null>;
  /** Creates a dashboard user; false, and nothing changed, when the e-mail address is known already. */
  createUser(user: {
    organizationId: string;
    email: string;
    passwordHash: string;
    role: 'admin' | 'member' | 'read_only';
  }): Promise<boolean>;
}

export function createOrganizationQueries(db: Connection): OrganizationQueries {
  const create = async (name: string): Promise<{ id: string } | null> => {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `with o as (insert into organizations (name) values (?) on conflict (name) do nothing returning id),
            h as (insert into change_heads (organization_id) select id from o)
       select id from o`,
      [name],
    );
    return rows[0] ?? null;
  };
  return {
    create,
    async ensure(name) {
      const created = await create(name);
      if (created) return { id: created.id, created: true };
      const row = await db<{ id: string; name: string }>('organizations').where({ name }).first('id');
      return { id: row!.id, created: false };
    },
    async createUser({ organizationId, email, passwordHash, role }) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `insert into users (organization_id, email, password_hash, role) values (?, ?, ?, ?)
         on conflict (lower(email)) do nothing returning id`,
        [organizationId, email, passwordHash, role],
      );
      return rows.length > 0;
    },
  };
}
