import type { Database } from '../database.js';

/** How far the set-up of an integration has come. */
export interface IntegrationProgressRow {
  first_link_at: Date | null;
  /** Of those that are kept (INBOX_RETENTION). */
  first_verified_webhook_at: Date | null;
  first_sync_at: Date | null;
  last_webhook_at: Date | null;
  rejected_webhooks: number;
  last_rejected_at: Date | null;
  last_rejection: string | null;
}

export interface IntegrationProgressReads {
  read(organizationId: string, integrationId: string): Promise<IntegrationProgressRow>;
}

// Accounts are stored by the first sync and stay; runs are pruned. The first Items are enough to tell the first sync.
const FIRST_SYNC = `
  select min(a.created_at) from accounts a where a.item_id in (
    select i.id from items i where i.integration_id = g.id and i.organization_id = g.organization_id and i.last_successful_sync_at is not null
     order by i.created_at limit 100)`;

// Ids begin with the time: nothing of the integration is older than itself.
const ITS_WEBHOOKS = `
  plaid_webhooks w where w.organization_id = g.organization_id and w.integration_id = g.id and w.verdict <> 'rejected'
    and w.id >= (lpad(to_hex((extract(epoch from g.created_at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid`;

const PROGRESS = `
  select (select min(i.created_at) from items i where i.organization_id = g.organization_id and i.integration_id = g.id) as first_link_at,
         (${FIRST_SYNC}) as first_sync_at,
         case when any_webhook.it then (select w.received_at from ${ITS_WEBHOOKS} order by w.id limit 1) end as first_verified_webhook_at,
         case when any_webhook.it then (select w.received_at from ${ITS_WEBHOOKS} order by w.id desc limit 1) end as last_webhook_at,
         (select count(*)::integer from plaid_webhooks w where w.integration_id = g.id and w.verdict = 'rejected') as rejected_webhooks,
         rejected.received_at as last_rejected_at, rejected.rejection as last_rejection
    from integrations g
    cross join lateral (select exists (select 1 from plaid_webhooks w where w.integration_id = g.id and w.verdict <> 'rejected') as it) any_webhook
    left join lateral (select w.received_at, w.rejection from plaid_webhooks w where w.integration_id = g.id and w.verdict = 'rejected'
                        order by w.id desc limit 1) rejected on true
   where g.organization_id = :organizationId and g.id = :integrationId`;

export function createIntegrationProgressReads(db: Database): IntegrationProgressReads {
  return {
    async read(organizationId, integrationId) {
      const { rows } = await db.raw<{ rows: [IntegrationProgressRow] }>(PROGRESS, {
        organizationId,
        integrationId,
      });
      return rows[0];
    },
  };
}
