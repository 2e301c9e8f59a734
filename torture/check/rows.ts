import { parse } from 'lossless-json';
import type { PlaidRow } from '../driver/simulator.js';
import { isGone, type WorldItem } from '../driver/world.js';
import { canonical, canonicalNumber, isSame, negated } from './canonical.js';
import { countChecked, violate, type CheckContext } from './context.js';
import { historyOf } from './history.js';

/** A live row as it is stored, numbers as text. */
export interface StoredRow {
  id: string;
  reference_id: string;
  account_id: string | null;
  amount: string | null;
  date: string | null;
  description: string | null;
  pending: boolean | null;
  pending_reference_id: string | null;
  /** JSON text of Plaid's object as it was received. */
  plaid: string;
}

const STORED = `
  select t.id, t.reference_id, t.account_id, t.amount::text, t.date::text, t.description, t.pending, t.pending_reference_id,
         coalesce(convert_from(t.plaid_bytes, 'UTF8'), t.plaid::text) as plaid
    from transactions t join items i on i.id = t.item_id
   where i.plaid_item_id = $1 and t.removed_at is null order by t.reference_id`;

export const storedRows = ({ sql }: CheckContext, item: WorldItem): Promise<StoredRow[]> =>
  sql<StoredRow>(STORED, [item.itemId]);

const numberIn = (value: unknown): string | null =>
  value === null || value === undefined ? null : canonical(value);

/** How a stored row differs from the bank's; null: not at all. */
function difference(stored: StoredRow, bank: PlaidRow): string | null {
  const amount = numberIn(bank['amount']);
  const storedAmount = stored.amount === null ? null : canonicalNumber(stored.amount);
  if (amount !== null && storedAmount !== negated(amount))
    return `amount is ${storedAmount}, the bank's is ${amount}`;
  if (stored.pending !== bank.pending) return `pending is ${stored.pending}, the bank's is ${bank.pending}`;
  if (stored.account_id !== bank.account_id)
    return `account is ${stored.account_id}, the bank's ${bank.account_id}`;
  const mine = parse(stored.plaid);
  return isSame(mine, bank)
    ? null
    : `Plaid's object is\n    ${canonical(mine)}\n  the bank's is\n    ${canonical(bank)}`;
}

/** The first row that differs, in the order of Plaid's ids, and how many do. */
export function compareRows(
  stored: readonly StoredRow[],
  bank: readonly PlaidRow[],
): { transactionId: string; what: string; invariant: 'I1' | 'I9'; differing: number } | null {
  const left = new Map(bank.map((row) => [row.transaction_id, row]));
  const found: { transactionId: string; what: string; invariant: 'I1' | 'I9' }[] = [];
  for (const row of stored) {
    const truth = left.get(row.reference_id);
    left.delete(row.reference_id);
    if (truth === undefined) {
      found.push({
        transactionId: row.reference_id,
        what: 'is stored, but the bank has no such row',
        invariant: 'I1',
      });
      continue;
    }
    const what = difference(row, truth);
    if (what !== null)
      found.push({
        transactionId: row.reference_id,
        what,
        invariant: what.startsWith('amount') ? 'I9' : 'I1',
      });
  }
  for (const transactionId of left.keys()) found.push({ transactionId, what: 'is missing', invariant: 'I1' });
  const first = found[0];
  return first === undefined ? null : { ...first, differing: found.length };
}

/** Whether Ardea must hold exactly the bank's rows of this Item. */
export const isFollowed = (item: WorldItem): boolean =>
  item.linked && item.desired === 'active' && item.bank.kind === 'healthy' && !item.superseded;

/** Whether the stored cursor has not come to the end of the bank's changes. */
async function isBehind({ sql, simulator }: CheckContext, item: WorldItem): Promise<boolean> {
  const [row] = await sql<{ cursor: string | null }>('select cursor from items where plaid_item_id = $1', [
    item.itemId,
  ]);
  return row?.cursor != null && (await simulator.hasMore(item, row.cursor));
}

/** Rows of Items that are in sync equal the bank's; those of Items that are not were the bank's once. */
export async function checkRows(context: CheckContext, which: (item: WorldItem) => boolean): Promise<void> {
  for (const item of context.world.items) {
    if (!isFollowed(item) || !which(item)) continue;
    const stored = await storedRows(context, item);
    const { transactions } = await context.simulator.item(item.itemId);
    countChecked(context, 'rows compared with the bank', transactions.length);
    const found = compareRows(stored, transactions);
    if (found === null) continue;
    // Rows that an update held and that are not stored, or rows that nobody has fetched although Plaid told of them.
    const behind = found.invariant === 'I1' && (await isBehind(context, item));
    violate(
      context,
      behind ? 'I11' : found.invariant,
      `${item.subject} (${item.itemId})${behind ? ' is not dirty, and behind the bank' : ''}: ${found.differing} of ${transactions.length} rows differ; the first, ${found.transactionId}: ${found.what}`,
      await historyOf(context, item, found.transactionId),
    );
  }
}

/** What is stored of Items that are no longer followed: each row as the bank had it at some time, and nothing of an erased one. */
export async function checkLeftRows(context: CheckContext): Promise<void> {
  for (const item of context.world.items) {
    if (!item.linked || isFollowed(item)) continue;
    const stored = await storedRows(context, item);
    if (item.erased) {
      if (stored.length > 0)
        violate(context, 'I1', `${item.subject}: ${stored.length} rows live on after the erasure`);
      continue;
    }
    if (!isGone(item) && item.desired !== 'disabled' && !item.superseded) continue;
    const known = new Map<string, PlaidRow[]>();
    for (const { transaction_id: id, transaction } of await context.simulator.log(item.itemId)) {
      if (transaction === null) continue;
      const versions = known.get(id);
      if (versions === undefined) known.set(id, [transaction]);
      else versions.push(transaction);
    }
    countChecked(context, 'rows of left Items compared with the log', stored.length);
    const wasSo = ({ reference_id, plaid }: StoredRow): boolean => {
      const mine = parse(plaid);
      return known.get(reference_id)?.some((version) => isSame(version, mine)) === true;
    };
    const invented = stored.find((row) => !wasSo(row));
    if (invented !== undefined)
      violate(
        context,
        'I1',
        `${item.subject}: row ${invented.reference_id} was never so at the bank: ${invented.plaid}`,
        await historyOf(context, item, invented.reference_id),
      );
  }
}

/** No transaction_id twice in an Item, removed rows included. */
export async function checkOnce(context: CheckContext): Promise<void> {
  const twice = await context.sql<{ reference_id: string; n: string }>(
    `select reference_id, count(*) as n from transactions group by item_id, reference_id having count(*) > 1`,
  );
  for (const { reference_id, n } of twice)
    violate(context, 'I3', `transaction ${reference_id} is there ${n} times`);
}
