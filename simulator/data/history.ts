import { addDays, dateOf } from '../model/calendar.js';
import type { Account, Item } from '../model/item.js';
import { createRandom, type Random } from '../model/random.js';
import { snapshotOf, type Snapshot, type TransactionDraft } from '../model/transaction.js';
import { hasTransactions } from './accounts.js';
import { composeTransaction, printedDescription } from './compose-transaction.js';
import { MERCHANTS, type Merchant } from './merchants.js';

const WEIGHTED: readonly Merchant[] = MERCHANTS.flatMap((merchant) =>
  Array<Merchant>(merchant.weight).fill(merchant),
);

/** An amount within the merchant's range, in cents; of `long` ones a quarter has up to seven decimals, as in Plaid's sandbox. */
const amountAt = ({ cents: [from, to] }: Merchant, random: Random, { long }: { long: boolean }): string => {
  const cents = random.integer(from, to);
  const absolute = Math.abs(cents);
  const whole = `${cents < 0 ? '-' : ''}${Math.floor(absolute / 100)}`;
  const fraction = String(absolute % 100).padStart(2, '0');
  if (!long || random.chance(0.75))
    return fraction === '00' ? whole : `${whole}.${fraction.replace(/0$/, '')}`;
  const digits = Array.from({ length: random.integer(1, 5) }, () => random.integer(0, 9)).join('');
  return `${whole}.${fraction}${digits}`.replace(/\.?0+$/, '');
};

const accountFor = (merchant: Merchant, accounts: readonly Account[], random: Random): Account => {
  const usable = accounts.filter(
    ({ type, subtype }) =>
      hasTransactions({ type, subtype }) && (merchant.account === 'any' || merchant.account === type),
  );
  // An Item of one kind of account takes everything there.
  return usable.length > 0 ? random.pick(usable) : random.pick(accounts.filter(hasTransactions));
};

/** A purchase that nobody asked for: merchant, account and amount drawn at random. */
export const randomTransaction = (
  item: Item,
  date: string,
  random: Random,
  { pending }: { pending: boolean },
): TransactionDraft => {
  const merchant = random.pick(WEIGHTED);
  return composeTransaction(
    {
      transactionId: random.identifier(),
      accountId: accountFor(merchant, item.accounts, random).account_id,
      amount: amountAt(merchant, random, { long: item.longAmounts ?? false }),
      date,
      authorizedDate: pending ? date : addDays(date, -random.pick([0, 1, 1, 1, 2, 2, 3])),
      pending,
      description: printedDescription(merchant, random),
      merchant,
    },
    random,
  );
};

/**
 * `count` transactions spread evenly over the days [fromDaysAgo, toDaysAgo] before the Item's creation, oldest
 * first. With `withPending`, the youngest few are pending.
 */
export const spreadHistory = (
  item: Item,
  {
    count,
    fromDaysAgo,
    toDaysAgo,
    withPending,
  }: { count: number; fromDaysAgo: number; toDaysAgo: number; withPending: boolean },
  seedKey: string,
): Snapshot[] => {
  const random = createRandom(seedKey);
  if (!item.accounts.some(hasTransactions)) return [];
  const today = dateOf(item.createdAt);
  const days = fromDaysAgo - toDaysAgo + 1;
  // Frozen one by one: 100,000 drafts held at once cost more in garbage collection than in making them.
  return Array.from({ length: count }, (_, index) => {
    const daysAgo = fromDaysAgo - Math.floor((index * days) / count);
    const pending = withPending && index >= count - 3;
    return snapshotOf(randomTransaction(item, addDays(today, -daysAgo), random, { pending }));
  });
};
