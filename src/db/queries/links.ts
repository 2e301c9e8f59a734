import { randomUUID } from 'node:crypto';
import type { Attention } from '../../domain/attention.js';
import type {
  DesiredState,
  HistoryState,
  ItemAction,
  ItemHealth,
  SupersedingState,
} from '../../domain/item-status.js';
import type { Connection, Database, Transaction } from '../database.js';
import type { SecretBox, SecretPlace } from '../secret-box.js';
import { markItemDirty } from './dirty-mark.js';
import type { PauseColumns } from './integration-pauses.js';
import { NOTHING_WRONG_IN_A_ROW } from './look-results.js';
import { RESTS_IN_VAIN } from './relink-effects.js';

/** An Item as the API shows it: everything but its token and cursor. */
export interface LinkRow extends PauseColumns {
  id: string;
  organization_id: string;
  integration_id: string;
  end_user_id: string;
  /** Plaid's item_id; the API's `item_id`. */
  plaid_item_id: string;
  institution_id: string | null;
  institution_name: string | null;
  plaid_webhook_url: string | null;
  health: ItemHealth;
  desired_state: DesiredState;
  status_code: string | null;
  status_message: string | null;
  status_since: Date;
  action: ItemAction | null;
  syncing_since: Date | null;
  history: HistoryState;
  last_successful_sync_at: Date | null;
  next_sync_at: Date | null;
  superseded_at: Date | null;
  /** Plaid's ids of the Item that supersedes this one, and of the latest one that this one supersedes. */
  superseded_by_item_id: string | null;
  superseding_state: SupersedingState | null;
  supersedes_item_id: string | null;
  created_at: Date;
  updated_at: Date;
  attention: Attention[];
  /** Row ids of relinks of the Item, either way round, that wait for a decision; `since`: when they were found. */
  doubtful_relinks: { id: string; since: string }[];
  /** Row id of the relink whose new Item was deleted while this one rests, and since when. */
  stopped_relink: { id: string; since: string } | null;
  consent_expires_at: Date | null;
  token_checked_at: Date | null;
  /** When the last webhook of the Item came, from wherever. */
  last_webhook_at: Date | null;
}

export interface LinkInput {
  organizationId: string;
  integrationId: string;
  /** Plaid's item_id. */
  plaidItemId: string;
  accessToken: string;
  /** The integrator's own id of the end user, and a name for a new or renamed one. */
  endUserId: string;
  endUserName?: string | undefined;
  /** What /item/get said, if Plaid answered in time; null leaves the check to the first sync. */
  plaidItem: {
    institutionId: string | null;
    institutionName: string | null;
    webhookUrl: string | null;
    consentExpiresAt?: Date | null;
  } | null;
}

export type LinkOutcome =
  | { kind: 'linked'; created: boolean; link: LinkRow; signal: boolean }
  /** The Item belongs to another end user of the organisation; nothing was changed. */
  | { kind: 'other_end_user' }
  /** Another integration of the organisation syncs the Item: its rows would be there twice. Nothing was changed. */
  | { kind: 'other_integration' }
  /** The Item is in sync with another token, and Plaid has not confirmed the new one. Nothing was changed. */
  | { kind: 'unconfirmed_token' }
  /** The same accounts were linked as a newer Item: the rows would be there twice. Nothing was changed. */
  | { kind: 'superseded'; byItemId: string; state: SupersedingState | null }
  /** The integration was deleted meanwhile; nothing was changed. */
  | { kind: 'no_integration' };

const LINK_COLUMNS = [
  'id',
  'organization_id',
  'integration_id',
  'end_user_id',
  'plaid_item_id',
  'institution_id',
  'institution_name',
  'plaid_webhook_url',
  'health',
  'desired_state',
  'status_code',
  'status_message',
  'status_since',
  'action',
  'syncing_since',
  'history',
  'last_successful_sync_at',
  'next_sync_at',
  'superseded_at',
  'created_at',
  'updated_at',
  'attention',
  'consent_expires_at',
  'token_checked_at',
] as const;

// The webhook with the highest generation is kept whatever its age (retention.ts).
const LAST_WEBHOOK = `(select w.last_received_at from plaid_webhooks w where w.item_id = i.id and w.gen is not null
                         order by w.gen desc limit 1) as last_webhook_at`;

