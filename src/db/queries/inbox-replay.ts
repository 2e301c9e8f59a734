import type { Database } from '../database.js';
import { interval } from './dirty-mark.js';

export interface Replayed {
  id: string;
  /**
   * `unmatched`: no Item of it is linked; `stopped`: its Item is not synced any more, so nothing of the webhook changes, and a
   * new link of the Item makes up for it. `superseded`: the same, of an Item that rests for a newer one.
   */
  outcome: 'replayed' | 'unmatched' | 'stopped' | 'superseded';
  itemId: string | null;
  /** The Item's workflow is owed a signal after the commit. */
  signal: boolean;
  forward: boolean;
}

export interface InboxReplayQueries {
  /**
   * Makes webhooks unconsumed again, by the way of intake: their Items become dirty, and the next look sees them. Those
   * whose Item was linked since are matched to it. Rejected ones are not touched: they must be verified first.
   * @param forward also pass them on again, where their integration has a URL for it
   */
  replay(organizationId: string, ids: readonly string[], forward: boolean): Promise<Replayed[]>;
  /** Removes a rejected webhook that has been verified since and is stored as such. */
  dropRejected(organizationId: string, id: string): Promise<void>;
}

// Items in the order of their ids, like every statement that locks several of them. A stopped or superseded Item stays as it is.
const REPLAY = `
  with chosen as materialized (
    select w.id, i.id as item_id, i.desired_state <> 'disabled' and i.health <> 'deleted' and i.superseded_by is null as live,
           i.superseded_by is not null and i.desired_state <> 'disabled' and i.health <> 'deleted' as superseded,
           i.desired_state = 'active' as awake,
           -- An erased one has no body any more.
           g.webhook_url is not null and g.deleted_at is null and w.body <> '' as can_forward
      from plaid_webhooks w
      join integrations g on g.id = w.integration_id
      left join items i on i.integration_id = w.integration_id and i.plaid_item_id = w.plaid_item_id
     where w.organization_id = :organizationId and w.id = any(:ids::uuid[]) and w.verdict <> 'rejected'),
  marked as materialized (
    select d.item_id, m.gen, m.signal
      from (select distinct item_id, awake from chosen where live order by item_id) d
      cross join lateral mark_item_dirty(d.item_id, :stale::interval, d.awake) m),
  stored as (
    update plaid_webhooks w
       -- Both or neither: matched without a generation it would wait for ever, and a new link would not adopt it.
       set item_id = coalesce(m.item_id, w.item_id), gen = coalesce(m.gen, w.gen),
           replays = w.replays + 1, last_replayed_at = clock_timestamp(),
           forward_state = case when :forward and c.can_forward then 'pending' else w.forward_state end,
           forward_attempts = case when :forward and c.can_forward then 0 else w.forward_attempts end,
           forward_error = case when :forward and c.can_forward then null else w.forward_error end,
           forward_due_at = case when :forward and c.can_forward then clock_timestamp() + :stale::interval else w.forward_due_at end
      from chosen c left join marked m on m.item_id = c.item_id
     where w.id = c.id and (m.item_id is not null or :forward)
    returning w.id)
  select c.id, c.item_id as "itemId",
         case when m.item_id is not null then 'replayed' when c.item_id is null then 'unmatched'
              when c.superseded then 'superseded' else 'stopped' end as outcome,
         coalesce(m.signal, false) and row_number() over (partition by c.item_id order by c.id) = 1 as signal,
         :forward and c.can_forward as forward
    from chosen c left join marked m on m.item_id = c.item_id left join stored s on s.id = c.id
   order by c.id`;

export function createInboxReplayQueries({
  db,
  signalStaleAfterMs,
}: {
  db: Database;
  signalStaleAfterMs: number;
}): InboxReplayQueries {
  return {
    async replay(organizationId, ids, forward) {
      const { rows } = await db.raw<{ rows: Replayed[] }>(REPLAY, {
        organizationId,
        ids: [...ids],
        forward,
        stale: interval(signalStaleAfterMs),
      });
      return rows;
    },
    async dropRejected(organizationId, id) {
      await db.raw(
        `delete from plaid_webhooks where organization_id = ? and id = ? and verdict = 'rejected'`,
        [organizationId, id],
      );
    },
  };
}
