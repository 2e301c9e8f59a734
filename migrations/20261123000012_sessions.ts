import type { Knex } from 'knex';

/** Log-in to the dashboard: sessions, one-time links, what throttles guessing; more about users and API keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table users
      add column name text,
      add column is_active boolean not null default true,
      add column last_login_at timestamptz;

    alter table api_keys
      add column created_by uuid,
      add column deactivated_at timestamptz,
      add constraint api_keys__created_by foreign key (created_by) references users (id);

    -- When one ends follows from these times and the settings; a row that is gone is a session that has ended.
    create table sessions (
      id uuid not null default uuid_v7(),
      user_id uuid not null,
      token_hash bytea not null,
      created_at timestamptz not null default now(),
      seen_at timestamptz not null default now(),
      -- When the password was last given.
      confirmed_at timestamptz not null default now(),
      constraint sessions__pk primary key (id),
      constraint sessions__token_hash unique (token_hash),
      constraint sessions__user_id foreign key (user_id) references users (id)
    );
    create index sessions__user on sessions (user_id);

    create table one_time_links (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      kind text not null,
      token_hash bytea not null,
      -- Of an invite, whose user is not there yet.
      email text,
      role text,
      -- Whose password a password_reset sets; who an invite has become.
      user_id uuid,
      -- Null: made at the command line.
      created_by uuid,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz,
      withdrawn_at timestamptz,
      constraint one_time_links__pk primary key (id),
      constraint one_time_links__token_hash unique (token_hash),
      constraint one_time_links__kind check (kind in ('invite', 'password_reset')),
      constraint one_time_links__role check (role in ('admin', 'member', 'read_only')),
      constraint one_time_links__invite check ((kind = 'invite') = (email is not null and role is not null)),
      constraint one_time_links__reset check (kind <> 'password_reset' or user_id is not null),
      constraint one_time_links__organization_id foreign key (organization_id) references organizations (id),
      constraint one_time_links__user_id foreign key (user_id) references users (id),
      constraint one_time_links__created_by foreign key (created_by) references users (id)
    );
    create index one_time_links__organization on one_time_links (organization_id, id);
    create unique index one_time_links__open_invite on one_time_links (organization_id, lower(email))
      where kind = 'invite' and used_at is null and withdrawn_at is null;
    create unique index one_time_links__open_reset on one_time_links (user_id)
      where kind = 'password_reset' and used_at is null and withdrawn_at is null;

    -- GCRA of attempts to log in, by digest of the account or address: what people type there is nobody's business.
    create table login_buckets (
      key bytea not null,
      due_at timestamptz not null,
      constraint login_buckets__pk primary key (key)
    );
    create index login_buckets__due on login_buckets (due_at);

    -- From where a user has logged in before, as digests: strangers' failures do not hold them up there.
    create table login_addresses (
      user_id uuid not null,
      address_hash bytea not null,
      used_at timestamptz not null default now(),
      constraint login_addresses__pk primary key (user_id, address_hash),
      constraint login_addresses__user_id foreign key (user_id) references users (id)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table login_addresses, login_buckets, one_time_links, sessions;
    alter table api_keys drop column created_by, drop column deactivated_at;
    alter table users drop column name, drop column is_active, drop column last_login_at;
  `);
}
