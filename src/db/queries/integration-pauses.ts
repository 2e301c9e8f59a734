import type { Connection, Database } from '../database.js';
import type { TouchedItem } from './integrations.js';

/** Why an integration is paused: what Plaid said about its client, and since when. */
export interface PauseColumns {
  paused_since: Date | null;
  pause_code: string | null;
  pause_message: string | null;
}

/** Which keys a verdict is about. */
export interface KeysBasis {
  integrationId: string;
  /** Compare-and-set: a verdict on old keys must not touch new ones. */
  keysVersion: string;
}

export interface PausedIntegration {
  id: string;
  organization_id: string;
  base_url: string;
  client_id: string;
  client_secret_ciphertext: Buffer;
  client_secret_key_id: string;
  keys_version: string;
}

export interface IntegrationPauseQueries {
  /**
   * Plaid refuses the client, not an Item: nothing of the integration is synced until new keys come, or a probe finds the old
   * ones good. `asked` is the Item whose look found it out, if it was a look. False: the keys are not those any more.
   */
  pause(
    basis: KeysBasis,
    reason: { code: string; message: string; probeAt: Date; asked: string | null },
  ): Promise<boolean>;
  /** The keys are good (again). Revives the Items if the integration was paused; null: the keys are not those any more. */
  confirm(basis: KeysBasis): Promise<TouchedItem[] | null>;
  /** Paused integrations whose probe is due; each is taken by one sweep only, and again after `againInMs`. */
  takeForProbe(limit: number, againInMs: number): Promise<PausedIntegration[]>;
  /** What a probe heard: still paused. */
  stillPaused(
    basis: KeysBasis,
    heard: { code: string; message: string } | null,
    probeAt: Date,
  ): Promise<void>;
}

/** What says that the keys themselves are wrong, and not what they may do. */
const WRONG_KEYS = new Set(['INVALID_API_KEYS', 'UNAUTHORIZED_ENVIRONMENT']);

/** Signals that go out at once; the rest is left to the sweeps, batch by batch, at about the pace that Plaid allows anyway. */
const SIGNALS_AT_ONCE = 100;

/**
 * Marks all Items of an integration as dirty, as bulk work: webhooks of the time of the pause are no longer fresh, and some
 * never came. In the order of their ids, after the integration's lock.
 */
export async function reviveItems(on: Connection, integrationId: string): Promise<TouchedItem[]> {
  const { rows } = await on.raw<{ rows: TouchedItem[] }>(
    `with live as materialized (
       select s.item_id from item_sync s join items i on i.id = s.item_id
        where i.integration_id = :integrationId and i.desired_state = 'active' and i.health <> 'deleted'
        order by s.item_id for update of s),
     numbered as (select item_id, row_number() over (order by item_id) <= :atOnce as at_once from live),
     marked as (
       update item_sync s
          set dirty_gen = s.dirty_gen + 1, bulk_gen = s.dirty_gen + 1, repeated_signals = 0,
              signalled_gen = case when n.at_once then s.dirty_gen + 1 else s.signalled_gen end,
              signalled_at = case when n.at_once then clock_timestamp() end
         from numbered n where n.item_id = s.item_id
       returning s.item_id, n.at_once)
     select item_id as "itemId", at_once as signal from marked`,
    { integrationId, atOnce: SIGNALS_AT_ONCE },
  );
  return rows;
}

export function createIntegrationPauseQueries(db: Database): IntegrationPauseQueries {
  return {
    async pause({ integrationId, keysVersion }, { code, message, probeAt, asked }) {
      return db.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: unknown[] }>(
          `update integrations
              set paused_since = case when pause_code = :code then paused_since else now() end, pause_code = :code,
                  pause_message = :message, probe_at = :probeAt,
                  keys_status = case when :wrongKeys then 'invalid' else keys_status end,
                  keys_checked_at = case when :wrongKeys then now() else keys_checked_at end
            where id = :integrationId and keys_version = :keysVersion and deleted_at is null returning id`,
          { integrationId, keysVersion, code, message, probeAt, wrongKeys: WRONG_KEYS.has(code) },
        );
        if (rows.length === 0) return false;
        if (asked !== null)
          await trx.raw('update items set syncing_since = null where id = ? and syncing_since is not null', [
            asked,
          ]);
        return true;
      });
    },

    confirm: ({ integrationId, keysVersion }) =>
      db.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: { paused: boolean }[] }>(
          `select paused_since is not null as paused from integrations
            where id = :integrationId and keys_version = :keysVersion and deleted_at is null for no key update`,
          { integrationId, keysVersion },
        );
        const [found] = rows;
        if (!found) return null;
        await trx.raw(
          `update integrations set keys_status = 'valid', keys_checked_at = now(), paused_since = null, pause_code = null,
                  pause_message = null, probe_at = null where id = :integrationId`,
          { integrationId },
        );
        return found.paused ? reviveItems(trx, integrationId) : [];
      }),

    async takeForProbe(limit, againInMs) {
      const { rows } = await db.raw<{ rows: PausedIntegration[] }>(
        `with due as (
           select id from integrations where paused_since is not null and deleted_at is null and probe_at <= now()
            order by id limit :limit for no key update skip locked)
         update integrations g set probe_at = now() + :againInMs * interval '1 millisecond' from due where due.id = g.id
         returning g.id, g.organization_id, g.base_url, g.client_id, g.client_secret_ciphertext, g.client_secret_key_id, g.keys_version`,
        { limit, againInMs },
      );
      return rows;
    },

    async stillPaused({ integrationId, keysVersion }, heard, probeAt) {
      await db.raw(
        `update integrations
            set probe_at = :probeAt, pause_code = coalesce(:code, pause_code), pause_message = coalesce(:message, pause_message)
          where id = :integrationId and keys_version = :keysVersion and paused_since is not null`,
        { integrationId, keysVersion, probeAt, code: heard?.code ?? null, message: heard?.message ?? null },
      );
    },
  };
}
