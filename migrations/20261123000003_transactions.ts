import type { Knex } from 'knex';

/** Transactions with their versions, the change feed, staging and sync runs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Typed columns are taken from Plaid's JSON without ever failing: a value that does not fit becomes null, the JSON stays.
    -- Stable, as their casts from text are, so that the planner can put their bodies in place of each call. The calendar
    -- is in the pattern: 28 days everywhere, 29 and 30 but in February, 31 where there are so many, and leap days.
    create function plaid_date(value text) returns date language sql stable parallel safe as $fn$
      select case when value ~ ('^([1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)'
                                || '|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)$')
                  then value::date end
    $fn$;
    -- {0,1} instead of a question mark, which Knex would take for a binding.
    create function plaid_timestamp(value text) returns timestamptz language sql stable parallel safe as $fn$
      select case when value ~ '^.{10}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9}){0,1}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'
                   and plaid_date(substr(value, 1, 10)) is not null
                  then value::timestamptz end
    $fn$;
    create function plaid_number(value jsonb) returns numeric language sql immutable parallel safe as $fn$
      select case when jsonb_typeof(value) = 'number' then (value #>> '{}')::numeric end
    $fn$;

    create table transactions (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      end_user_id uuid not null,
      item_id uuid not null,
      -- Plaid's transaction_id; the API's reference_id.
      reference_id text not null,
      account_id text,
      -- Inflow positive: Plaid's amount with its sign flipped. Exact, of any scale.
      amount numeric,
      currency text,
      date date,
      authorized_date date,
      occurred_at timestamptz,
      description text,
      merchant_name text,
      payment_channel text,
      transaction_code text,
      category_primary text,
      category_detailed text,
      pending boolean,
      pending_reference_id text,
      plaid jsonb not null,
      -- Plaid's bytes, kept only where jsonb cannot hold them.
      plaid_bytes bytea,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      removed_at timestamptz,
      constraint transactions__pk primary key (id),
      constraint transactions__reference_id unique (item_id, reference_id)
    );
    create index transactions__end_user on transactions (end_user_id, id);
    create index transactions__organization on transactions (organization_id, id);
    create index transactions__pending_reference_id on transactions (item_id, pending_reference_id) where pending_reference_id is not null;

    -- What a row was before each modification; version counts from 1 like transactions.version.
    create table transaction_versions (
      transaction_id uuid not null,
      version integer not null,
      organization_id uuid not null,
      item_id uuid not null,
      sync_run_id uuid,
      plaid jsonb not null,
      plaid_bytes bytea,
      removed_at timestamptz,
      replaced_at timestamptz not null default now(),
      constraint transaction_versions__pk primary key (transaction_id, version)
    );
    create index transaction_versions__item on transaction_versions (item_id);

    -- The feed: one position per organisation, given in commit order under the head's lock (docs/adr/0003).
    create table change_heads (
      organization_id uuid not null,
      position bigint not null default 0,
      stamped_at timestamptz not null default now(),
      incarnation integer not null default 1,
      constraint change_heads__pk primary key (organization_id),
      constraint change_heads__organization_id foreign key (organization_id) references organizations (id)
    );
    -- After a restore: cursors of this incarnation or older are clamped to restored_position.
    create table change_restores (
      organization_id uuid not null,
      incarnation integer not null,
      restored_position bigint not null,
      restored_at timestamptz not null default now(),
      constraint change_restores__pk primary key (organization_id, incarnation)
    );
    create table changes (
      organization_id uuid not null,
      position bigint not null,
      transaction_id uuid not null,
      end_user_id uuid not null,
      item_id uuid not null,
      stamped_at timestamptz not null,
      constraint changes__pk primary key (organization_id, position),
      constraint changes__transaction_id unique (transaction_id)
    );

    -- An update longer than a page, row by row, under a run id of its own; gone with the merge. Never resumed.
    -- Unlogged: what a crash empties was worth nothing before, and a merge counts its rows (docs/adr/0007).
    create unlogged table sync_staged_rows (
      run_id uuid not null,
      position integer not null,
      data jsonb not null,
      bytes bytea,
      constraint sync_staged_rows__pk primary key (run_id, position)
    );
    create table sync_staged_runs (
      run_id uuid not null,
      item_id uuid not null,
      started_at timestamptz not null default now(),
      constraint sync_staged_runs__pk primary key (run_id)
    );

    create table sync_runs (
      id uuid not null,
      organization_id uuid not null,
      item_id uuid not null,
      kind text not null,
      outcome text not null,
      started_at timestamptz not null,
      finished_at timestamptz not null default now(),
      pages integer not null default 0,
      added integer not null default 0,
      modified integer not null default 0,
      removed integer not null default 0,
      unchanged integer not null default 0,
      restarts integer not null default 0,
      error_code text,
      error_message text,
      plaid_request_id text,
      constraint sync_runs__pk primary key (id),
      constraint sync_runs__kind check (kind in ('update', 'resync', 'probe')),
      constraint sync_runs__item_id foreign key (item_id) references items (id)
    );
    create index sync_runs__item on sync_runs (item_id, started_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table sync_runs, sync_staged_runs, sync_staged_rows, changes, change_restores, change_heads, transaction_versions, transactions; drop function plaid_timestamp, plaid_date, plaid_number;',
  );
}
