import type { Database } from '../database.js';
import type { SecretBox } from '../secret-box.js';
import { accessTokenPlace, LINK, type LinkRow } from './links.js';

export interface LinkReads {
  /** The links of several end users (row ids), oldest first. */
  listByEndUsers(organizationId: string, endUserRowIds: readonly string[]): Promise<LinkRow[]>;
  listByIntegrationAndEndUser(
    organizationId: string,
    integrationId: string,
    endUserRowId: string,
  ): Promise<LinkRow[]>;
  /** The token in the clear, for calls to Plaid only; null when the Item has been erased. */
  accessToken(organizationId: string, itemId: string): Promise<string | null>;
  /** The caller's own id of the Item's end user. */
  ownerOf(organizationId: string, itemId: string): Promise<string | null>;
}

export function createLinkReads({ db, secrets }: { db: Database; secrets: SecretBox }): LinkReads {
  return {
    listByEndUsers: (organizationId, endUserRowIds) =>
      db('items as i')
        .where({ organization_id: organizationId })
        .whereIn('end_user_id', endUserRowIds)
        .orderBy(['created_at', 'id'])
        .select<LinkRow[]>(db.raw(LINK)),

    listByIntegrationAndEndUser: (organizationId, integrationId, endUserRowId) =>
      db('items as i')
        .where({ organization_id: organizationId, integration_id: integrationId, end_user_id: endUserRowId })
        .orderBy(['created_at', 'id'])
        .select<LinkRow[]>(db.raw(LINK)),

    async accessToken(organizationId, itemId) {
      const row = await db<{
        id: string;
        organization_id: string;
        access_token_ciphertext: Buffer;
        access_token_key_id: string;
      }>('items')
        .where({ organization_id: organizationId, id: itemId })
        .first('access_token_ciphertext', 'access_token_key_id');
      if (!row || row.access_token_ciphertext.length === 0) return null;
      return secrets.open(
        { ciphertext: row.access_token_ciphertext, keyId: row.access_token_key_id },
        accessTokenPlace(itemId),
      );
    },

    async ownerOf(organizationId, itemId) {
      const { rows } = await db.raw<{ rows: { end_user_id: string }[] }>(
        `select e.end_user_id from items i join end_users e on e.id = i.end_user_id
          where i.organization_id = ? and i.id = ?`,
        [organizationId, itemId],
      );
      return rows[0]?.end_user_id ?? null;
    },
  };
}
