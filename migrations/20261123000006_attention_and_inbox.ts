import type { Knex } from 'knex';

/** What an Item needs although it works, the runs of each Item in order, and what the inbox's readers and its replay need. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Entries of src/domain/attention.ts: few, read and written together with their Item.
    alter table items
      add column attention jsonb not null default '[]',
      add column consent_expires_at timestamptz,
      add constraint items__attention check (jsonb_typeof(attention) = 'array');
    create index items__attention on items (organization_id, id) where attention <> '[]';

    -- The end user withdrew this one account at the bank. Its rows stay until they are erased.
    alter table accounts add column revoked_at timestamptz;

    -- Pages of an Item's runs go by time and id.
    drop index sync_runs__item;
    create index sync_runs__item on sync_runs (item_id, started_at, id);

    alter table plaid_webhooks
      add column replays integer not null default 0,
      add column last_replayed_at timestamptz;
    create index plaid_webhooks__organization on plaid_webhooks (organization_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index plaid_webhooks__organization;
    alter table plaid_webhooks drop column replays, drop column last_replayed_at;
    drop index sync_runs__item;
    create index sync_runs__item on sync_runs (item_id, started_at);
    alter table accounts drop column revoked_at;
    drop index items__attention;
    alter table items drop column attention, drop column consent_expires_at;
  `);
}
