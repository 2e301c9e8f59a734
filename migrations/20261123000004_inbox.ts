import type { Knex } from 'knex';

/** The inbox of Plaid's webhooks and the function that takes one in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table plaid_webhooks (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
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
      constraint plaid_webhooks__integration_id foreign key (integration_id) references integrations (id),
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

    -- One round trip per webhook: each statement below has its own snapshot, so the Item is looked up under the lock.
    create function receive_plaid_webhook(
      p_organization_id uuid, p_integration_id uuid, p_plaid_item_id text, p_verdict text, p_type text, p_code text,
      p_body bytea, p_headers jsonb, p_jwt_hash bytea, p_stale_after interval, p_forward boolean,
      out webhook_id uuid, out item_id uuid, out gen bigint, out signal boolean, out duplicate boolean)
    language plpgsql volatile as $fn$
    declare
      v_live boolean;
    begin
      signal := false;
      if p_plaid_item_id is not null then
        perform lock_plaid_item(p_integration_id, p_plaid_item_id);
        select i.id, i.desired_state = 'active' and i.health <> 'deleted' into item_id, v_live
          from items i where i.integration_id = p_integration_id and i.plaid_item_id = p_plaid_item_id;
        if item_id is not null then
          select d.gen, d.signal into gen, signal from mark_item_dirty(item_id, p_stale_after, v_live) d;
        end if;
      end if;
      insert into plaid_webhooks as w (organization_id, integration_id, item_id, plaid_item_id, verdict, webhook_type, webhook_code,
          body, headers, jwt_hash, gen, forward_state, forward_due_at)
        values (p_organization_id, p_integration_id, item_id, p_plaid_item_id, p_verdict, p_type, p_code,
          p_body, p_headers, p_jwt_hash, gen, case when p_forward then 'pending' else 'none' end,
          case when p_forward then clock_timestamp() + p_stale_after end)
      on conflict (integration_id, jwt_hash) where verdict <> 'rejected' do update
        set deliveries = w.deliveries + 1, last_received_at = clock_timestamp(),
            item_id = coalesce(excluded.item_id, w.item_id), gen = coalesce(excluded.gen, w.gen)
      returning w.id, w.deliveries > 1 into webhook_id, duplicate;
    end $fn$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop function receive_plaid_webhook, mark_item_dirty, lock_plaid_item; drop table plaid_webhooks;',
  );
}
