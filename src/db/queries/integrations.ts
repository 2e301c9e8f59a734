import { randomUUID } from 'node:crypto';
import type { Connection, Database } from '../database.js';
import type { SecretBox, SecretPlace } from '../secret-box.js';
import { interval } from './dirty-mark.js';
import { reviveItems, type PauseColumns } from './integration-pauses.js';

/** `unchecked`: Plaid did not answer when it was asked. */
export type KeysStatus = 'unchecked' | 'valid' | 'invalid';

/** An integration without its secret. */
export interface IntegrationRow extends PauseColumns {
  id: string;
  organization_id: string;
  name: string;
  type: string;
  resource: string;
  base_url: string;
  client_id: string;
  webhook_url: string | null;
  keys_status: KeysStatus;
  keys_checked_at: Date | null;
  /** Moves with base_url, client_id and secret. */
  keys_version: string;
  created_at: Date;
  updated_at: Date;
}

export interface IntegrationInput {
  name: string;
  type: string;
  resource: string;
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  webhookUrl: string | null;
  keysStatus: KeysStatus;
}

/** An Item that was changed along, and whether its workflow is owed a signal after the commit. */
export interface TouchedItem {
  itemId: string;
  signal: boolean;
}

export interface IntegrationQueries {
  create(organizationId: string, input: IntegrationInput): Promise<IntegrationRow>;
  list(organizationId: string): Promise<IntegrationRow[]>;
  find(organizationId: string, id: string, evenDeleted?: boolean): Promise<IntegrationRow | null>;
  /** The Plaid secret in the clear; for calls to Plaid only. Throws MissingKeyError when its key is not configured. */
  clientSecret(organizationId: string, id: string): Promise<string | null>;
  /**
   * Changes what is given. Keys that Plaid has not refused end a pause and revive its Items; otherwise they mark the Items
   * dirty that wait for them by themselves (`action` fix_keys).
   */
  update(
    organizationId: string,
    id: string,
    changes: Partial<IntegrationInput>,
  ): Promise<{ integration: IntegrationRow; items: TouchedItem[] } | null>;
  /** `in_use`: it has live links and `force` was not given; nothing was changed. With `force` they are all disabled. */
  remove(
    organizationId: string,
    id: string,
    force: boolean,
  ): Promise<{ kind: 'removed'; items: TouchedItem[] } | { kind: 'in_use'; links: number } | null>;
}

export interface IntegrationQueriesDeps {
  db: Database;
  secrets: SecretBox;
  signalStaleAfterMs: number;
}

const COLUMNS =
  'id, organization_id, name, type, resource, base_url, client_id, webhook_url, keys_status, keys_checked_at, keys_version, paused_since, pause_code, pause_message, created_at, updated_at';

/** Where an integration's Plaid secret is sealed. */
export const clientSecretPlace = (integrationId: string): SecretPlace => ({
  table: 'integrations',
  column: 'client_secret',
  rowId: integrationId,
});

type ReadBefore = 'paused_since' | 'base_url' | 'client_id';

/**
 * Turns in the rate budget of another client, or of another environment, say nothing about this one. A new secret keeps
 * them: Plaid limits the client_id (docs/adr/0009). The sweep signals who waited.
 */
async function forgetTurns(on: Connection, integrationId: string): Promise<void> {
  await on.raw(
    `update items set budget_until = null, budget_priority = null
      where id in (select id from items where integration_id = ? and budget_until > now() order by id for no key update)`,
    [integrationId],
  );
}

