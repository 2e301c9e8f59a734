import { createHash, randomBytes } from 'node:crypto';
import { apiKeyPrefix, formatApiKey } from '../../domain/api-key.js';
import type { Connection } from '../database.js';

export interface ApiKeyOwner {
  apiKeyId: string;
  organizationId: string;
}

export interface ApiKeyQueries {
  /** Whose active key this is; notes the use at most once a minute. */
  authenticate(key: string): Promise<ApiKeyOwner | null>;
  /** Makes a key and answers it: the only time that it is known. */
  create(organizationId: string, name: string): Promise<string>;
  /**
   * Stores a key that was made elsewhere. `exists`: this organisation has it already, active or not, and it was left as
   * it is; `taken`: another organisation has it.
   */
  adopt(organizationId: string, name: string, key: string): Promise<'created' | 'exists' | 'taken'>;
}

/** A key has 192 random bits, so a plain digest is as hard to turn around as a slow one, and can be looked up. */
const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export function createApiKeyQueries(db: Connection): ApiKeyQueries {
  const insert = async (organizationId: string, name: string, key: string): Promise<boolean> => {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `insert into api_keys (organization_id, name, token_prefix, token_hash) values (?, ?, ?, ?)
       on conflict (token_hash) do nothing returning id`,
      [organizationId, name, apiKeyPrefix(key), hashOf(key)],
    );
    return rows.length > 0;
  };
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
      const key = formatApiKey(randomBytes(24).toString('hex'));
      await insert(organizationId, name, key);
      return key;
    },
    async adopt(organizationId, name, key) {
      if (await insert(organizationId, name, key)) return 'created';
      const owner = await db<{ organization_id: string; token_hash: Buffer }>('api_keys')
        .where({ token_hash: hashOf(key) })
        .first('organization_id');
      return owner?.organization_id === organizationId ? 'exists' : 'taken';
    },
  };
}
