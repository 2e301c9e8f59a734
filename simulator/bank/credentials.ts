import { isDate } from '../model/calendar.js';
import { decimalOfNumber, isDecimal } from '../model/amount.js';
import type { CustomTransaction } from '../model/item.js';
import { accountsOfUser, type AccountBlueprint } from '../data/accounts.js';
import { isErrorCode } from '../plaid-api/error-catalogue.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';

/** What logging in as a sandbox user gives. */
export interface Login {
  username: string;
  accounts: readonly AccountBlueprint[];
  custom: CustomTransaction[] | null;
}

const KNOWN_USERS = [
  'user_good',
  'user_transactions_dynamic',
  'user_ewa_user',
  'user_yuppie',
  'user_small_business',
  'user_custom',
] as const;

type Json = Record<string, unknown>;

const invalid = (what: string): PlaidApiError =>
  new PlaidApiError('INVALID_FIELD', `options.override_password: ${what}`);

const objectOf = (value: unknown, what: string): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} must be an object`);
  return value as Json;
};

const listOf = (value: unknown, what: string): unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`${what} must be an array`);
  return value;
};

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const customAccount = (given: Json, index: number): AccountBlueprint => {
  const meta = objectOf(given['meta'] ?? {}, `override_accounts[${index}].meta`);
  const type = text(given['type'], 'depository');
  if (!['depository', 'credit', 'loan', 'investment', 'other'].includes(type))
    throw invalid(`override_accounts[${index}].type is not an account type`);
  const current = number(given['starting_balance']) ?? 100;
  return {
    name: text(meta['name'], `Custom account ${index + 1}`),
    officialName: text(meta['official_name'], text(meta['name'], `Custom account ${index + 1}`)),
    mask: text(meta['mask'], String(index).padStart(4, '0')),
    type: type as AccountBlueprint['type'],
    subtype: text(
      given['subtype'],
      type === 'credit' ? 'credit card' : 'checking',
    ) as AccountBlueprint['subtype'],
    available:
      given['has_null_available_balance'] === true
        ? null
        : (number(given['force_available_balance']) ?? current),
    current,
    limit: number(meta['limit']),
    currency: text(given['currency'], 'USD'),
  };
};

const customTransaction = (given: Json, accountIndex: number, index: number): CustomTransaction => {
  const where = `override_accounts[${accountIndex}].transactions[${index}]`;
  const date = (field: string): string => {
    const value = given[field];
    if (typeof value !== 'string' || !isDate(value))
      throw invalid(`${where}.${field} must be a date (YYYY-MM-DD)`);
    return value;
  };
  const amount = given['amount'];
  const exact = typeof amount === 'number' ? decimalOfNumber(amount) : amount;
  // Text is the simulator's own addition: it carries amounts that a double cannot.
  if (typeof exact !== 'string' || !isDecimal(exact)) throw invalid(`${where}.amount must be a number`);
  return {
    accountIndex,
    dateTransacted: date('date_transacted'),
    datePosted: date('date_posted'),
    amount: exact,
    description: text(given['description'], 'Transaction'),
    currency: text(given['currency'], 'USD'),
  };
};

const customLogin = (password: string): Login => {
  if (password.length > 55_000) throw invalid('the configuration may have at most 55 kB');
  let parsed: unknown;
  try {
    parsed = JSON.parse(password);
  } catch {
    throw invalid('the password of user_custom must be a JSON configuration');
  }
  const overrides = listOf(objectOf(parsed, 'the configuration')['override_accounts'], 'override_accounts');
  // An empty configuration asks for random data.
  if (overrides.length === 0)
    return { username: 'user_yuppie', accounts: accountsOfUser('user_yuppie'), custom: null };
  if (overrides.length > 10) throw invalid('override_accounts may have at most 10 entries');
  const accounts = overrides.map((entry, index) => objectOf(entry, `override_accounts[${index}]`));
  return {
    username: 'user_custom',
    accounts: accounts.map(customAccount),
    custom: accounts.flatMap((account, accountIndex) =>
      listOf(account['transactions'], `override_accounts[${accountIndex}].transactions`).map((entry, index) =>
        customTransaction(
          objectOf(entry, `override_accounts[${accountIndex}].transactions[${index}]`),
          accountIndex,
          index,
        ),
      ),
    ),
  };
};

/**
 * Logs in as one of Plaid's sandbox users. A password `error_<CODE>` fails with that error; the password of
 * `user_custom` is its configuration.
 * @throws PlaidApiError INVALID_CREDENTIALS, the forced error, or INVALID_FIELD naming what is wrong in a configuration
 */
export const logIn = (username: string, password: string): Login => {
  if (!KNOWN_USERS.some((known) => known === username)) throw new PlaidApiError('INVALID_CREDENTIALS');
  const forced = /^error_([A-Z_]+)$/.exec(password)?.[1];
  if (forced !== undefined && isErrorCode(forced)) throw new PlaidApiError(forced);
  if (username === 'user_custom') return customLogin(password);
  const accepted = username === 'user_good' ? password === 'pass_good' : password.trim() !== '';
  if (!accepted) throw new PlaidApiError('INVALID_CREDENTIALS');
  return { username, accounts: accountsOfUser(username), custom: null };
};
