import type { Knex } from 'knex';

/** The inbox of Plaid's webhooks and the function that takes one in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table plaid_webhooks (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      -- No foreign key: every row would lock its integration's, where all webhooks of an integration meet. Integrations are
      -- marked as deleted, never removed, and intake has read the integration before it stores anything.
      integration_id uuid not null,
      -- Null until the Item is linked.
      item_id uuid,
      plaid_item_id text,
      -- verified; stale: valid signature, old iat, a hint; rejected: kept for diagnosis only, capped.
      verdict text not null,
      rejection text,
      webhook_type text,
      webhook_code text,
      body bytea not null,
      headers jsonb not null,
      -- SHA-256 of the JWT's header and payload: the same JWT is the same delivery.
      jwt_hash bytea,
      -- The Item's dirty generation that this webhook made; consumed once item_sync.synced_gen has reached it.
      gen bigint,
      deliveries integer not null default 1,
      received_at timestamptz not null default now(),
      last_received_at timestamptz not null default now(),
      forward_state text not null default 'none',
      forward_attempts integer not null default 0,
      forward_error text,
      -- When the sweep looks whether the forward is still under way; every attempt moves it.
      forward_due_at timestamptz,
      forwarded_at timestamptz,
      constraint plaid_webhooks__pk primary key (id),
      constraint plaid_webhooks__verdict check (verdict in ('verified', 'stale', 'rejected')),
      constraint plaid_webhooks__forward_state check (forward_state in ('none', 'pending', 'sent', 'failed', 'stopped')),
      constraint plaid_webhooks__forward_due_at check (forward_state <> 'pending' or forward_due_at is not null),
      constraint plaid_webhooks__item_id foreign key (item_id) references items (id)
    );
    create unique index plaid_webhooks__jwt_hash on plaid_webhooks (integration_id, jwt_hash) where verdict <> 'rejected';
    create index plaid_webhooks__item_gen on plaid_webhooks (item_id, gen) where item_id is not null;
    create index plaid_webhooks__unmatched on plaid_webhooks (integration_id, plaid_item_id, id) where item_id is null and verdict <> 'rejected';
    create index plaid_webhooks__rejected on plaid_webhooks (integration_id, id) where verdict = 'rejected';
    create index plaid_webhooks__forward on plaid_webhooks (forward_due_at) where forward_state = 'pending';

    -- Link and intake of one Item serialise on this lock (invariant I5).
    create function lock_plaid_item(p_integration_id uuid, p_plaid_item_id text) returns void language sql volatile as $fn$
      select pg_advisory_xact_lock(hashtextextended(p_integration_id::text || ':' || p_plaid_item_id, 0))
    $fn$;

    -- Marks an Item dirty; answers the generation, and whether a signal is owed: none while one is outstanding and fresh.
    -- With p_may_signal false none is owed and none is noted as sent: else the user's next action would go unsignalled.
    create function mark_item_dirty(p_item_id uuid, p_stale_after interval, p_may_signal boolean default true,
      out gen bigint, out signal boolean)
    language plpgsql volatile as $fn$
    begin
      update item_sync s
         set dirty_gen = s.dirty_gen + 1,
             signalled_gen = case when owed.it then s.dirty_gen + 1 else s.signalled_gen end,
             signalled_at = case when owed.it then clock_timestamp() else s.signalled_at end,
             repeated_signals = case when owed.it then 0 else s.repeated_signals end
        from (select i.item_id, p_may_signal and (i.signalled_gen <= i.claimed_gen or i.signalled_at is null
                       or i.signalled_at < clock_timestamp() - p_stale_after) as it
                from item_sync i where i.item_id = p_item_id for update) owed
       where s.item_id = owed.item_id
      returning s.dirty_gen, owed.it into gen, signal;
    end $fn$;

    -- Takes in all webhooks of a batch, in one round trip and one commit. The Items are looked up by a statement of its own,
    -- which sees what was linked before their locks were had. A batch raises an Item's generation once: one look that
    -- begins after the commit consumes all of its webhooks. Answers in the order of the input.
    create function receive_plaid_webhooks(
      p_stale_after interval, p_organization_ids uuid[], p_integration_ids uuid[], p_plaid_item_ids text[], p_verdicts text[],
      p_types text[], p_codes text[], p_bodies bytea[], p_headers jsonb[], p_jwt_hashes bytea[], p_forwards boolean[])
    returns table (webhook_id uuid, item_id uuid, signal boolean, duplicate boolean)
    -- One Item that is locked for long must not hold up the others of its batch: the batch gives up, and each tries alone.
    language plpgsql volatile set lock_timeout = '1s' as $fn$
    begin
      -- The locks of lock_plaid_item, in the order of their keys: batches never wait for each other in a circle.
      perform pg_advisory_xact_lock(k.key)
         from (select distinct hashtextextended(u.integration_id::text || ':' || u.plaid_item_id, 0) as key
                 from unnest(p_integration_ids, p_plaid_item_ids) as u (integration_id, plaid_item_id)
                where u.plaid_item_id is not null order by 1) k;
      return query
      with incoming as materialized (
        select * from unnest(p_organization_ids, p_integration_ids, p_plaid_item_ids, p_verdicts, p_types, p_codes, p_bodies,
                             p_headers, p_jwt_hashes, p_forwards) with ordinality
                 as u (organization_id, integration_id, plaid_item_id, verdict, type, code, body, headers, jwt_hash, forward, place)),
      known as materialized (
        select n.place, i.id, i.desired_state = 'active' and i.health <> 'deleted' as live
          from incoming n join items i on i.integration_id = n.integration_id and i.plaid_item_id = n.plaid_item_id),
      -- In the order of the Items' ids, like every statement that locks several of them.
      owed as materialized (
        select s.item_id, k.live and (s.signalled_gen <= s.claimed_gen or s.signalled_at is null
                                      or s.signalled_at < clock_timestamp() - p_stale_after) as it
          from item_sync s join (select distinct id, live from known) k on k.id = s.item_id
         order by s.item_id for update of s),
      marked as (
        update item_sync s
           set dirty_gen = s.dirty_gen + 1,
               signalled_gen = case when owed.it then s.dirty_gen + 1 else s.signalled_gen end,
               signalled_at = case when owed.it then clock_timestamp() else s.signalled_at end,
               repeated_signals = case when owed.it then 0 else s.repeated_signals end
          from owed where s.item_id = owed.item_id
        returning s.item_id, s.dirty_gen as gen, owed.it as signal),
      -- The same JWT twice in one batch is one row, like the same JWT in two.
      counted as (
        select n.*, row_number() over same_jwt as nth, count(*) over (partition by n.integration_id, n.jwt_hash) as deliveries
          from incoming n window same_jwt as (partition by n.integration_id, n.jwt_hash order by n.place)),
      stored as (
        insert into plaid_webhooks as w (organization_id, integration_id, item_id, plaid_item_id, verdict, webhook_type,
            webhook_code, body, headers, jwt_hash, gen, deliveries, forward_state, forward_due_at)
        select c.organization_id, c.integration_id, k.id, c.plaid_item_id, c.verdict, c.type, c.code, c.body, c.headers, c.jwt_hash,
               m.gen, c.deliveries, case when c.forward then 'pending' else 'none' end,
               case when c.forward then clock_timestamp() + p_stale_after end
          from counted c left join known k on k.place = c.place left join marked m on m.item_id = k.id
         where c.nth = 1
         order by c.integration_id, c.jwt_hash
        on conflict (integration_id, jwt_hash) where verdict <> 'rejected' do update
          set deliveries = w.deliveries + excluded.deliveries, last_received_at = clock_timestamp(),
              item_id = coalesce(excluded.item_id, w.item_id), gen = coalesce(excluded.gen, w.gen)
        returning w.id, w.integration_id, w.jwt_hash, w.deliveries)
      -- One signal for the batch's webhooks of an Item.
      select w.id, k.id, coalesce(m.signal, false) and row_number() over (partition by k.id order by c.place) = 1,
             w.deliveries > c.deliveries or c.nth > 1
        from counted c
        join stored w on w.integration_id = c.integration_id and w.jwt_hash = c.jwt_hash
        left join known k on k.place = c.place
        left join marked m on m.item_id = k.id
       order by c.place;
    end $fn$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop function receive_plaid_webhooks, mark_item_dirty, lock_plaid_item; drop table plaid_webhooks;',
  );
}
