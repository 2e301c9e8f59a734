import type { Knex } from 'knex';

/** Organisations, their API keys and users, and the id generator that every table uses. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Time-ordered ids keep the indexes of large tables dense. PostgreSQL 18 brings its own generator.
    do $body$
    begin
      if to_regprocedure('uuidv7()') is not null then
        create function uuid_v7() returns uuid language sql volatile parallel safe as 'select uuidv7()';
      else
        create function uuid_v7() returns uuid language sql volatile parallel safe as $fn$
          select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
        $fn$;
      end if;
    end $body$;

    create table organizations (
      id uuid not null default uuid_v7(),
      name text not null,
      created_at timestamptz not null default now(),
      constraint organizations__pk primary key (id),
      constraint organizations__name unique (name)
    );

    create table api_keys (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      name text not null,
      token_prefix text not null,
      token_hash bytea not null,
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      constraint api_keys__pk primary key (id),
      constraint api_keys__token_hash unique (token_hash),
      constraint api_keys__organization_id foreign key (organization_id) references organizations (id)
    );

    create table users (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      email text not null,
      password_hash text not null,
      role text not null,
      created_at timestamptz not null default now(),
      constraint users__pk primary key (id),
      constraint users__role check (role in ('admin', 'member', 'read_only')),
      constraint users__organization_id foreign key (organization_id) references organizations (id)
    );
    create unique index users__email on users (lower(email));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table users, api_keys, organizations; drop function uuid_v7();');
}
