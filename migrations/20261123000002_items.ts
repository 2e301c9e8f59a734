import type { Knex } from 'knex';

/** Integrations, end users, Items with their generations, accounts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table integrations (
      id uuid not null,
      organization_id uuid not null,
      name text not null,
      type text not null,
      resource text not null,
      base_url text not null,
      client_id text not null,
      client_secret_ciphertext bytea not null,
      client_secret_key_id text not null,
      webhook_url text,
      keys_status text not null default 'unchecked',
      keys_checked_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      constraint integrations__pk primary key (id),
      constraint integrations__keys_status check (keys_status in ('unchecked', 'valid', 'invalid')),
      constraint integrations__organization_id foreign key (organization_id) references organizations (id)
    );
    create index integrations__organization on integrations (organization_id, id);

    create table end_users (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      end_user_id text not null,
      name text,
      status text not null default 'new',
      is_portfolio boolean not null default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      last_processed_at timestamptz,
      constraint end_users__pk primary key (id),
      constraint end_users__end_user_id unique (organization_id, end_user_id),
      constraint end_users__status check (status in ('new', 'ready', 'processed', 'reviewed', 'review_requested', 'failed')),
      constraint end_users__organization_id foreign key (organization_id) references organizations (id)
    );

    create table items (
      id uuid not null,
      organization_id uuid not null,
      integration_id uuid not null,
      end_user_id uuid not null,
      plaid_item_id text not null,
      access_token_ciphertext bytea not null,
      access_token_key_id text not null,
      institution_id text,
      institution_name text,
      plaid_webhook_url text,
      -- Health, and what the user wants; src/domain/item-status.ts projects them to the contract's status.
      health text not null default 'pending',
      desired_state text not null default 'active',
      status_code text,
      status_message text,
      status_since timestamptz not null default now(),
      action text,
      syncing_since timestamptz,
      token_checked_at timestamptz,
      -- The cursor moves only together with all rows of an update, guarded by sync_version (invariant I1).
      cursor text,
      sync_version bigint not null default 1,
      history text not null default 'pending',
      last_successful_sync_at timestamptz,
      next_sync_at timestamptz default now(),
      -- Plaid is not asked before this time, whatever signals come.
      hold_until timestamptz,
      -- Waiting and failing: counters that outlive workers and workflows.
      not_ready_since timestamptz,
      not_ready_waits integer not null default 0,
      restarts integer not null default 0,
      restarting_since timestamptz,
      failures integer not null default 0,
      -- A full resync that is due, and the rows that its last snapshot lacked, awaiting confirmation.
      resync_reason text,
      resync_snapshot_at timestamptz,
      resync_missing uuid[],
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint items__pk primary key (id),
      constraint items__plaid_item_id unique (integration_id, plaid_item_id),
      constraint items__health check (health in ('pending', 'active', 'erroring', 'deleted')),
      constraint items__desired_state check (desired_state in ('active', 'paused', 'disabled')),
      constraint items__history check (history in ('pending', 'initial', 'complete')),
      constraint items__cursor_not_empty check (cursor <> ''),
      constraint items__organization_id foreign key (organization_id) references organizations (id),
      constraint items__integration_id foreign key (integration_id) references integrations (id),
      constraint items__end_user_id foreign key (end_user_id) references end_users (id)
    );
    create index items__end_user on items (end_user_id);
    create index items__organization on items (organization_id, id);
    create index items__due on items (next_sync_at) where desired_state = 'active';

    -- Apart from items, so that intake never waits for a merge that holds the Item's row.
    create table item_sync (
      item_id uuid not null,
      dirty_gen bigint not null default 0,
      signalled_gen bigint not null default 0,
      claimed_gen bigint not null default 0,
      synced_gen bigint not null default 0,
      signalled_at timestamptz,
      repeated_signals integer not null default 0,
      constraint item_sync__pk primary key (item_id),
      constraint item_sync__item_id foreign key (item_id) references items (id) on delete cascade
    );
    create index item_sync__dirty on item_sync (signalled_at) where dirty_gen > synced_gen;

    create table accounts (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      end_user_id uuid not null,
      item_id uuid not null,
      account_id text not null,
      name text,
      official_name text,
      mask text,
      type text,
      subtype text,
      persistent_account_id text,
      balance_available numeric,
      balance_current numeric,
      balance_limit numeric,
      currency text,
      balances_at timestamptz,
      plaid jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      closed_at timestamptz,
      constraint accounts__pk primary key (id),
      constraint accounts__account_id unique (item_id, account_id),
      constraint accounts__item_id foreign key (item_id) references items (id),
      constraint accounts__end_user_id foreign key (end_user_id) references end_users (id)
    );
    create index accounts__end_user on accounts (end_user_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table accounts, item_sync, items, end_users, integrations;');
}
