import pg from 'pg';
import type { Tenant } from '../stack/tenant.js';
import { createMerchants, fillItems, itemsFor, type FilledOrganization } from './fill-items.js';
import { fillInbox, rollHours } from './fill-inbox.js';
import { dropIndexes, fillTransactions, fillVersions } from './fill-transactions.js';

/** Other organisations, and what they have together as a share of the one that is measured. */
const OTHERS = 4;
const OTHERS_SHARE = 0.1;

export interface Filled {
  transactions: number;
  others: number;
  items: number;
  endUsers: number;
  webhooks: number;
  runs: number;
  /** Of the whole database. */
  gigabytes: number;
}

async function createOthers(client: pg.Client, tenant: Tenant): Promise<FilledOrganization[]> {
  const { rows } = await client.query<{ organizationId: string; integrationId: string }>(
    `with o as (insert into organizations (name, created_at) select 'other ' || n, now() - interval '2 years' from generate_series(1, $2::integer) n returning id)
     insert into integrations (id, organization_id, name, type, resource, base_url, client_id, client_secret_ciphertext, client_secret_key_id, keys_status)
     select gen_random_uuid(), o.id, g.name, g.type, g.resource, g.base_url, g.client_id, g.client_secret_ciphertext, g.client_secret_key_id, g.keys_status
       from o, integrations g where g.id = $1 returning id as "integrationId", organization_id as "organizationId"`,
    [tenant.integrationId, OTHERS],
  );
  return rows;
}

/**
 * Fills a database as two years of use would have: the organisation of the tenant with about so many transactions, a few
 * others with a tenth of that, and a month of webhooks, syncs and hours. Over one connection.
 */
export async function fill(
  tenant: Tenant,
  transactions: number,
  say: (line: string) => void,
): Promise<Filled> {
  const client = new pg.Client({ connectionString: tenant.databaseUrl, options: '-c jit=off' });
  await client.connect();
  const began = performance.now();
  const report = (line: string): void =>
    say(`  ${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s: ${line}`);
  try {
    await client.query(`set maintenance_work_mem = '512MB'; set work_mem = '64MB'`);
    await client.query(`update organizations set created_at = now() - interval '2 years'`);
    await createMerchants(client);
    const others = await createOthers(client, tenant);
    const mine = { organizationId: tenant.organizationId, integrationId: tenant.integrationId };
    const othersEach = Math.round((transactions * OTHERS_SHARE) / OTHERS);
    for (const organization of [...others, mine])
      await fillItems(client, organization, itemsFor(organization === mine ? transactions : othersEach));
    await client.query('analyze bench_items, items, end_users, accounts');
    const definitions = await dropIndexes(client);
    let shown = 0;
    const progress = (rows: number): void => {
      if (rows - shown < 1_000_000) return;
      shown = rows;
      report(`${(rows / 1_000_000).toFixed(1)} million transactions`);
    };
    let ofOthers = 0;
    for (const { organizationId } of others)
      ofOthers += await fillTransactions(client, organizationId, othersEach, () => undefined);
    const rows = await fillTransactions(client, tenant.organizationId, transactions, progress);
    report('indexes');
    for (const definition of definitions) await client.query(definition);
    await fillVersions(client, tenant.organizationId);
    report('webhooks and syncs');
    for (const organization of [...others, mine]) await fillInbox(client, organization);
    report('vacuum, analyze');
    await client.query('vacuum (analyze)');
    await rollHours(tenant.databaseUrl);
    await client.query('vacuum (analyze) statistics_hours');
    await client.query('checkpoint');
    const { rows: counts } = await client.query<
      Pick<Filled, 'items' | 'endUsers' | 'webhooks' | 'runs' | 'gigabytes'>
    >(
      `select (select count(*)::integer from items where organization_id = $1) as items,
              (select count(*)::integer from end_users where organization_id = $1) as "endUsers",
              (select count(*)::integer from plaid_webhooks where organization_id = $1) as webhooks,
              (select count(*)::integer from sync_runs where organization_id = $1) as runs,
              pg_database_size(current_database()) / 1e9::float8 as gigabytes`,
      [tenant.organizationId],
    );
    report(`filled: ${rows} transactions, ${counts[0]!.gigabytes.toFixed(1)} GB`);
    return { transactions: rows, others: ofOthers, ...counts[0]! };
  } finally {
    await client.end();
  }
}
