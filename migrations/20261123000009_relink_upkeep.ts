import type { Knex } from 'knex';

/** What keeps relinks cheap: when a doubtful one is compared again, and how many rows a relink hides (docs/adr/0010). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table relinks
      -- A doubtful pair of long histories is not compared at every commit; rows that changed meanwhile owe it a comparison.
      add column judge_after timestamptz not null default now(),
      add column judge_owed boolean not null default false,
      -- Rows of the old Item whose duplicate_of is one of the new Item: counted as they are hidden, never by a reader.
      add column hidden_rows integer not null default 0;
    update relinks r
       set hidden_rows = (select count(*) from transactions d join transactions t on t.id = d.duplicate_of
                           where d.item_id = r.old_item_id and d.duplicate_of is not null and t.item_id = r.new_item_id)
     where r.status = 'superseded';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'alter table relinks drop column judge_after, drop column judge_owed, drop column hidden_rows;',
  );
}
