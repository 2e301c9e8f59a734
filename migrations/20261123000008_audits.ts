import type { Knex } from 'knex';

/** Loss audits: what was compared with Plaid and what came of it, and the suspects of audits that run. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Where two JSON objects differ, field by field; a field that one of them lacks stands there as null.
    create function json_differences(plaid jsonb, stored jsonb) returns jsonb language sql immutable parallel safe as $fn$
      select coalesce(jsonb_agg(jsonb_build_object('field', key, 'plaid', p.value, 'stored', s.value) order by key), '[]')
        from jsonb_each(case when jsonb_typeof(plaid) = 'object' then plaid else '{}' end) p(key, value)
        full join jsonb_each(case when jsonb_typeof(stored) = 'object' then stored else '{}' end) s(key, value) using (key)
       where p.value is distinct from s.value
    $fn$;

    -- Of one Item, or of an integration (item_id null), whose Items have rows of their own.
    create table audits (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      integration_id uuid not null,
      item_id uuid,
      parent_id uuid,
      state text not null default 'queued',
      verdict text,
      -- Why it could not be audited, or failed; for a person.
      reason_code text,
      reason text,
      phase text,
      requested_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      -- The last start that was asked for, or the last sign of life; null: an integration's audit has not let it start yet.
      signalled_at timestamptz,
      repeated_signals integer not null default 0,
      -- Of the last replay.
      plaid_rows integer not null default 0,
      stored_rows integer not null default 0,
      accounts integer not null default 0,
      pages integer not null default 0,
      replays integer not null default 0,
      -- Left out: touched by a sync meanwhile; absent at Plaid, but not to be judged (invariant I4).
      touched integer not null default 0,
      unjudged integer not null default 0,
      missing integer not null default 0,
      extra integer not null default 0,
      different integer not null default 0,
      accounts_missing integer not null default 0,
      accounts_extra integer not null default 0,
      accounts_different integer not null default 0,
      examples jsonb not null default '[]',
      -- Of an integration: null until its Items are known.
      items integer,
      items_ended integer not null default 0,
      items_clean integer not null default 0,
      items_differing integer not null default 0,
      items_not_audited integer not null default 0,
      items_failed integer not null default 0,
      repair_requested_at timestamptz,
      repair_run_id uuid,
      constraint audits__pk primary key (id),
      constraint audits__state check (state in ('queued', 'running', 'done', 'failed', 'canceled')),
      constraint audits__verdict check (verdict in ('clean', 'differs', 'not_audited')),
      constraint audits__verdict_when_done check ((state = 'done') = (verdict is not null)),
      constraint audits__finished check ((state in ('queued', 'running')) = (finished_at is null)),
      constraint audits__organization_id foreign key (organization_id) references organizations (id),
      constraint audits__integration_id foreign key (integration_id) references integrations (id),
      constraint audits__item_id foreign key (item_id) references items (id)
    );
    create unique index audits__live_item on audits (item_id) where item_id is not null and state in ('queued', 'running');
    create unique index audits__live_integration on audits (integration_id) where item_id is null and state in ('queued', 'running');
    create index audits__integration on audits (integration_id, id);
    create index audits__item on audits (item_id, id) where item_id is not null;
    create index audits__parent on audits (parent_id, id) where parent_id is not null;
    create index audits__owed on audits (signalled_at) where state in ('queued', 'running');
    create index audits__finished on audits (finished_at) where finished_at is not null;

    -- What a replay of a running audit found, until a second one confirms it. Gone when the audit ends.
    create table audit_suspects (
      audit_id uuid not null,
      replay integer not null,
      subject text not null,
      reference_id text not null,
      kind text not null,
      transaction_id uuid,
      details jsonb not null,
      constraint audit_suspects__pk primary key (audit_id, replay, subject, reference_id),
      constraint audit_suspects__subject check (subject in ('transaction', 'account')),
      constraint audit_suspects__kind check (kind in ('missing', 'extra', 'different'))
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table audit_suspects, audits; drop function json_differences;');
}
