import type { Knex } from 'knex';

/** An end user that was erased stays as an id without a name: lists tell it from one that never had a name. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table end_users add column erased_at timestamptz');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table end_users drop column erased_at');
}
