import { createHash } from 'node:crypto';
import type { Account } from '../model/item.js';
import { createRandom } from '../model/random.js';
import type { InstitutionData } from './institutions.js';

/** What a user of the sandbox has at a bank, before it belongs to an Item. Amounts in the account's currency. */
export interface AccountBlueprint {
  name: string;
  officialName: string;
  mask: string;
  type: Account['type'];
  subtype: Account['subtype'];
  available: number | null;
  current: number | null;
  limit: number | null;
  currency: string;
}

const blueprint = (
  name: string,
  officialName: string,
  mask: string,
  type: Account['type'],
  subtype: Account['subtype'],
  [available, current, limit]: readonly [number | null, number | null, number | null],
): AccountBlueprint => ({
  name,
  officialName,
  mask,
  type,
  subtype,
  available,
  current,
  limit,
  currency: 'USD',
});

const CHECKING = blueprint(
  'Plaid Checking',
  'Plaid Gold Standard 0% Interest Checking',
  '0000',
  'depository',
  'checking',
  [100, 110, null],
);
const SAVING = blueprint(
  'Plaid Saving',
  'Plaid Silver Standard 0.1% Interest Saving',
  '1111',
  'depository',
  'savings',
  [200, 210, null],
);
const CREDIT = blueprint(
  'Plaid Credit Card',
  'Plaid Diamond 12.5% APR Interest Credit Card',
  '3333',
  'credit',
  'credit card',
  [null, 410, 2000],
);
const RETIREMENT = blueprint('Plaid 401k', 'Plaid 401k', '6666', 'investment', '401k', [
  null,
  23631.9805,
  null,
]);
const STUDENT = blueprint('Plaid Student Loan', 'Plaid Student Loan', '7777', 'loan', 'student', [
  null,
  65262,
  null,
]);

/** The accounts of a sandbox user. */
export const accountsOfUser = (username: string): readonly AccountBlueprint[] => {
  switch (username) {
    case 'user_transactions_dynamic':
      return [CHECKING, CREDIT];
    case 'user_small_business':
      return [
        blueprint('Business Checking', 'Plaid Business Checking', '4444', 'depository', 'checking', [
          18230.55,
          19110.2,
          null,
        ]),
        blueprint(
          'Business Credit Card',
          'Plaid Business Platinum Card',
          '5555',
          'credit',
          'credit card',
          [8120, 1880, 10000],
        ),
      ];
    case 'user_ewa_user':
    case 'user_yuppie':
      return [CHECKING, SAVING, CREDIT];
    default:
      return [CHECKING, SAVING, CREDIT, RETIREMENT, STUDENT];
  }
};

/** True when Plaid serves transactions of such an account: none of investments, of loans only student loans. */
export const hasTransactions = ({ type, subtype }: Pick<Account, 'type' | 'subtype'>): boolean =>
  type === 'depository' || type === 'credit' || (type === 'loan' && subtype === 'student');

/**
 * Makes accounts of blueprints. The ids belong to this Item alone; `persistent_account_id` is the same in every
 * Item of this user at this bank.
 * @param idKey what the ids are derived from, unique to the Item
 */
export const createAccounts = (
  blueprints: readonly AccountBlueprint[],
  bank: InstitutionData,
  username: string,
  idKey: string,
): Account[] => {
  const random = createRandom(`${idKey}/accounts`);
  return blueprints.map((from, index) => ({
    account_id: random.identifier(),
    balances: {
      available: from.available,
      current: from.current,
      iso_currency_code: from.currency,
      limit: from.limit,
      unofficial_currency_code: null,
    },
    holder_category: username === 'user_small_business' ? 'business' : 'personal',
    mask: from.mask,
    name: from.name,
    official_name: from.officialName,
    ...(bank.persistentAccountIds && from.type === 'depository'
      ? {
          persistent_account_id: createHash('sha256')
            .update(`${bank.institutionId}/${username}/${from.name}/${index}`)
            .digest('hex'),
        }
      : {}),
    subtype: from.subtype,
    type: from.type,
  }));
};
