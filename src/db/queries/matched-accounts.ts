import { renumberedAccounts, type ListedAccount, type RelinkAccount } from '../../domain/relink.js';
import type { Connection, Transaction } from '../database.js';

/** What accounts are told apart by (src/domain/relink.ts). */
const RELINK_ACCOUNT = `a.id, a.persistent_account_id as "persistentAccountId", a.mask, a.name, a.type, a.subtype,
  a.closed_at is null and a.revoked_at is null as open`;

/** Accounts of both Items, by Item. */
export async function relinkAccounts(
  on: Connection,
  itemIds: readonly string[],
): Promise<Map<string, RelinkAccount[]>> {
  const { rows } = await on.raw<{ rows: (RelinkAccount & { itemId: string })[] }>(
    `select ${RELINK_ACCOUNT}, a.item_id as "itemId" from accounts a where a.item_id = any(?::uuid[]) order by a.id`,
    [[...itemIds]],
  );
  return new Map(itemIds.map((id) => [id, rows.filter((row) => row.itemId === id)]));
}

/** Closed accounts of an Item and the open ones that they have become, by Plaid's ids, as two columns. */
export interface Renumbered {
  renumbered: string[];
  became: string[];
}

/**
 * The accounts of the Item that Plaid lists under other ids now. A snapshot's rows are in the new one: what it lacks of the
 * old one's rows is gone, and not withdrawn with its account.
 */
export async function renumberedOf(trx: Transaction, itemId: string): Promise<Renumbered> {
  const { rows } = await trx.raw<{ rows: ListedAccount[] }>(
    `select ${RELINK_ACCOUNT}, a.account_id as "accountId", a.created_at as "firstListedAt", a.balances_at as "lastListedAt"
       from accounts a where a.item_id = ? and a.balances_at is not null`,
    [itemId],
  );
  const pairs = [...renumberedAccounts(rows)];
  return { renumbered: pairs.map(([from]) => from), became: pairs.map(([, to]) => to) };
}