export function createIntegrationQueries({
  db,
  secrets,
  signalStaleAfterMs,
}: IntegrationQueriesDeps): IntegrationQueries {
  const select = async (
    sql: string,
    bindings: Record<string, string>,
    evenDeleted = false,
  ): Promise<IntegrationRow[]> => {
    const { rows } = await db.raw<{ rows: IntegrationRow[] }>(
      `select ${COLUMNS} from integrations where organization_id = :organizationId ${evenDeleted ? '' : 'and deleted_at is null'} ${sql}`,
      bindings,
    );
    return rows;
  };

  const markDirty = async (on: Connection, condition: string, id: string): Promise<TouchedItem[]> => {
    const { rows } = await on.raw<{ rows: TouchedItem[] }>(
      `select i.id as "itemId", d.signal
         from (select i.id from items i where i.integration_id = :id and ${condition} order by i.id) i
        cross join lateral mark_item_dirty(i.id, :staleAfter::interval) d`,
      { id, staleAfter: interval(signalStaleAfterMs) },
    );
    return rows;
  };

  const sealed = (id: string, clientSecret: string): Record<string, unknown> => {
    const { ciphertext, keyId } = secrets.seal(clientSecret, clientSecretPlace(id));
    return { client_secret_ciphertext: ciphertext, client_secret_key_id: keyId };
  };

  return {
    async create(organizationId, input) {
      const id = randomUUID();
      const [row] = await db('integrations')
        .insert({
          id,
          organization_id: organizationId,
          name: input.name,
          type: input.type,
          resource: input.resource,
          base_url: input.baseUrl,
          client_id: input.clientId,
          webhook_url: input.webhookUrl,
          keys_status: input.keysStatus,
          keys_checked_at: input.keysStatus === 'unchecked' ? null : db.fn.now(),
          ...sealed(id, input.clientSecret),
        })
        .returning<IntegrationRow[]>(db.raw(COLUMNS));
      return row!;
    },

    list: (organizationId) => select('order by created_at, id', { organizationId }),

    async find(organizationId, id, evenDeleted = false) {
      return (await select('and id = :id', { organizationId, id }, evenDeleted))[0] ?? null;
    },

    async clientSecret(organizationId, id) {
      const row = await db<{
        id: string;
        organization_id: string;
        deleted_at: Date | null;
        client_secret_ciphertext: Buffer;
        client_secret_key_id: string;
      }>('integrations')
        .where({ organization_id: organizationId, id })
        .first('client_secret_ciphertext', 'client_secret_key_id');
      if (!row) return null;
      return secrets.open(
        { ciphertext: row.client_secret_ciphertext, keyId: row.client_secret_key_id },
        clientSecretPlace(id),
      );
    },

    update: (organizationId, id, changes) =>
      db.transaction(async (trx) => {
        const values: Record<string, unknown> = { updated_at: trx.fn.now() };
        if (changes.name !== undefined) values.name = changes.name;
        if (changes.baseUrl !== undefined) values.base_url = changes.baseUrl;
        if (changes.clientId !== undefined) values.client_id = changes.clientId;
        if (changes.webhookUrl !== undefined) values.webhook_url = changes.webhookUrl;
        if (changes.clientSecret !== undefined) Object.assign(values, sealed(id, changes.clientSecret));
        if (changes.keysStatus !== undefined) {
          values.keys_status = changes.keysStatus;
          values.keys_checked_at = changes.keysStatus === 'unchecked' ? null : trx.fn.now();
        }
        const newKeys = [changes.baseUrl, changes.clientId, changes.clientSecret].some(
          (value) => value !== undefined,
        );
        if (newKeys) values.keys_version = trx.raw('keys_version + 1');
        const before = await trx<Pick<IntegrationRow, 'id' | 'organization_id' | ReadBefore>>('integrations')
          .where({ organization_id: organizationId, id })
          .forNoKeyUpdate()
          .first<Pick<IntegrationRow, ReadBefore> | undefined>('paused_since', 'base_url', 'client_id');
        const ends = before?.paused_since != null && changes.keysStatus !== undefined;
        if (ends)
          Object.assign(values, {
            paused_since: null,
            pause_code: null,
            pause_message: null,
            probe_at: null,
          });
        const [integration] = await trx('integrations')
          .where({ organization_id: organizationId, id, deleted_at: null })
          .update(values)
          .returning<IntegrationRow[]>(trx.raw(COLUMNS));
        if (!integration) return null;
        if (before?.base_url !== integration.base_url || before.client_id !== integration.client_id)
          await forgetTurns(trx, id);
        const revived = ends ? await reviveItems(trx, id) : [];
        const waiting =
          ends || changes.keysStatus === undefined
            ? []
            : await markDirty(trx, `i.action = 'fix_keys' and i.desired_state = 'active'`, id);
        const items = [...revived, ...waiting];
        return { integration, items };
      }),

    remove: (organizationId, id, force) =>
      db.transaction(async (trx) => {
        const { rows: found } = await trx.raw<{ rows: unknown[] }>(
          'select 1 from integrations where organization_id = ? and id = ? and deleted_at is null for update',
          [organizationId, id],
        );
        if (found.length === 0) return null;
        // A statement of its own: what waited for the lock above does not see a link that was committed meanwhile.
        const { rows: links } = await trx.raw<{ rows: [{ live: number }] }>(
          `select count(*)::int as live from items
            where integration_id = ? and desired_state <> 'disabled' and health <> 'deleted'`,
          [id],
        );
        const { live } = links[0];
        if (live > 0 && !force) return { kind: 'in_use', links: live };
        await trx('integrations').where({ id }).update({ deleted_at: trx.fn.now() });
        // In id order, like every statement that locks several Items.
        await trx.raw(
          `update items set desired_state = 'disabled', sync_version = sync_version + 1, status_since = now(), updated_at = now(),
                  next_sync_at = null
            where id in (select id from items where integration_id = ? and desired_state <> 'disabled' order by id for no key update)`,
          [id],
        );
        return { kind: 'removed', items: await markDirty(trx, 'true', id) };
      }),
  };
}
