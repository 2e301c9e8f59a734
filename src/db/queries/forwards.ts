import type { OwnedRow } from '../../domain/task-priority.js';
import type { Database } from '../database.js';
import type { StoredHeaders } from './inbox.js';
import { interval } from './dirty-mark.js';

/** A webhook that is to be passed on to the integrator, as it is now. */
export interface PendingForward {
  webhookId: string;
  /** The integration's webhook_url at this moment; it may have changed since the webhook came. */
  url: string;
  body: Buffer;
  headers: StoredHeaders;
  /** When it came, or was last replayed: attempts go on for the window from then. */
  wantedAt: Date;
  /** Attempts, this one included. */
  attempts: number;
}

export interface ForwardQueries {
  /**
   * Begins an attempt. Null: nothing is to be sent: it was sent already, or given up, or the integration was deleted or
   * lost its URL, in which case the forward is stopped.
   * @param checkAfterMs when the sweep may take the forward for abandoned; must outlast the attempt and the wait after it
   */
  begin(webhookId: string, checkAfterMs: number): Promise<PendingForward | null>;
  markSent(webhookId: string): Promise<void>;
  /** @param error short, without anything of the receiver's answer but its status */
  recordFailure(webhookId: string, error: string, givenUp: boolean): Promise<void>;
  /**
   * For the sweep: pending forwards that nothing seems to work on, at most `limit`. They are not due again for `checkAfterMs`,
   * so that several sweeps and slow starts do not pile up.
   */
  takeOverdue(limit: number, checkAfterMs: number): Promise<OwnedRow[]>;
}

// The first part ends a forward that has no way to go any more; the second begins the attempt of one that has.
const BEGIN = `
  with target as (
    select w.id, g.webhook_url as url, g.deleted_at is null and g.webhook_url is not null as possible
      from plaid_webhooks w join integrations g on g.id = w.integration_id
     where w.id = :webhookId and w.forward_state = 'pending'),
  stopped as (
    update plaid_webhooks w set forward_state = 'stopped', forward_error = 'the integration has no webhook_url any more'
      from target t where w.id = t.id and not t.possible)
  update plaid_webhooks w
     set forward_attempts = w.forward_attempts + 1, forward_due_at = clock_timestamp() + :checkAfter::interval
    from target t where w.id = t.id and t.possible
  returning w.id as "webhookId", t.url, w.body, w.headers, greatest(w.received_at, w.last_replayed_at) as "wantedAt", w.forward_attempts as attempts`;

const TAKE_OVERDUE = `
  update plaid_webhooks set forward_due_at = clock_timestamp() + :checkAfter::interval
   where id in (select id from plaid_webhooks where forward_state = 'pending' and forward_due_at < clock_timestamp()
                 order by forward_due_at limit :limit for update skip locked)
  returning id, organization_id as "organizationId"`;

export function createForwardQueries({ db }: { db: Database }): ForwardQueries {
  return {
    async begin(webhookId, checkAfterMs) {
      const { rows } = await db.raw<{ rows: PendingForward[] }>(BEGIN, {
        webhookId,
        checkAfter: interval(checkAfterMs),
      });
      return rows[0] ?? null;
    },

    async markSent(webhookId) {
      await db.raw(
        `update plaid_webhooks set forward_state = 'sent', forwarded_at = clock_timestamp(), forward_error = null where id = ?`,
        [webhookId],
      );
    },

    async recordFailure(webhookId, error, givenUp) {
      await db.raw(
        `update plaid_webhooks set forward_error = :error,
                forward_state = case when :givenUp then 'failed' else forward_state end
          where id = :webhookId and forward_state = 'pending'`,
        { webhookId, error, givenUp },
      );
    },

    async takeOverdue(limit, checkAfterMs) {
      const { rows } = await db.raw<{ rows: OwnedRow[] }>(TAKE_OVERDUE, {
        limit,
        checkAfter: interval(checkAfterMs),
      });
      return rows;
    },
  };
}
