import type { Connection } from '../database.js';

export interface AccountsInput {
  itemId: string;
  organizationId: string;
  endUserId: string;
  /**
   * JSON texts that hold Plaid's accounts, oldest first: arrays, or documents with an `accounts` array. Balances are read
   * by PostgreSQL, so they stay exact.
   */
  accounts: readonly string[];
  /** Whether the last array is the whole list of the Item (/accounts/get), so that others are closed. */
  complete: boolean;
  /** Every account_id that a row names: one that no list holds gets a row of its own, to be filled later. */
  namedIds: readonly string[];
  /** Accounts that the end user has withdrawn at the bank; none of them is in a complete list. */
  revokedIds?: readonly string[];
}

/** Stores accounts with their balances; closes those that a complete list no longer holds. */
export async function mergeAccounts(on: Connection, input: AccountsInput): Promise<void> {
  await on.raw(
    `with lists as (
       select case when jsonb_typeof(doc) = 'array' then doc when jsonb_typeof(doc -> 'accounts') = 'array' then doc -> 'accounts' else '[]' end as list, list_no
         from jsonb_array_elements(:lists::jsonb) with ordinality as d(doc, list_no)),
     incoming as (
       select distinct on (a ->> 'account_id') a ->> 'account_id' as account_id, a, a -> 'balances' as b,
              -- Described by a page, but no longer in the complete list.
              case when :complete and list_no < (select max(list_no) from lists) then now() end as closed_at
         from lists, jsonb_array_elements(list) as e(a)
        where a ->> 'account_id' is not null order by a ->> 'account_id', list_no desc),
     known as (
       insert into accounts as t (organization_id, end_user_id, item_id, account_id, name, official_name, mask, type, subtype,
           persistent_account_id, balance_available, balance_current, balance_limit, currency, balances_at, plaid, closed_at)
       select :organizationId, :endUserId, :itemId, account_id, a ->> 'name', a ->> 'official_name', a ->> 'mask', a ->> 'type',
           a ->> 'subtype', a ->> 'persistent_account_id', plaid_number(b -> 'available'), plaid_number(b -> 'current'),
           plaid_number(b -> 'limit'), coalesce(b ->> 'iso_currency_code', b ->> 'unofficial_currency_code'), now(), a, closed_at
         from incoming
       on conflict (item_id, account_id) do update
         set name = excluded.name, official_name = excluded.official_name, mask = excluded.mask, type = excluded.type,
             subtype = excluded.subtype, persistent_account_id = excluded.persistent_account_id,
             balance_available = excluded.balance_available, balance_current = excluded.balance_current,
             balance_limit = excluded.balance_limit, currency = excluded.currency, balances_at = excluded.balances_at,
             plaid = excluded.plaid, closed_at = case when excluded.closed_at is not null then coalesce(t.closed_at, excluded.closed_at) end,
             revoked_at = case when excluded.closed_at is not null then t.revoked_at end,
             updated_at = case when t.plaid is distinct from excluded.plaid or (t.closed_at is null) <> (excluded.closed_at is null)
                               then now() else t.updated_at end),
     named as (
       -- A complete list that lacks it says that it is closed: the history of a withdrawn account names it still.
       insert into accounts (organization_id, end_user_id, item_id, account_id, closed_at)
       select :organizationId, :endUserId, :itemId, id, case when :complete then now() end from unnest(:namedIds::text[]) as u(id)
        where id not in (select account_id from incoming)
       on conflict do nothing)
     -- Each row at most once: what is incoming was dealt with above.
     update accounts t set closed_at = coalesce(t.closed_at, now()), updated_at = now(),
            revoked_at = case when t.account_id = any(:revokedIds::text[]) then coalesce(t.revoked_at, now()) else t.revoked_at end
      where :complete and t.item_id = :itemId
        and (t.closed_at is null or (t.revoked_at is null and t.account_id = any(:revokedIds::text[]))) and t.account_id not in (select account_id from incoming)`,
    {
      itemId: input.itemId,
      organizationId: input.organizationId,
      endUserId: input.endUserId,
      lists: `[${input.accounts.join(',')}]`,
      namedIds: [...input.namedIds],
      complete: input.complete,
      revokedIds: [...(input.revokedIds ?? [])],
    },
  );
}
