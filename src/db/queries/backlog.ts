import { linkStatus, type DesiredState, type ItemHealth, type LinkStatus } from '../../domain/item-status.js';
import type { Database } from '../database.js';
import { RESTS_IN_VAIN } from './relink-effects.js';

/** How the whole installation is, for metrics. */
export interface Backlog {
  items: ReadonlyMap<LinkStatus, number>;
  attention: number;
  dirtyItems: number;
  waitingWebhooks: number;
  /** Age of the oldest webhook that a look has still to deal with; 0 when there is none. */
  oldestWaitingSeconds: number;
  unmatchedWebhooks: number;
  pendingForwards: number;
  doubtfulRelinks: number;
  /** Items that rest for one that was deleted. */
  stoppedRelinks: number;
}

interface ItemCount {
  health: ItemHealth;
  desired_state: DesiredState;
  syncing: boolean;
  superseded: boolean;
  integration_paused: boolean;
  attention: number;
  n: number;
}

const ITEMS = `
  select i.health, i.desired_state, i.syncing_since is not null as syncing, i.superseded_by is not null as superseded,
         g.paused_since is not null as integration_paused, count(*)::int as n,
         count(*) filter (where i.attention <> '[]')::int as attention
    from items i join integrations g on g.id = i.integration_id group by 1, 2, 3, 4, 5`;

// Only what a look would deal with counts: an Item that is paused or erroring is not late, nor one whose integration is paused.
const LATE_ITEMS = `item_sync s join items i on i.id = s.item_id join integrations g on g.id = i.integration_id`;
const IS_LATE = `s.dirty_gen > s.synced_gen and i.desired_state = 'active' and i.health in ('pending', 'active')
  and i.superseded_by is null and g.paused_since is null`;
const WAITING = `
  select (select count(*) from ${LATE_ITEMS} where ${IS_LATE})::int as dirty,
         count(w.id)::int as waiting, coalesce(extract(epoch from now() - min(w.received_at)), 0)::float8 as oldest,
         (select count(*) from plaid_webhooks where item_id is null and verdict <> 'rejected')::int as unmatched,
         (select count(*) from plaid_webhooks where forward_state = 'pending')::int as forwards,
         (select count(*) from relinks where status = 'doubtful')::int as relinks,
         (select count(*) from items i join items n on n.id = i.superseded_by where ${RESTS_IN_VAIN})::int as stopped
    from ${LATE_ITEMS} join plaid_webhooks w on w.item_id = s.item_id and w.gen > s.synced_gen where ${IS_LATE}`;

export async function readBacklog(db: Database): Promise<Backlog> {
  const [{ rows: counts }, { rows: waiting }] = await Promise.all([
    db.raw<{ rows: ItemCount[] }>(ITEMS),
    db.raw<{
      rows: [
        {
          dirty: number;
          waiting: number;
          oldest: number;
          unmatched: number;
          forwards: number;
          relinks: number;
          stopped: number;
        },
      ];
    }>(WAITING),
  ]);
  const items = new Map<LinkStatus, number>();
  let attention = 0;
  for (const row of counts) {
    const status = linkStatus({
      health: row.health,
      desiredState: row.desired_state,
      syncingSince: row.syncing ? new Date() : null,
      superseded: row.superseded,
      integrationPaused: row.integration_paused,
    });
    items.set(status, (items.get(status) ?? 0) + row.n);
    // What is not synced any more is not asked for (src/api/links/present.ts).
    if (status !== 'sync_disabled' && status !== 'deleted_in_plaid') attention += row.attention;
  }
  const [now] = waiting;
  return {
    items,
    attention,
    dirtyItems: now.dirty,
    waitingWebhooks: now.waiting,
    oldestWaitingSeconds: now.oldest,
    unmatchedWebhooks: now.unmatched,
    pendingForwards: now.forwards,
    doubtfulRelinks: now.relinks,
    stoppedRelinks: now.stopped,
  };
}
