import type { FeedRow } from '../readers/feed-reader.js';
import { canonical, negated } from './canonical.js';
import { countChecked, violate, type CheckContext } from './context.js';
import { readTable } from './feed.js';
import { isFollowed } from './rows.js';

/** Amounts leave the API with the bank's digits, not only the database (invariant I9). */
export async function checkMoney(context: CheckContext): Promise<void> {
  for (const tenant of context.world.tenants) {
    const byItem = new Map<unknown, FeedRow[]>();
    for (const row of (await readTable(tenant)).values()) {
      const rows = byItem.get(row['item_id']);
      if (rows === undefined) byItem.set(row['item_id'], [row]);
      else rows.push(row);
    }
    for (const item of context.world.items) {
      if (item.tenant !== tenant || !isFollowed(item)) continue;
      const { transactions } = await context.simulator.item(item.itemId);
      const bank = new Map(transactions.map((row) => [row.transaction_id, canonical(row['amount'])]));
      const rows = byItem.get(item.itemId) ?? [];
      countChecked(context, 'amounts of the API compared with the bank', rows.length);
      for (const row of rows) {
        const theirs = bank.get(row.reference_id);
        // What is missing or too much is another check's.
        if (theirs === undefined || theirs === 'null' || negated(theirs) === canonical(row['amount']))
          continue;
        violate(
          context,
          'I9',
          `${item.subject}: the API shows ${canonical(row['amount'])} for ${row.reference_id}, the bank's amount is ${theirs}`,
        );
        break;
      }
    }
  }
}
