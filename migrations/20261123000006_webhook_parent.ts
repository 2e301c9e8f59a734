import type { Knex } from 'knex';

/**
 * Every row of the inbox locked its integration's row for the foreign key: all webhooks of an integration met there, and
 * intake took half as many again without it (docs/benchmarks.md). Integrations are marked as deleted and never removed,
 * and intake has read the integration before it stores anything.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table plaid_webhooks drop constraint plaid_webhooks__integration_id;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'alter table plaid_webhooks add constraint plaid_webhooks__integration_id foreign key (integration_id) references integrations (id);',
  );
}