const SUPERSEDED = `(select n.plaid_item_id from items n where n.id = i.superseded_by) as superseded_by_item_id,
  (select case when n.health = 'deleted' then 'deleted_at_plaid' when n.desired_state = 'disabled' then 'deleted'
               when n.superseded_by is not null then 'superseded' when n.desired_state = 'paused' then 'paused'
               when n.health = 'erroring' or g.paused_since is not null then 'erroring' else 'synced' end
     from items n join integrations g on g.id = n.integration_id where n.id = i.superseded_by) as superseding_state`;

const RELINKED = `${SUPERSEDED},
  (select o.plaid_item_id from items o where o.superseded_by = i.id order by o.superseded_at desc limit 1) as supersedes_item_id`;

const pauseColumn = (column: keyof PauseColumns): string =>
  `(select g.${column} from integrations g where g.id = i.integration_id) as ${column}`;

const DOUBTFUL_RELINKS = `(select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'since', r.created_at) order by r.id), '[]') from relinks r
   where r.status = 'doubtful' and (r.old_item_id = i.id or r.new_item_id = i.id)) as doubtful_relinks`;

const STOPPED_RELINK = `(select jsonb_build_object('id', r.id, 'since', greatest(n.status_since, i.superseded_at))
   from items n join relinks r on r.new_item_id = n.id and r.old_item_id = i.id where n.id = i.superseded_by and ${RESTS_IN_VAIN}) as stopped_relink`;

/** A LinkRow of `items i`, for select and returning lists. */
export const LINK = [
  ...LINK_COLUMNS.map((column) => `i.${column}`),
  LAST_WEBHOOK,
  RELINKED,
  DOUBTFUL_RELINKS,
  STOPPED_RELINK,
  pauseColumn('paused_since'),
  pauseColumn('pause_code'),
  pauseColumn('pause_message'),
].join(', ');

/** Where an Item's access token is sealed; sealing and opening must agree on it. */
export const accessTokenPlace = (itemId: string): SecretPlace => ({
  table: 'items',
  column: 'access_token',
  rowId: itemId,
});

export interface LinkQueries {
  /** Creates or re-tokens an Item and its end user, adopts webhooks that came before it, marks it dirty: one transaction. */
  link(input: LinkInput): Promise<LinkOutcome>;
  find(organizationId: string, integrationId: string | null, plaidItemId: string): Promise<LinkRow | null>;
  listByIntegration(organizationId: string, integrationId: string): Promise<LinkRow[]>;
  listByEndUser(organizationId: string, endUserId: string): Promise<LinkRow[]>;
  /** A sync now, also for a paused Item's probe. `signal`: whether the workflow is to be signalled after the commit. */
  requestSync(itemId: string): Promise<{ signal: boolean }>;
  /** What Plaid confirmed as the Item's webhook. */
  setPlaidWebhookUrl(itemId: string, url: string | null): Promise<void>;
  /**
   * Commits what the user wants and marks the Item dirty, so that its workflow obeys even if the signal is lost. A disabled
   * Item stays disabled: it may have been erased since the caller looked, and only a new link brings a token back.
   */
  setDesiredState(itemId: string, desired: DesiredState): Promise<{ signal: boolean }>;
}

interface ExistingItem {
  id: string;
  end_user: string;
  health: ItemHealth;
  desired_state: DesiredState;
  access_token_ciphertext: Buffer;
  access_token_key_id: string;
  superseded_by_item_id: string | null;
  superseding_state: SupersedingState | null;
}

export interface LinkQueriesDeps {
  db: Database;
  secrets: SecretBox;
  /** After this long an unanswered signal may be repeated by the next intake. */
  signalStaleAfterMs: number;
}

