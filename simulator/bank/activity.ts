import { addDecimals } from '../model/amount.js';
import { dateOf } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import { createRandom, type Random } from '../model/random.js';
import { draftOf, snapshotOf, type Snapshot, type TransactionDetails } from '../model/transaction.js';
import type { Change } from '../model/update-log.js';
import { postedFrom } from '../data/compose-transaction.js';
import { randomTransaction } from '../data/history.js';
import { recordChanges } from './announce.js';
import { seedKey, type BankContext } from './context.js';

/**
 * Randomness for the next change of an Item: as its log grows it never repeats, also not after a restart. Sources that
 * give ids to one and the same change differ in `purpose`, else their ids would be equal.
 */
export const activityRandom = (context: BankContext, item: Item, purpose = 'activity'): Random =>
  createRandom(seedKey(context, item.itemId, `${purpose}/${context.store.logOf(item).head}`));

/** The two changes of a posting: the pending id goes, a new one comes that names it. */
export const posting = (
  context: BankContext,
  pending: Snapshot,
  random: Random,
  amount?: string,
): [removed: Change & { op: 'removed' }, added: Change & { op: 'added' }] => [
  { op: 'removed', transactionId: pending.transactionId, accountId: pending.accountId },
  {
    op: 'added',
    snapshot: snapshotOf(
      postedFrom(draftOf(pending), {
        transactionId: random.identifier(),
        date: dateOf(context.clock.now()),
        ...(amount === undefined ? {} : { amount }),
      }),
    ),
  },
];

/** Rows of accounts that are still there: nothing happens any more in those that were taken away. */
export const isActive = (item: Item, { accountId }: Snapshot): boolean =>
  item.accounts.some(({ account_id }) => account_id === accountId);

/** Pending transactions to which something may still happen. */
export const pendingsOf = (context: BankContext, item: Item): Snapshot[] => {
  const log = context.store.logOf(item);
  return log
    .pendingIds()
    .flatMap((id) => log.current(id) ?? [])
    .filter((row) => isActive(item, row));
};

/**
 * Posts pending transactions: each id goes, a new one comes that names it.
 * @param transactionIds which of them; all if absent. Ids that are not pending are passed over
 * @param amount what they post with, if not what they were pending with
 * @returns the posted rows
 */
export const postPendings = (
  context: BankContext,
  item: Item,
  {
    transactionIds,
    amount,
    silent,
  }: { transactionIds?: readonly string[]; amount?: string; silent?: boolean } = {},
): Snapshot[] => {
  const random = activityRandom(context, item);
  const changes = pendingsOf(context, item)
    .filter(({ transactionId }) => transactionIds?.includes(transactionId) ?? true)
    .flatMap((pending) => posting(context, pending, random, amount));
  recordChanges(context, item, changes, { silent: silent ?? false });
  return changes.flatMap((change) => (change.op === 'added' ? [change.snapshot] : []));
};

/** Changes a transaction in place, keeping its id; with nothing to change it becomes an identical `modified`. */
export const modifyTransaction = (
  context: BankContext,
  item: Item,
  current: Snapshot,
  {
    amount,
    fields = {},
    silent = false,
  }: { amount?: string; fields?: Partial<TransactionDetails>; silent?: boolean },
): Snapshot => {
  const draft = draftOf(current);
  const snapshot = snapshotOf({
    ...draft,
    amount: amount ?? draft.amount,
    details: { ...draft.details, ...fields, transaction_id: current.transactionId },
  });
  recordChanges(context, item, [{ op: 'modified', snapshot }], { silent });
  return snapshot;
};

const amountRaised = (snapshot: Snapshot): Change => {
  const draft = draftOf(snapshot);
  return { op: 'modified', snapshot: snapshotOf({ ...draft, amount: addDecimals(draft.amount, '1.00') }) };
};

/** How many new rows a look at the bank brings, by Plaid's description of its sandbox users. */
const newRows = (item: Item, random: Random): number => {
  switch (item.username) {
    case 'user_good':
    case 'user_custom':
      return 0;
    case 'user_transactions_dynamic':
      return random.integer(2, 4);
    default:
      return random.chance(1 / 3) ? random.integer(1, 3) : 0;
  }
};

/**
 * Looks at the bank, as /transactions/refresh does. For `user_transactions_dynamic`: new pending transactions appear,
 * all earlier ones are posted, and the amount of one earlier transaction rises by 1.00. The other generated users bring
 * something now and then; `user_good` and custom users never do.
 */
export const refreshItem = (context: BankContext, item: Item, extra: readonly Change[] = []): void => {
  if (item.updateStatus === 'NOT_READY') return;
  const random = activityRandom(context, item);
  const today = dateOf(context.clock.now());
  const changes: Change[] = [...extra];
  if (item.username === 'user_transactions_dynamic') {
    const posted = context.store
      .logOf(item)
      .rows()
      .filter((row) => !row.pending && isActive(item, row));
    changes.push(...pendingsOf(context, item).flatMap((pending) => posting(context, pending, random)));
    if (posted.length > 0) changes.push(amountRaised(random.pick(posted)));
  }
  const count = newRows(item, random);
  for (let i = 0; i < count; i++)
    changes.push({
      op: 'added',
      snapshot: snapshotOf(randomTransaction(item, today, random, { pending: true })),
    });
  recordChanges(context, item, changes);
};
