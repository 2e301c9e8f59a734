import type { OwnedRow, SignalledRow } from '../../domain/task-priority.js';
import type { Database } from '../database.js';
import { interval } from './dirty-mark.js';

export interface SweepQueries {
  /**
   * Items whose workflow owes something that no fresh signal announces: dirty beyond a stale signal, or past their time.
   * Each is taken by one sweep only, and the delay until it is taken again doubles up to 15 minutes.
   */
  takeOwed(limit: number): Promise<SignalledRow[]>;
  /**
   * Matches inbox rows to Items that were linked since; link and intake do so themselves, this is the net below them. The
   * signals are left to `takeOwed`.
   */
  adoptUnmatched(limit: number): Promise<number>;
  /** Every Item that is to be synced, for rebuilding all workflows; in pages by row id. */
  liveItems(after: string | null, limit: number): Promise<OwnedRow[]>;
}

export interface SweepQueriesDeps {
  db: Database;
  signalStaleAfterMs: number;
}

const LONGEST_DELAY = '15 minutes';

export function createSweepQueries({ db, signalStaleAfterMs }: SweepQueriesDeps): SweepQueries {
  return {
    async takeOwed(limit) {
      const { rows } = await db.raw<{ rows: SignalledRow[] }>(
        `with owed as (
           select s.item_id, i.organization_id from item_sync s join items i on i.id = s.item_id join integrations g on g.id = i.integration_id
            where ((i.desired_state = 'active' and g.paused_since is null and i.superseded_by is null and i.health <> 'deleted' and i.action is distinct from 'decide'
                    and (i.hold_until is null or i.hold_until <= now())
                    -- An Item that was told its turn waits for it, unless something came that no look has seen yet.
                    and (i.budget_until is null or i.budget_until <= now() or s.signalled_gen > s.claimed_gen)
                    -- An institution that is down is asked at its own pace, dirty or not.
                    and ((s.dirty_gen > s.synced_gen and (i.failures = 0 or i.next_sync_at <= now()))
                         or i.next_sync_at <= now() - :stale::interval))
                   -- A pause or a removal whose signal got lost: its workflow has not looked since.
                   or (i.desired_state <> 'active' and s.signalled_gen > s.claimed_gen)
                   -- Superseded by the commit of another Item, which signals nobody: its workflow is to learn of it.
                   or (i.superseded_by is not null and (s.signalled_gen > s.claimed_gen or s.signalled_at is null
                                                        or s.signalled_at < i.superseded_at)))
              and (s.signalled_at is null
                   or s.signalled_at < now() - least(:stale::interval * 2 ^ least(s.repeated_signals, 20), interval '${LONGEST_DELAY}'))
            order by s.signalled_at nulls first limit :limit for no key update of s skip locked)
         update item_sync s
            set signalled_gen = s.dirty_gen, signalled_at = clock_timestamp(), repeated_signals = s.repeated_signals + 1
           from owed where s.item_id = owed.item_id returning s.item_id as id, owed.organization_id as "organizationId",
                 s.repeated_signals as "repeatedSignals"`,
        { stale: interval(signalStaleAfterMs), limit },
      );
      return rows;
    },
    async adoptUnmatched(limit) {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `with found as (
           select w.id, i.id as item_id from plaid_webhooks w
             join items i on i.integration_id = w.integration_id and i.plaid_item_id = w.plaid_item_id
            where w.item_id is null and w.verdict <> 'rejected' limit :limit for no key update of w skip locked),
         marked as (
           select d.item_id, (mark_item_dirty(d.item_id, :stale::interval, false)).gen from (select distinct item_id from found order by item_id) d)
         update plaid_webhooks w set item_id = m.item_id, gen = m.gen
           from found f join marked m on m.item_id = f.item_id where w.id = f.id returning w.id`,
        { stale: interval(signalStaleAfterMs), limit },
      );
      return rows.length;
    },
    async liveItems(after, limit) {
      const { rows } = await db.raw<{ rows: OwnedRow[] }>(
        `select id, organization_id as "organizationId" from items
          where desired_state = 'active' and health <> 'deleted' and superseded_by is null and (:after::uuid is null or id > :after::uuid)
          order by id limit :limit`,
        { after, limit },
      );
      return rows;
    },
  };
}