export function createLinkQueries({ db, secrets, signalStaleAfterMs }: LinkQueriesDeps): LinkQueries {
  const markDirty = (on: Connection, itemId: string) => markItemDirty(on, itemId, signalStaleAfterMs);

  const upsertEndUser = async (trx: Transaction, input: LinkInput): Promise<string> => {
    const { rows } = await trx.raw<{ rows: [{ id: string }] }>(
      `insert into end_users as e (organization_id, end_user_id, name) values (:organizationId, :endUserId, :name)
       on conflict (organization_id, end_user_id) do update
         set name = coalesce(excluded.name, e.name),
             -- A link after an erasure is a new beginning.
             erased_at = null,
             updated_at = case when excluded.name is distinct from e.name and excluded.name is not null then now() else e.updated_at end
       returning id`,
      { organizationId: input.organizationId, endUserId: input.endUserId, name: input.endUserName ?? null },
    );
    return rows[0].id;
  };

  const works = ({ health, desired_state }: ExistingItem): boolean =>
    health === 'active' && desired_state === 'active';

  const holdsToken = (item: ExistingItem, accessToken: string): boolean => {
    const sealed = { ciphertext: item.access_token_ciphertext, keyId: item.access_token_key_id };
    return secrets.open(sealed, accessTokenPlace(item.id)) === accessToken;
  };

  const isLinkedElsewhere = async (trx: Transaction, input: LinkInput): Promise<boolean> => {
    const { rows } = await trx.raw<{ rows: unknown[] }>(
      `select 1 from items i join integrations g on g.id = i.integration_id
        where i.organization_id = :organizationId and i.plaid_item_id = :plaidItemId and i.integration_id <> :integrationId
          and i.desired_state <> 'disabled' and i.health <> 'deleted' and g.deleted_at is null limit 1`,
      {
        organizationId: input.organizationId,
        plaidItemId: input.plaidItemId,
        integrationId: input.integrationId,
      },
    );
    return rows.length > 0;
  };

  const one = async (sql: string, bindings: Record<string, string>): Promise<LinkRow[]> => {
    const { rows } = await db.raw<{ rows: LinkRow[] }>(`select ${LINK} from items i where ${sql}`, bindings);
    return rows;
  };

  return {
    link: (input) =>
      db.transaction(async (trx): Promise<LinkOutcome> => {
        // Held until the commit: an integration is deleted, and its Items disabled, before or after this link, never around it.
        const { rows: live } = await trx.raw<{ rows: unknown[] }>(
          'select 1 from integrations where id = ? and deleted_at is null for key share',
          [input.integrationId],
        );
        if (live.length === 0) return { kind: 'no_integration' };
        // A long merge may hold the Item's row: it is waited for before intake is locked out, never while it is.
        await trx.raw(
          'select 1 from items where integration_id = ? and plaid_item_id = ? for no key update',
          [input.integrationId, input.plaidItemId],
        );
        await trx.raw('select lock_plaid_item(?, ?)', [input.integrationId, input.plaidItemId]);
        const existing = (
          await trx.raw<{ rows: ExistingItem[] }>(
            `select i.id, e.end_user_id as end_user, i.health, i.desired_state, i.access_token_ciphertext, i.access_token_key_id,
                    ${SUPERSEDED}
               from items i join end_users e on e.id = i.end_user_id
              where i.integration_id = ? and i.plaid_item_id = ? for no key update of i`,
            [input.integrationId, input.plaidItemId],
          )
        ).rows[0];
        if (existing && existing.end_user !== input.endUserId) return { kind: 'other_end_user' };
        if (existing?.superseded_by_item_id != null)
          return {
            kind: 'superseded',
            byItemId: existing.superseded_by_item_id,
            state: existing.superseding_state,
          };
        if (!existing && (await isLinkedElsewhere(trx, input))) return { kind: 'other_integration' };
        if (
          existing &&
          input.plaidItem === null &&
          works(existing) &&
          !holdsToken(existing, input.accessToken)
        )
          return { kind: 'unconfirmed_token' };

        const endUserRowId = await upsertEndUser(trx, input);
        const id = existing?.id ?? randomUUID();
        const sealed = secrets.seal(input.accessToken, accessTokenPlace(id));
        const values = {
          id,
          organizationId: input.organizationId,
          integrationId: input.integrationId,
          endUserRowId,
          plaidItemId: input.plaidItemId,
          ciphertext: sealed.ciphertext,
          keyId: sealed.keyId,
          institutionId: input.plaidItem?.institutionId ?? null,
          institutionName: input.plaidItem?.institutionName ?? null,
          webhookUrl: input.plaidItem?.webhookUrl ?? null,
          consentExpiresAt: input.plaidItem?.consentExpiresAt ?? null,
          checked: input.plaidItem !== null,
        };
        // Posting an Item again re-tokens it and revives it from every pause. The cursor stays: if Plaid says that it
        // does not belong to the new token, the sync resets it. sync_version moves, so a sync under the old token loses.
        const { rows } = await trx.raw<{ rows: [LinkRow] }>(
          `insert into items as i (id, organization_id, integration_id, end_user_id, plaid_item_id, access_token_ciphertext,
              access_token_key_id, institution_id, institution_name, plaid_webhook_url, consent_expires_at, token_checked_at)
           values (:id, :organizationId, :integrationId, :endUserRowId, :plaidItemId, :ciphertext, :keyId, :institutionId,
              :institutionName, :webhookUrl, :consentExpiresAt, case when :checked then now() end)
           on conflict (integration_id, plaid_item_id) do update
             set access_token_ciphertext = excluded.access_token_ciphertext,
                 access_token_key_id = excluded.access_token_key_id,
                 institution_id = coalesce(excluded.institution_id, i.institution_id),
                 institution_name = coalesce(excluded.institution_name, i.institution_name),
                 plaid_webhook_url = case when :checked then excluded.plaid_webhook_url else i.plaid_webhook_url end,
                 consent_expires_at = case when :checked then excluded.consent_expires_at else i.consent_expires_at end,
                 token_checked_at = excluded.token_checked_at,
                 health = case when i.last_successful_sync_at is null then 'pending' else 'active' end,
                 desired_state = 'active', status_code = null, status_message = null, action = null, status_since = now(),
                 ${NOTHING_WRONG_IN_A_ROW}, not_ready_since = null, not_ready_waits = 0,
                 next_sync_at = now(), hold_until = null, resync_missing = null, resync_snapshot_at = null,
                 budget_until = null, budget_priority = null, sync_version = i.sync_version + 1, updated_at = now()
           returning ${LINK}`,
          values,
        );
        await trx.raw('insert into item_sync (item_id) values (?) on conflict do nothing', [id]);
        await trx.raw('insert into change_heads (organization_id) values (?) on conflict do nothing', [
          input.organizationId,
        ]);
        const { gen, signal } = await markDirty(trx, id);
        await trx.raw(
          `update plaid_webhooks set item_id = :id, gen = :gen
            where integration_id = :integrationId and plaid_item_id = :plaidItemId and item_id is null and verdict <> 'rejected'`,
          { id, gen, integrationId: input.integrationId, plaidItemId: input.plaidItemId },
        );
        return { kind: 'linked', created: !existing, link: rows[0], signal };
      }),

    async find(organizationId, integrationId, plaidItemId) {
      const scope = integrationId === null ? '' : ' and i.integration_id = :integrationId';
      const rows = await one(
        // Without an integration the address is ambiguous: one that still exists comes first.
        `i.organization_id = :organizationId and i.plaid_item_id = :plaidItemId${scope}
          order by (select g.deleted_at is not null from integrations g where g.id = i.integration_id), i.created_at desc`,
        {
          organizationId,
          plaidItemId,
          ...(integrationId === null ? {} : { integrationId }),
        },
      );
      return rows[0] ?? null;
    },

    listByIntegration: (organizationId, integrationId) =>
      one(
        'i.organization_id = :organizationId and i.integration_id = :integrationId order by i.created_at, i.id',
        {
          organizationId,
          integrationId,
        },
      ),

    listByEndUser: (organizationId, endUserId) =>
      one('i.organization_id = :organizationId and i.end_user_id = :endUserId order by i.created_at, i.id', {
        organizationId,
        endUserId,
      }),

    requestSync: (itemId) =>
      db.transaction(async (trx) => {
        // Asking again is an operator's answer to an Item that is parked for a decision: the full resync starts over. No
        // sync_version moves: what parked the Item moved it, so no look that began before can write any more.
        await trx.raw(
          `update items set health = 'active', action = null, status_code = null, status_message = null, status_since = now(),
                  resync_missing = null, resync_snapshot_at = null, next_sync_at = now(), hold_until = null
            where id = ? and action = 'decide'`,
          [itemId],
        );
        return markDirty(trx, itemId);
      }),

    async setPlaidWebhookUrl(itemId, url) {
      await db.raw('update items set plaid_webhook_url = ?, updated_at = now() where id = ?', [url, itemId]);
    },

    setDesiredState: (itemId, desired) =>
      db.transaction(async (trx) => {
        await trx.raw(
          `update items set desired_state = :desired, sync_version = sync_version + 1, status_since = now(), updated_at = now(),
                  next_sync_at = case when :desired = 'active' then now() end
            where id = :itemId and desired_state not in (:desired, 'disabled')`,
          { itemId, desired },
        );
        return markDirty(trx, itemId);
      }),
  };
}
