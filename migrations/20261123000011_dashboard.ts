import type { Knex } from 'knex';

/** What people look at: orders of transactions and Items, what changed just now, and statistics by the hour. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The order of GET /api/transactions/search. Each further index of this table would slow down every first sync; what is few
    -- is sorted instead. Not partial: what is removed or hidden later would have to leave it, and such rows are searched too.
    -- A row without a date comes before all others.
    create index transactions__date on transactions (organization_id, coalesce(date, '-infinity'::date), id);

    create index items__created on items (organization_id, created_at, id);
    create index sync_runs__organization on sync_runs (organization_id, finished_at);

    -- Tells the listeners of GET /api/events what has changed: ids only. What comes often and in large numbers (webhooks,
    -- transactions) is not announced here but looked for by those who listen, so that intake pays nothing for it.
    create function announce_event() returns trigger language plpgsql as $fn$
    declare
      v_event json;
    begin
      if tg_table_name = 'items' then
        v_event := json_build_object('type', 'item', 'organization', new.organization_id, 'item', new.plaid_item_id,
                                     'integration', new.integration_id, 'endUser', new.end_user_id);
      elsif tg_table_name = 'integrations' then
        v_event := json_build_object('type', 'integration', 'organization', new.organization_id, 'id', new.id, 'integration', new.id);
      elsif tg_table_name = 'audits' then
        v_event := json_build_object('type', 'audit', 'organization', new.organization_id, 'id', new.id,
                                     'integration', new.integration_id);
      elsif tg_table_name = 'relinks' then
        v_event := json_build_object('type', 'relink', 'organization', new.organization_id, 'id', new.id, 'endUser', new.end_user_id);
      else
        v_event := json_build_object('type', 'end_user', 'organization', new.organization_id, 'endUser', new.id);
      end if;
      perform pg_notify('ardea_events', v_event::text);
      return null;
    end $fn$;

    create trigger items__announce_new after insert on items for each row execute function announce_event();
    create trigger items__announce after update on items for each row
      when ((old.health, old.desired_state, old.status_code, old.status_message, old.action, old.attention, old.superseded_by,
             old.syncing_since, old.history, old.last_successful_sync_at, old.next_sync_at, old.institution_name,
             old.plaid_webhook_url, old.consent_expires_at)
            is distinct from
            (new.health, new.desired_state, new.status_code, new.status_message, new.action, new.attention, new.superseded_by,
             new.syncing_since, new.history, new.last_successful_sync_at, new.next_sync_at, new.institution_name,
             new.plaid_webhook_url, new.consent_expires_at))
      execute function announce_event();
    create trigger integrations__announce_new after insert on integrations for each row execute function announce_event();
    create trigger integrations__announce after update on integrations for each row
      when ((old.name, old.base_url, old.client_id, old.webhook_url, old.keys_status, old.keys_checked_at, old.paused_since,
             old.pause_code, old.pause_message, old.deleted_at)
            is distinct from
            (new.name, new.base_url, new.client_id, new.webhook_url, new.keys_status, new.keys_checked_at, new.paused_since,
             new.pause_code, new.pause_message, new.deleted_at))
      execute function announce_event();
    create trigger audits__announce_new after insert on audits for each row execute function announce_event();
    create trigger audits__announce after update on audits for each row
      when ((old.state, old.phase, old.verdict, old.items, old.items_ended, old.repair_requested_at, old.repair_run_id)
            is distinct from
            (new.state, new.phase, new.verdict, new.items, new.items_ended, new.repair_requested_at, new.repair_run_id))
      execute function announce_event();
    create trigger relinks__announce_new after insert on relinks for each row execute function announce_event();
    create trigger relinks__announce after update on relinks for each row
      when ((old.status, old.hidden_rows) is distinct from (new.status, new.hidden_rows)) execute function announce_event();
    create trigger end_users__announce_new after insert on end_users for each row execute function announce_event();
    create trigger end_users__announce after update on end_users for each row
      when ((old.name, old.status, old.is_portfolio) is distinct from (new.name, new.status, new.is_portfolio))
      execute function announce_event();

    -- Hours that are over, added up once: a month is read from 720 rows, whatever happened in it. Hours without anything
    -- have no row. Numbers by name are JSON objects.
    create table statistics_hours (
      organization_id uuid not null,
      hour timestamptz not null,
      webhooks integer not null,
      webhooks_rejected integer not null,
      -- Runs by outcome, and by Plaid's error code.
      runs jsonb not null,
      errors jsonb not null,
      added bigint not null,
      modified bigint not null,
      removed bigint not null,
      -- Webhooks by how long the sync that they told of took to come: classes of src/domain/freshness.ts.
      freshness jsonb not null,
      constraint statistics_hours__pk primary key (organization_id, hour),
      constraint statistics_hours__organization_id foreign key (organization_id) references organizations (id)
    );
    -- Up to when an organisation's hours have been added up.
    create table statistics_marks (
      organization_id uuid not null,
      rolled_until timestamptz not null,
      constraint statistics_marks__pk primary key (organization_id),
      constraint statistics_marks__organization_id foreign key (organization_id) references organizations (id)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table statistics_marks, statistics_hours;
    drop trigger items__announce_new on items;
    drop trigger items__announce on items;
    drop trigger integrations__announce_new on integrations;
    drop trigger integrations__announce on integrations;
    drop trigger audits__announce_new on audits;
    drop trigger audits__announce on audits;
    drop trigger relinks__announce_new on relinks;
    drop trigger relinks__announce on relinks;
    drop trigger end_users__announce_new on end_users;
    drop trigger end_users__announce on end_users;
    drop function announce_event;
    drop index sync_runs__organization, items__created, transactions__date;
  `);
}
