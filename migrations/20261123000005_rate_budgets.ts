import type { Knex } from 'knex';

/** Rate budgets at Plaid, what Items wait for of them, and integrations that are paused because of their keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Unlogged: a take costs no wait for the disk. After a crash the buckets are empty and a full burst is allowed again, which
    -- Plaid forgives or answers with a 429 that fills them anew.
    create unlogged table rate_buckets (
      key text not null,
      -- GCRA's theoretical arrival time: when the next call would come if all had come at the even pace.
      due_at timestamptz not null default '-infinity',
      -- Who was denied has been told a time of his own; where each queue of the waiting ends (fresh, continued, bulk).
      queue_ends timestamptz[] not null default '{-infinity,-infinity,-infinity}',
      -- Plaid answered 429: nobody calls before this time.
      blocked_until timestamptz not null default '-infinity',
      blocked_at timestamptz not null default '-infinity',
      -- 429s in a row, less one for each success since: each doubles the next block.
      strikes integer not null default 0,
      constraint rate_buckets__pk primary key (key)
    ) with (fillfactor = 50);

    -- Takes one token of each bucket, or none of any. Denied, the caller is told when to come again: a time of his own behind
    -- those that wait already, so that a thousand who are denied at once do not all come back at once. p_at is for tests.
    create function take_rate_tokens(p_keys text[], p_intervals interval[], p_tolerances interval[], p_queue integer,
      p_at timestamptz default null,
      out granted boolean, out wait_ms double precision, out bucket integer, out blocked boolean, out penalised boolean,
      out taken_at timestamptz)
    language plpgsql volatile as $fn$
    declare
      v_worst record;
      v_slot timestamptz;
      v_keys integer := (select count(distinct k) from unnest(p_keys) k);
      v_locked integer;
    begin
      loop
        -- In the order of the keys: takers of overlapping buckets never wait for each other in a circle.
        perform 1 from rate_buckets b where b.key = any (p_keys) order by b.key for no key update;
        get diagnostics v_locked = row_count;
        exit when v_locked = v_keys;
        insert into rate_buckets (key) select distinct k from unnest(p_keys) k order by k on conflict (key) do nothing;
      end loop;
      -- After the locks were had: one clock for all takers, in the order of their takes.
      taken_at := coalesce(p_at, clock_timestamp());
      select u.key, u.pace, u.nr::integer as nr, greatest(b.blocked_until, b.due_at - u.tolerance) as free_at,
             b.blocked_until > taken_at as blocked, b.queue_ends[p_queue] as queue_end, bool_or(b.strikes > 0) over () as penalised
        into v_worst
        from unnest(p_keys, p_intervals, p_tolerances) with ordinality u (key, pace, tolerance, nr)
        join rate_buckets b on b.key = u.key
       order by 4 desc limit 1;
      granted := v_worst.free_at <= taken_at;
      bucket := v_worst.nr;
      blocked := v_worst.blocked;
      penalised := v_worst.penalised;
      if granted then
        wait_ms := 0;
        update rate_buckets b set due_at = greatest(b.due_at, taken_at) + u.pace
          from unnest(p_keys, p_intervals) u (key, pace) where b.key = u.key;
      else
        v_slot := greatest(v_worst.free_at, v_worst.queue_end);
        wait_ms := extract(epoch from v_slot - taken_at) * 1000;
        update rate_buckets b set queue_ends[p_queue] = v_slot + v_worst.pace where b.key = v_worst.key;
      end if;
    end $fn$;

    alter table items
      -- Work that was denied a token rests until its turn; fresh work need not heed what bulk work was told.
      add column budget_until timestamptz,
      add column budget_priority text,
      add constraint items__budget_priority check (budget_priority in ('fresh', 'bulk'));

    -- The last generation that bulk work made: what is dirty beyond it is fresh.
    alter table item_sync add column bulk_gen bigint not null default 0;

    alter table integrations
      -- Moves with base_url, client_id and secret: a verdict on old keys says nothing about new ones.
      add column keys_version bigint not null default 1,
      add column paused_since timestamptz,
      add column pause_code text,
      add column pause_message text,
      add column probe_at timestamptz,
      add constraint integrations__pause check ((paused_since is null) = (pause_code is null));
    create index integrations__paused on integrations (probe_at) where paused_since is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function take_rate_tokens;
    drop table rate_buckets;
    alter table items drop column budget_until, drop column budget_priority;
    alter table item_sync drop column bulk_gen;
    drop index integrations__paused;
    alter table integrations drop column keys_version, drop column paused_since, drop column pause_code,
      drop column pause_message, drop column probe_at;
  `);
}
