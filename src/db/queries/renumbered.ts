import { renumberedAccounts, type ListedAccount } from '../../domain/relink.js';
import type { Transaction } from '../database.js';

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
    `select id, account_id as "accountId", persistent_account_id as "persistentAccountId", mask, name, type, subtype,
            closed_at is null and revoked_at is null as open, created_at as "firstListedAt", balances_at as "lastListedAt"
       from accounts where item_id = ? and balances_at is not null`,
    [itemId],
  );
  const pairs = [...renumberedAccounts(rows)];
  return { renumbered: pairs.map(([from]) => from), became: pairs.map(([, to]) => to) };
}
