import type { Knex } from 'knex';

/** An integration's audit is not clean when Items that are to be in sync could not be compared. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table audits drop constraint audits__verdict,
      add constraint audits__verdict check (verdict in ('clean', 'differs', 'incomplete', 'not_audited')),
      add constraint audits__incomplete check (verdict <> 'incomplete' or item_id is null);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update audits set verdict = 'not_audited' where verdict = 'incomplete';
    alter table audits drop constraint audits__incomplete, drop constraint audits__verdict,
      add constraint audits__verdict check (verdict in ('clean', 'differs', 'not_audited'));
  `);
}
