import { addDays } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import { createRandom } from '../model/random.js';
import { snapshotOf, type Snapshot } from '../model/transaction.js';
import { composeTransaction, recogniseMerchant } from './compose-transaction.js';

/** What `user_good` does each month: day of the 30, account, amount, description. It never changes. */
const MONTH: readonly (readonly [day: number, account: string, amount: string, description: string])[] = [
  [1, 'Plaid Checking', '6.33', 'Uber 072515 SF**POOL**'],
  [2, 'Plaid Checking', '-4.22', 'INTRST PYMNT'],
  [3, 'Plaid Credit Card', '500', 'Tectra Inc'],
  [4, 'Plaid Credit Card', '2078.5', 'AUTOMATIC PAYMENT - THANK'],
  [4, 'Plaid Credit Card', '500', 'KFC'],
  [4, 'Plaid Credit Card', '500', 'Madison Bicycle Shop'],
  [13, 'Plaid Checking', '25', 'CREDIT CARD 3333 PAYMENT *//'],
  [14, 'Plaid Checking', '5.4', 'Uber 063015 SF**POOL**'],
  [15, 'Plaid Saving', '1000', 'CD DEPOSIT .INITIAL.'],
  [15, 'Plaid Checking', '-5850', 'ACH Electronic CreditGUSTO PAY 123456'],
  [16, 'Plaid Checking', '78.5', 'Touchstone Climbing'],
  [16, 'Plaid Checking', '-500', 'United Airlines'],
  [17, 'Plaid Checking', '12', "McDonald's"],
  [17, 'Plaid Checking', '4.33', 'Starbucks'],
  [18, 'Plaid Checking', '89.4', 'SparkFun'],
];

/** The transactions of `user_good` in the days [fromDaysAgo, toDaysAgo] before `today`, oldest first; all posted. */
export const staticHistory = (
  item: Item,
  today: string,
  { fromDaysAgo, toDaysAgo }: { fromDaysAgo: number; toDaysAgo: number },
  idKey: string,
): Snapshot[] => {
  const random = createRandom(idKey);
  const rows: Snapshot[] = [];
  for (let daysAgo = fromDaysAgo; daysAgo >= toDaysAgo; daysAgo--) {
    for (const [day, accountName, amount, description] of MONTH) {
      const account = item.accounts.find(({ name }) => name === accountName);
      if (daysAgo % 30 !== day || account === undefined) continue;
      const date = addDays(today, -daysAgo);
      const merchant = recogniseMerchant(description);
      rows.push(
        snapshotOf(
          composeTransaction(
            {
              transactionId: random.identifier(),
              accountId: account.account_id,
              amount,
              date,
              authorizedDate: addDays(date, -1),
              pending: false,
              description,
              merchant,
            },
            // Where it took place is part of the static data: the same for every Item.
            createRandom(`user_good/${daysAgo}/${description}`),
          ),
        ),
      );
    }
  }
  return rows;
};
