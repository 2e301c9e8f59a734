import type { Knex } from 'knex';

/** Which rejected webhooks are kept with the beginning of their body only: no signature of theirs can be verified again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table plaid_webhooks add column body_shortened boolean not null default false;
    update plaid_webhooks set body_shortened = true where verdict = 'rejected' and octet_length(body) = 16384;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table plaid_webhooks drop column body_shortened;');
}
