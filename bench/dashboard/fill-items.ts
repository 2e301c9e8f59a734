import type pg from 'pg';

/** How many Items and end users stand behind so many transactions: two years of a busy account or two each. */
export const itemsFor = (transactions: number): number => Math.max(20, Math.round(transactions / 1_000));

export interface FilledOrganization {
  organizationId: string;
  integrationId: string;
}

/** Merchants as Plaid describes them, with the part of a transaction's JSON that is the same for all of theirs. */
export async function createMerchants(client: pg.Client): Promise<void> {
  await client.query(`
    create temporary table bench_merchants as
    select n as nr, 'Merchant ' || n as name,
           upper((array['coffee', 'grocery', 'taxi', 'insurance', 'payroll', 'hardware', 'cinema', 'rent'])[1 + n % 8]) || ' ' || n || ' POS PURCHASE' as description,
           (array['in store', 'online', 'other'])[1 + n % 3] as channel,
           (array['FOOD_AND_DRINK', 'GENERAL_MERCHANDISE', 'TRANSPORTATION', 'LOAN_PAYMENTS', 'INCOME', 'HOME_IMPROVEMENT', 'ENTERTAINMENT', 'RENT_AND_UTILITIES'])[1 + n % 8] as category,
           jsonb_build_object(
             'account_owner', null, 'authorized_datetime', null, 'datetime', null, 'check_number', null, 'iso_currency_code', 'USD',
             'unofficial_currency_code', null, 'transaction_code', null, 'transaction_type', 'place', 'merchant_name', 'Merchant ' || n,
             'merchant_entity_id', 'entity-' || md5(n::text), 'logo_url', 'https://logos.example/' || n || '.png', 'website', 'merchant-' || n || '.example',
             'location', jsonb_build_object('city', 'Springfield', 'region', 'OR', 'country', 'US', 'lat', null, 'lon', null, 'address', null, 'postal_code', null, 'store_number', n::text),
             'payment_meta', jsonb_build_object('payee', null, 'payer', null, 'ppd_id', null, 'reason', null, 'reference_number', null)) as plaid
      from generate_series(0, 499) n;
    alter table bench_merchants add primary key (nr);
    analyze bench_merchants;
    create temporary table bench_items (
      organization_id uuid not null, end_user_id uuid not null, id uuid not null, nr integer not null, account_ids text[] not null, weight float8 not null)`);
}

/** End users, Items in every state, their accounts and generations. */
export async function fillItems(
  client: pg.Client,
  { organizationId, integrationId }: FilledOrganization,
  items: number,
): Promise<void> {
  const endUsers = Math.ceil(items * 0.8);
  await client.query(
    `insert into end_users (organization_id, end_user_id, name, created_at, updated_at)
     select $1, 'customer-' || n, case when n % 10 < 9 then 'Customer ' || md5(n::text) end, at, at + interval '1 day'
       from generate_series(1, $2::integer) n cross join lateral (select now() - interval '220 days' + n * interval '30 seconds' as at) t`,
    [organizationId, endUsers],
  );
  // Of a hundred Items four need a new login, one is paused, one stopped, one gone, one new, one busy and one wants attention.
  await client.query(
    `insert into items (id, organization_id, integration_id, end_user_id, plaid_item_id, access_token_ciphertext, access_token_key_id, institution_id,
            institution_name, plaid_webhook_url, health, desired_state, status_code, status_message, action, attention, syncing_since, token_checked_at,
            cursor, history, status_since, last_successful_sync_at, next_sync_at, created_at, updated_at)
     select gen_random_uuid(), $1, $2, e.id, md5('item' || $1 || n) || 'Plaid', 'sealed', 'bench', 'ins_' || n % 300, 'Bank ' || n % 300, 'https://ardea.example',
            case when n % 100 < 4 then 'erroring' when n % 100 = 6 then 'deleted' when n % 100 = 7 then 'pending' else 'active' end,
            case n % 100 when 4 then 'paused' when 5 then 'disabled' else 'active' end,
            case when n % 100 < 4 then 'ITEM_LOGIN_REQUIRED' end,
            case when n % 100 < 4 then 'the login details of this item have changed' end,
            case when n % 100 < 4 then 'update_mode' end,
            case n % 100 when 9 then jsonb_build_array(jsonb_build_object('code', 'NEW_ACCOUNTS_AVAILABLE', 'reason', null, 'deadline', null, 'since', now()))
                         else '[]' end,
            case n % 100 when 8 then now() end, now() - interval '1 day', 'cursor', 'complete', now() - n % 90 * interval '1 day',
            now() - n % 1440 * interval '1 minute', now() + n % 1440 * interval '1 minute', now() - interval '220 days' + n * interval '30 seconds',
            now() - n % 1440 * interval '1 minute'
       from generate_series(1, $3::integer) n
       join end_users e on e.organization_id = $1 and e.end_user_id = 'customer-' || 1 + n % $4::integer`,
    [organizationId, integrationId, items, endUsers],
  );
  // One Item in fifty is a shop's: ten times as much happens there.
  await client.query(
    `insert into bench_items
     select i.organization_id, i.end_user_id, i.id, i.nr, array(select md5('account' || i.id || a) || 'Plaid' from generate_series(1, 1 + i.nr % 3) a),
            case i.nr % 50 when 0 then 10.0 else 40.0 / 49 end
       from (select *, row_number() over (order by created_at) as nr from items where organization_id = $1) i`,
    [organizationId],
  );
  await client.query(
    `insert into item_sync (item_id, dirty_gen, signalled_gen, claimed_gen, synced_gen)
     select id, gen, gen, gen, gen - case nr % 200 when 8 then 1 else 0 end from bench_items, lateral (select 1000 as gen) g where organization_id = $1`,
    [organizationId],
  );
  await client.query(
    `insert into accounts (organization_id, end_user_id, item_id, account_id, name, official_name, mask, type, subtype, balance_available, balance_current,
            currency, balances_at, plaid)
     select i.organization_id, i.end_user_id, i.id, a.account_id, 'Checking', 'Everyday checking', lpad((i.nr * 7 % 10000)::text, 4, '0'), 'depository', 'checking',
            1000 + i.nr % 5000, 1000 + i.nr % 5000, 'USD', now(), '{}'
       from bench_items i cross join lateral unnest(i.account_ids) a (account_id) where i.organization_id = $1`,
    [organizationId],
  );
}
