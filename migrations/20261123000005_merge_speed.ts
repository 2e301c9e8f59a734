import type { Knex } from 'knex';

/** Makes staging and merging cheaper; docs/benchmarks.md and docs/adr/0007 have the figures. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(String.raw`
    -- Stable, as their casts from text are, so that the planner can put their bodies in place of each call. The calendar
    -- is in the pattern: 28 days everywhere, 29 and 30 but in February, 31 where there are so many, and leap days.
    create or replace function plaid_date(value text) returns date language sql stable parallel safe as $fn$
      select case when value ~ ('^([1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)'
                                || '|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)$')
                  then value::date end
    $fn$;
    -- {0,1} instead of a question mark, which Knex would take for a binding.
    create or replace function plaid_timestamp(value text) returns timestamptz language sql stable parallel safe as $fn$
      select case when value ~ '^.{10}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9}){0,1}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'
                   and plaid_date(substr(value, 1, 10)) is not null
                  then value::timestamptz end
    $fn$;

    -- What a crash empties was worth nothing before: a staged update is never resumed, and a merge counts its rows.
    alter table sync_staged_rows set unlogged;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(String.raw`
    alter table sync_staged_rows set logged;
    create or replace function plaid_date(value text) returns date language sql immutable parallel safe as $fn$
      select case when value ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
                   and to_char((substr(value, 1, 8) || '01')::date + (substr(value, 9, 2)::int - 1), 'YYYY-MM-DD') = value
                  then value::date end
    $fn$;
    create or replace function plaid_timestamp(value text) returns timestamptz language sql immutable parallel safe as $fn$
      select case when value ~ '^.{10}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9}){0,1}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'
                   and plaid_date(substr(value, 1, 10)) is not null
                  then value::timestamptz end
    $fn$;
  `);
}
