import type { Knex } from 'knex';

/** Relinks: an Item that another one replaced, and the rows of it that are there twice (docs/adr/0010). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Derived from relinks: the latest Item that supersedes this one. It is not synced while this is set.
    alter table items
      add column superseded_by uuid,
      add column superseded_at timestamptz,
      add constraint items__superseded_by foreign key (superseded_by) references items (id);
    create index items__superseded_by on items (superseded_by) where superseded_by is not null;

    -- The row of the new Item that stands for this one; hidden from default reads and deleted in the feed while it is set.
    -- No foreign key: it would queue a check for every row of every merge, and rows are never deleted.
    alter table transactions add column duplicate_of uuid;
    create index transactions__duplicate_of on transactions (duplicate_of) where duplicate_of is not null;

    -- One row per pair of Items that was judged; the Item that was linked later is the new one.
    create table relinks (
      id uuid not null default uuid_v7(),
      organization_id uuid not null,
      end_user_id uuid not null,
      old_item_id uuid not null,
      new_item_id uuid not null,
      status text not null,
      reason text not null,
      decided_by text not null default 'ardea',
      -- Ids of accounts and rows, and counts: nothing that an erasure would have to scrub.
      evidence jsonb not null,
      -- Pending rows of the old Item that the new one no longer has: tombstoned by this relink, restored by its revert.
      gone_pendings uuid[] not null default '{}',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint relinks__pk primary key (id),
      constraint relinks__items unique (old_item_id, new_item_id),
      constraint relinks__status check (status in ('doubtful', 'superseded', 'rejected', 'reverted', 'different', 'ended')),
      constraint relinks__decided_by check (decided_by in ('ardea', 'operator')),
      constraint relinks__old_item_id foreign key (old_item_id) references items (id),
      constraint relinks__new_item_id foreign key (new_item_id) references items (id)
    );
    create index relinks__new_item on relinks (new_item_id);
    create index relinks__organization on relinks (organization_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table relinks; alter table transactions drop column duplicate_of; alter table items drop column superseded_by, drop column superseded_at;',
  );
}
