import { createRandom } from '../model/random.js';
import { daysBetween, dateOf } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import { snapshotOf, type Snapshot } from '../model/transaction.js';
import { composeTransaction, recogniseMerchant } from '../data/compose-transaction.js';
import { spreadHistory } from '../data/history.js';
import { staticHistory } from '../data/static-user.js';
import { copiedHistory } from './copied-history.js';
import { seedKey, type BankContext } from './context.js';

/** The initial pull brings this many days, the historical one what lies before. */
export const INITIAL_DAYS = 30;

/** Transactions per day of the users whose data is generated; 108 in 29 days was measured in Plaid's sandbox. */
const dailyRate = (username: string): number => (username === 'user_transactions_dynamic' ? 108 / 29 : 1.5);

const customHistory = (context: BankContext, item: Item, step: 'initial' | 'historical'): Snapshot[] =>
  (item.custom ?? []).flatMap((given, index) => {
    const today = dateOf(item.createdAt);
    const old = daysBetween(given.datePosted, today) >= INITIAL_DAYS;
    const account = item.accounts[given.accountIndex];
    if (account === undefined || old !== (step === 'historical')) return [];
    const pending = given.datePosted > today;
    const random = createRandom(seedKey(context, item.itemId, `custom/${index}`));
    return [
      snapshotOf(
        composeTransaction(
          {
            transactionId: random.identifier(),
            accountId: account.account_id,
            amount: given.amount,
            date: pending ? given.dateTransacted : given.datePosted,
            authorizedDate: given.dateTransacted,
            pending,
            currency: given.currency,
            description: given.description,
            merchant: recogniseMerchant(given.description),
          },
          random,
        ),
      ),
    ];
  });

/** What a pull brings, oldest first within it. Depends on nothing but the Item, the seed, and the Item it is a relink of. */
export const planHistory = (context: BankContext, item: Item, step: 'initial' | 'historical'): Snapshot[] => {
  if (item.pull === null) return [];
  if (item.custom !== null) return customHistory(context, item, step);
  const { daysRequested } = item.pull;
  const initialDays = Math.min(INITIAL_DAYS - 1, daysRequested);
  if (item.copyOf !== undefined)
    return copiedHistory(context, item, (daysAgo) =>
      step === 'initial' ? daysAgo < initialDays : daysAgo >= initialDays && daysAgo < daysRequested,
    );
  const range =
    step === 'initial'
      ? { fromDaysAgo: initialDays - 1, toDaysAgo: 0 }
      : { fromDaysAgo: daysRequested - 1, toDaysAgo: initialDays };
  const days = range.fromDaysAgo - range.toDaysAgo + 1;
  if (days <= 0) return [];
  const key = seedKey(context, item.itemId, `history/${step}`);
  if (item.username === 'user_good' && item.historySize === null)
    return staticHistory(item, dateOf(item.createdAt), range, key);
  const inInitial = Math.ceil(((item.historySize ?? 0) * initialDays) / daysRequested);
  const count =
    item.historySize === null
      ? Math.round(days * dailyRate(item.username))
      : step === 'initial'
        ? inInitial
        : item.historySize - inInitial;
  return spreadHistory(item, { count, ...range, withPending: step === 'initial' }, key);
};

/** The id under which a custom transaction with a future posting date is pending. */
export const customPendingId = (context: BankContext, item: Item, index: number): string =>
  createRandom(seedKey(context, item.itemId, `custom/${index}`)).identifier();
