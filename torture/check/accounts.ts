import { countChecked, violate, type CheckContext } from './context.js';
import { isFollowed } from './rows.js';

interface StoredAccount {
  account_id: string;
  name: string | null;
  mask: string | null;
  type: string | null;
}

const byId = (a: { account_id: string }, b: { account_id: string }): number =>
  a.account_id < b.account_id ? -1 : 1;

/** The open accounts of every Item in sync are the bank's, by id, name, mask and type. */
export async function checkAccounts(context: CheckContext): Promise<void> {
  const banks = await context.simulator.items();
  for (const item of context.world.items) {
    if (!isFollowed(item)) continue;
    const bank = banks.get(item.itemId);
    if (bank === undefined) continue;
    const stored = await context.sql<StoredAccount>(
      `select a.account_id, a.name, a.mask, a.type from accounts a join items i on i.id = a.item_id
        where i.plaid_item_id = $1 and a.closed_at is null`,
      [item.itemId],
    );
    countChecked(context, 'accounts compared with the bank', bank.accounts.length);
    const theirs = bank.accounts
      .map(({ account_id, name, mask, type }) => ({ account_id, name, mask, type }))
      .sort(byId);
    const mine = stored.sort(byId);
    if (JSON.stringify(mine) !== JSON.stringify(theirs))
      violate(context, 'I1', `${item.subject} (${item.itemId}): accounts differ`, [
        `stored: ${JSON.stringify(mine)}`,
        `bank:   ${JSON.stringify(theirs)}`,
      ]);
  }
}
