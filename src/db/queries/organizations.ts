import type { Connection } from '../database.js';

export interface OrganizationQueries {
  /** Finds it by name or creates it, together with its change feed. */
  ensure(name: string): Promise<{ id: string; created: boolean }>;
  /** Null when there is none of that name. */
  find(name: string): Promise<{ id: string } | null>;
  /** Null when the name is taken. */
  create(name: string): Promise<{ id: string } | null>;
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
  const find = async (name: string): Promise<{ id: string } | null> =>
    (await db<{ id: string; name: string }>('organizations').where({ name }).first('id')) ?? null;
  return {
    create,
    find,
    async ensure(name) {
      const created = await create(name);
      if (created) return { id: created.id, created: true };
      return { id: (await find(name))!.id, created: false };
    },
  };
}
