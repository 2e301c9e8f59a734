import type { WorkPriority } from '../../domain/gcra.js';
import type { Attention, ItemWebhook } from '../../domain/attention.js';
import type { DesiredState, HistoryState, ItemAction, ItemHealth } from '../../domain/item-status.js';
import type { Database } from '../database.js';
import type { PauseColumns } from './integration-pauses.js';
import { preparedStatement } from '../prepared.js';

/** An Item as the sync engine sees it, together with its integration. Secrets are still sealed. */
export interface LookRow extends PauseColumns {
  id: string;
  organization_id: string;
  integration_id: string;
  end_user_id: string;
  plaid_item_id: string;
  access_token_ciphertext: Buffer;
  access_token_key_id: string;
  health: ItemHealth;
  desired_state: DesiredState;
  action: ItemAction | null;
  status_code: string | null;
  status_message: string | null;
  status_since: Date;
  token_checked_at: Date | null;
  cursor: string | null;
  sync_version: string;
  history: HistoryState;
  last_successful_sync_at: Date | null;
  next_sync_at: Date | null;
  due: boolean;
  hold_until: Date | null;
  not_ready_since: Date | null;
  not_ready_waits: number;
  restarts: number;
  restarting_since: Date | null;
  failures: number;
  resync_reason: string | null;
  resync_snapshot_at: Date | null;
  resync_missing: string[] | null;
  budget_until: Date | null;
  budget_priority: WorkPriority | null;
  attention: Attention[];
  /** Plaid's id of the Item that supersedes this one. */
  superseded_by_item_id: string | null;
  base_url: string;
  client_id: string;
  client_secret_ciphertext: Buffer;
  client_secret_key_id: string;
  integration_deleted: boolean;
  keys_version: string;
  claimed_gen: string;
  synced_gen: string;
  dirty: boolean;
  /** Dirty by more than bulk work. */
  fresh: boolean;
  /** Plaid's ids of the accounts that are stored with their details. */
  account_ids: string[];
  /** `TYPE:CODE` of the webhooks that no sync has consumed. */
  hints: string[];
}

export interface ItemLookQueries {
  /**
   * The first statements of every attempt, before any call to Plaid: claims what is dirty now, then reads. In that order,
   * so that whatever a claim covers is also seen. Null: no such Item.
   */
  claim(itemId: string): Promise<LookRow | null>;
  /** The webhooks behind `hints` of these `TYPE:CODE`s, in the order of their receipt. */
  unconsumed(itemId: string, hints: readonly string[]): Promise<ItemWebhook[]>;
  /** Marks a long update as running, for readers; cleared by whatever ends it. A superseded attempt marks nothing. */
  markSyncing(itemId: string, syncVersion: string): Promise<void>;
}

// Named one by one: a prepared `i.*` fails on its connection once a migration has added a column.
const ITEM_COLUMNS = [
  'id',
  'organization_id',
  'integration_id',
  'end_user_id',
  'plaid_item_id',
  'access_token_ciphertext',
  'access_token_key_id',
  'health',
  'desired_state',
  'action',
  'status_code',
  'status_message',
  'status_since',
  'token_checked_at',
  'cursor',
  'sync_version',
  'history',
  'last_successful_sync_at',
  'next_sync_at',
  'hold_until',
  'not_ready_since',
  'not_ready_waits',
  'restarts',
  'restarting_since',
  'failures',
  'resync_reason',
  'resync_snapshot_at',
  'resync_missing',
  'budget_until',
  'budget_priority',
  'attention',
]
  .map((column) => `i.${column}`)
  .join(', ');

const LOOK = `
  select ${ITEM_COLUMNS}, (select n.plaid_item_id from items n where n.id = i.superseded_by) as superseded_by_item_id,
         i.next_sync_at <= now() as due, g.base_url, g.client_id, g.client_secret_ciphertext, g.client_secret_key_id,
         g.deleted_at is not null as integration_deleted, g.keys_version, g.paused_since, g.pause_code, g.pause_message,
         s.claimed_gen, s.synced_gen, s.dirty_gen > s.synced_gen as dirty,
         s.dirty_gen > greatest(s.synced_gen, s.bulk_gen) as fresh,
         array(select a.account_id from accounts a where a.item_id = i.id and a.plaid is not null) as account_ids,
         array(select distinct w.webhook_type || ':' || w.webhook_code from plaid_webhooks w
                where w.item_id = i.id and w.gen > s.synced_gen and w.webhook_type is not null and w.webhook_code is not null) as hints
    from items i join integrations g on g.id = i.integration_id join item_sync s on s.item_id = i.id
   where i.id = $1`;

export function createItemLookQueries(db: Database): ItemLookQueries {
  const claim = preparedStatement(
    db,
    'claim_item',
    'update item_sync set claimed_gen = dirty_gen where item_id = $1',
  );
  const read = preparedStatement<LookRow & Record<string, unknown>>(db, 'look_at_item', LOOK);
  return {
    async claim(itemId) {
      await claim([itemId]);
      const [row] = await read([itemId]);
      return row ?? null;
    },
    async unconsumed(itemId, hints) {
      const { rows } = await db.raw<{ rows: { code: string; received_at: Date; body: Buffer }[] }>(
        // Without a body are those that came before the data of the Item were erased.
        `select w.webhook_code as code, w.received_at, w.body
           from plaid_webhooks w join item_sync s on s.item_id = w.item_id
          where w.item_id = ? and w.gen > s.synced_gen and w.webhook_type || ':' || w.webhook_code = any(?) and w.body <> ''
          order by w.id`,
        [itemId, [...hints]],
      );
      return rows.map((row) => ({
        code: row.code,
        receivedAt: row.received_at.toISOString(),
        // Intake has taken only JSON objects in, and has read their bytes in the same lenient way.
        body: JSON.parse(row.body.toString('utf8')) as Record<string, unknown>,
      }));
    },
    async markSyncing(itemId, syncVersion) {
      await db.raw(
        'update items set syncing_since = now() where id = ? and sync_version = ? and syncing_since is null',
        [itemId, syncVersion],
      );
    },
  };
}
