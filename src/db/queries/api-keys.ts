import { createHash, randomBytes } from 'node:crypto';
import { apiKeyPrefix, formatApiKey } from '../../domain/api-key.js';
import type { Connection } from '../database.js';

export interface ApiKeyOwner {
  apiKeyId: string;
  organizationId: string;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  /** Its first characters. */
  token_prefix: string;
  is_active: boolean;
  created_at: Date;
  /** Null: made by setup or at the command line. */
  created_by_email: string | null;
  last_used_at: Date | null;
  deactivated_at: Date | null;
}

const SELECT = `
  select k.id, k.name, k.token_prefix, k.is_active, k.created_at, u.email as created_by_email, k.last_used_at, k.deactivated_at
    from api_keys k left join users u on u.id = k.created_by`;

export interface ApiKeyQueries {
  /** Whose active key this is; notes the use at most once a minute. */
  authenticate(key: string): Promise<ApiKeyOwner | null>;
  /** Makes a key and answers it: the only time that it is known. */
  create(organizationId: string, name: string): Promise<string>;
  /** The same for a user. */
  createFor(organizationId: string, name: string, userId: string): Promise<{ row: ApiKeyRow; key: string }>;
  /** Active ones first, the newest first. */
  list(organizationId: string): Promise<ApiKeyRow[]>;
  /** Null when the organisation has no such key. */
  rename(organizationId: string, id: string, name: string): Promise<ApiKeyRow | null>;
  /** For good. False when the organisation has no such key. */
  deactivate(organizationId: string, id: string): Promise<boolean>;
  /**
   * Stores a key that was made elsewhere. `exists`: this organisation has it already, active or not, and it was left as
   * it is; `taken`: another organisation has it.
   */
  adopt(organizationId: string, name: string, key: string): Promise<'created' | 'exists' | 'taken'>;
}

/** A key has 192 random bits, so a plain digest is as hard to turn around as a slow one, and can be looked up. */
const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export function createApiKeyQueries(db: Connection): ApiKeyQueries {
  const insert = async (
    organizationId: string,
    name: string,
    key: string,
    userId: string | null = null,
  ): Promise<string | null> => {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `insert into api_keys (organization_id, name, token_prefix, token_hash, created_by) values (?, ?, ?, ?, ?)
       on conflict (token_hash) do nothing returning id`,
      [organizationId, name, apiKeyPrefix(key), hashOf(key), userId],
    );
    return rows[0]?.id ?? null;
  };
  const find = async (organizationId: string, id: string): Promise<ApiKeyRow | null> => {
    const { rows } = await db.raw<{ rows: ApiKeyRow[] }>(
      `${SELECT} where k.organization_id = ? and k.id = ?`,
      [organizationId, id],
    );
    return rows[0] ?? null;
  };
  const newKey = (): string => formatApiKey(randomBytes(24).toString('hex'));
  return {
    async authenticate(key) {
      const { rows } = await db.raw<{ rows: { id: string; organization_id: string }[] }>(
        `with k as (select id, organization_id, last_used_at from api_keys where token_hash = ? and is_active),
              used as (update api_keys a set last_used_at = now() from k
                        where a.id = k.id and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute'))
         select id, organization_id from k`,
        [hashOf(key)],
      );
      const row = rows[0];
      return row ? { apiKeyId: row.id, organizationId: row.organization_id } : null;
    },
    async create(organizationId, name) {
      const key = newKey();
      await insert(organizationId, name, key);
      return key;
    },
    async createFor(organizationId, name, userId) {
      const key = newKey();
      const id = await insert(organizationId, name, key, userId);
      return { row: (await find(organizationId, id!))!, key };
    },
    async list(organizationId) {
      const { rows } = await db.raw<{ rows: ApiKeyRow[] }>(
        `${SELECT} where k.organization_id = ? order by k.is_active desc, k.id desc`,
        [organizationId],
      );
      return rows;
    },
    async rename(organizationId, id, name) {
      await db.raw('update api_keys set name = ? where organization_id = ? and id = ?', [
        name,
        organizationId,
        id,
      ]);
      return find(organizationId, id);
    },
    async deactivate(organizationId, id) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `update api_keys set is_active = false, deactivated_at = coalesce(deactivated_at, now())
          where organization_id = ? and id = ? returning id`,
        [organizationId, id],
      );
      return rows.length > 0;
    },
    async adopt(organizationId, name, key) {
      if ((await insert(organizationId, name, key)) !== null) return 'created';
      const owner = await db<{ organization_id: string; token_hash: Buffer }>('api_keys')
        .where({ token_hash: hashOf(key) })
        .first('organization_id');
      return owner?.organization_id === organizationId ? 'exists' : 'taken';
    },
  };
}
