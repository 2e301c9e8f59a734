import type pg from 'pg';
import { createDatabase } from '../../src/db/database.js';
import { createStatisticsQueries } from '../../src/db/queries/statistics.js';

/** So much of what came and of what was done about it is there. */
const INBOX_DAYS = 31;
const WEBHOOKS_PER_ITEM_AND_DAY = 1.5;

// Ids begin with the time at which a webhook came.
const WEBHOOKS = `
  insert into plaid_webhooks (id, organization_id, integration_id, item_id, plaid_item_id, verdict, webhook_type, webhook_code, body, headers, jwt_hash, gen,
         received_at, last_received_at)
  select uuidv7(c.at - clock_timestamp()), i.organization_id, i.integration_id, i.id, i.plaid_item_id, 'verified', 'TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE',
         convert_to(format('{"webhook_type":"TRANSACTIONS","webhook_code":"SYNC_UPDATES_AVAILABLE","item_id":"%s","initial_update_complete":true,"historical_update_complete":true,"environment":"production"}', i.plaid_item_id), 'UTF8'),
         jsonb_build_object('content-type', 'application/json', 'user-agent', 'Plaid-Webhook', 'plaid-verification', repeat(md5(i.id::text || c.at), 9)),
         sha256(convert_to(i.id::text || c.at, 'UTF8')), case when random() < 0.0005 then 1001 else 1000 end, c.at, c.at
    from (select w.item_id, now() - random() * interval '${INBOX_DAYS} days' as at
            from (select id as item_id, generate_series(1, trunc(${INBOX_DAYS * WEBHOOKS_PER_ITEM_AND_DAY} * weight + random())::integer)
                    from bench_items where organization_id = $1) w order by at) c
    join items i on i.id = c.item_id`;

const REJECTED = `
  insert into plaid_webhooks (id, organization_id, integration_id, verdict, rejection, body, headers, received_at, last_received_at)
  select uuidv7(at - clock_timestamp()), $1, $2, 'rejected', 'signature', '{}', '{}', at, at
    from (select now() - n * interval '40 minutes' as at from generate_series(1000, 1, -1) n) t`;

const UNMATCHED = `
  insert into plaid_webhooks (id, organization_id, integration_id, plaid_item_id, verdict, webhook_type, webhook_code, body, headers, jwt_hash, received_at, last_received_at)
  select uuidv7(at - clock_timestamp()), $1, $2, md5('unknown' || n), 'verified', 'TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE', '{}', '{}', sha256(convert_to('unknown' || md5(n::text) || n, 'UTF8')), at, at
    from (select n, now() - n * interval '2 hours' as at from generate_series(300, 1, -1) n) t`;

/** A sync after most webhooks, most of them within a second; some fail first. */
const RUNS = `
  insert into sync_runs (id, organization_id, item_id, kind, outcome, started_at, finished_at, pages, added, modified, removed, error_code, error_message)
  select gen_random_uuid(), r.organization_id, r.item_id, 'update', case when r.failed then 'failed' else 'synced' end,
         r.received_at + interval '30 milliseconds', r.received_at + interval '150 milliseconds' * exp(4 * r.luck * r.luck),
         1, case when r.failed then 0 else 1 + (r.luck * 4)::integer end, (r.luck * 2)::integer, (r.luck * 1.1)::integer,
         case when r.failed then (array['INTERNAL_SERVER_ERROR', 'INSTITUTION_DOWN', 'RATE_LIMIT_EXCEEDED', 'PLANNED_MAINTENANCE'])[1 + (r.luck * 3)::integer] end,
         case when r.failed then 'Plaid said so.' end
    from (select w.*, random() as luck, f.failed from plaid_webhooks w cross join lateral (values (false), (true)) f (failed)
           where w.organization_id = $1 and w.item_id is not null and (not f.failed or hashtext(w.id::text) % 40 = 0)
           order by w.received_at) r`;

/** A month of webhooks and syncs of one organisation. */
export async function fillInbox(
  client: pg.Client,
  { organizationId, integrationId }: { organizationId: string; integrationId: string },
): Promise<void> {
  await client.query(WEBHOOKS, [organizationId]);
  await client.query(REJECTED, [organizationId, integrationId]);
  await client.query(UNMATCHED, [organizationId, integrationId]);
  await client.query(RUNS, [organizationId]);
}

/** Adds up the hours that are over, as the worker does. */
export async function rollHours(databaseUrl: string): Promise<void> {
  const db = createDatabase({ url: databaseUrl, name: 'ardea-bench-hours', poolMax: 1 });
  try {
    const statistics = createStatisticsQueries(db);
    while ((await statistics.roll()) > 0);
  } finally {
    await db.destroy();
  }
}
