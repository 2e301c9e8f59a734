import { recordChanges } from '../bank/announce.js';
import { seedKey } from '../bank/context.js';
import { sendNotice } from '../bank/notice.js';
import { ControlError } from '../control/control-error.js';
import { createAccounts, hasTransactions, type AccountBlueprint } from '../data/accounts.js';
import { randomTransaction } from '../data/history.js';
import { INSTITUTIONS } from '../data/institutions.js';
import { numberOf, textOf, type ParamRule } from '../faults/params.js';
import { addDays, dateOf } from '../model/calendar.js';
import type { Account } from '../model/item.js';
import { draftOf, snapshotOf, type Snapshot } from '../model/transaction.js';
import type { Change } from '../model/update-log.js';
import { webhookBodies } from '../webhooks/bodies.js';
import type { Incident, IncidentKind } from './incident.js';
import { removal } from './rows.js';

const ACCOUNT_ID: ParamRule = { kind: 'string', meaning: 'which account; one drawn at random if absent' };

const usable = ({ item }: Incident): Account[] => item.accounts.filter(hasTransactions);

const accountIn = (incident: Incident): Account => {
  const id = textOf(incident.params, 'account_id');
  const found =
    id === null
      ? incident.random.pick(usable(incident))
      : incident.item.accounts.find(({ account_id }) => account_id === id);
  if (found === undefined) throw new ControlError(400, `account_id ${id} is not an account of this item`);
  return found;
};

const rowsOf = ({ context, item }: Incident, accountIds: ReadonlySet<string>): Snapshot[] =>
  context.store
    .logOf(item)
    .rows()
    .filter(({ accountId }) => accountIds.has(accountId));

const NAMES = ['Vacation Fund', 'Rainy Day Savings', 'Joint Checking', 'Household', 'Tax Reserve'];

const blueprintOf = ({ item, params, random }: Incident): AccountBlueprint => {
  const name =
    textOf(params, 'name') ??
    `${random.pick(NAMES)} ${item.accounts.length + (item.revokedAccounts?.length ?? 0) + 1}`;
  return {
    name,
    officialName: name,
    mask: String(random.integer(0, 9999)).padStart(4, '0'),
    type: 'depository',
    subtype: 'savings',
    available: 500,
    current: 510,
    limit: null,
    currency: 'USD',
  };
};

const accountAdded: IncidentKind = {
  kind: 'account_added',
  summary:
    'a new account: NEW_ACCOUNTS_AVAILABLE, and unless only announced it is selected, with transactions of its own',
  params: {
    name: { kind: 'string', min: 1, meaning: 'its name; one drawn at random if absent' },
    rows: { kind: 'integer', min: 0, max: 10_000, otherwise: 5, meaning: 'how many transactions it has' },
    only_announced: { kind: 'boolean', otherwise: false, meaning: 'the user has not selected it yet' },
  },
  act: (incident) => {
    const { context, item, params, random, silent } = incident;
    if (!silent) sendNotice(context, item, 'NEW_ACCOUNTS_AVAILABLE');
    const bank = INSTITUTIONS.get(item.institutionId);
    if (params['only_announced'] === true || bank === undefined) return { changes: 0 };
    const key = seedKey(context, item.itemId, `account-added/${random.identifier()}`);
    const [account] = createAccounts([blueprintOf(incident)], bank, item.username, key);
    if (account === undefined) return { changes: 0 };
    item.accounts.push(account);
    context.store.saveItem(item);
    const alone = { ...item, accounts: [account] };
    const today = dateOf(context.clock.now());
    const rows = Array.from({ length: numberOf(params, 'rows') ?? 5 }, () =>
      snapshotOf(
        randomTransaction(alone, addDays(today, -random.integer(0, 29)), random, { pending: false }),
      ),
    );
    recordChanges(
      context,
      item,
      rows.map((snapshot) => ({ op: 'added', snapshot })),
      { silent },
    );
    return { changes: rows.length, account_id: account.account_id };
  },
};

const accountRevoked: IncidentKind = {
  kind: 'account_revoked',
  summary:
    'an account is taken away: it is gone from the accounts, nothing happens in it any more, USER_ACCOUNT_REVOKED',
  params: {
    account_id: ACCOUNT_ID,
    rows: {
      kind: 'string',
      values: ['kept', 'removed'],
      otherwise: 'kept',
      meaning: 'whether its transactions stay as they are, or are removed one by one',
    },
  },
  act: (incident) => {
    const { context, item, params, silent } = incident;
    const account = accountIn(incident);
    if (hasTransactions(account) && usable(incident).length === 1)
      throw new ControlError(409, `item ${item.itemId} has no other account with transactions`);
    item.accounts = item.accounts.filter(({ account_id }) => account_id !== account.account_id);
    item.revokedAccounts = [...(item.revokedAccounts ?? []), account];
    context.store.saveItem(item);
    if (!silent) context.webhooks.send(item, webhookBodies.userAccountRevoked(item, account.account_id));
    const removed =
      params['rows'] === 'removed'
        ? rowsOf(incident, new Set([account.account_id])).map((row) => removal(row))
        : [];
    recordChanges(context, item, removed, { silent });
    return { changes: removed.length, account_id: account.account_id };
  },
};

const accountRenamed: IncidentKind = {
  kind: 'account_renamed',
  summary: 'an account has another name from now on',
  params: {
    account_id: ACCOUNT_ID,
    name: { kind: 'string', min: 1, meaning: 'the name; the old one with a number if absent' },
  },
  act: (incident) => {
    const { context, item, params, random } = incident;
    const { account_id: id, name } = accountIn(incident);
    const next = textOf(params, 'name') ?? `${name.replace(/ \d+$/, '')} ${random.integer(10, 99)}`;
    item.accounts = item.accounts.map((account) =>
      account.account_id === id ? { ...account, name: next } : account,
    );
    context.store.saveItem(item);
    return { changes: 0, account_id: id, name: next };
  },
};

const moved = (row: Snapshot, accountId: string, transactionId: string): Snapshot => {
  const draft = draftOf(row);
  return snapshotOf({
    ...draft,
    details: { ...draft.details, account_id: accountId, transaction_id: transactionId },
  });
};

const accountIdsChanged: IncidentKind = {
  kind: 'account_ids_changed',
  summary:
    'the bank numbers its accounts anew: all ids change, or that of one account, and transactions follow',
  params: {
    account_id: { kind: 'string', meaning: 'only this account; all if absent' },
    rows: {
      kind: 'string',
      values: ['modified', 'new_ids'],
      otherwise: 'modified',
      meaning: 'whether transactions keep their ids, or are removed and added under others',
    },
  },
  act: (incident) => {
    const { context, item, params, random, silent } = incident;
    const meant = params['account_id'] === undefined ? item.accounts : [accountIn(incident)];
    const ids = new Map(meant.map(({ account_id }) => [account_id, random.identifier()]));
    item.accounts = item.accounts.map((account) => ({
      ...account,
      account_id: ids.get(account.account_id) ?? account.account_id,
    }));
    context.store.saveItem(item);
    const changes = rowsOf(incident, new Set(ids.keys())).flatMap((row): Change[] => {
      const accountId = ids.get(row.accountId) ?? row.accountId;
      return params['rows'] === 'new_ids'
        ? [removal(row), { op: 'added', snapshot: moved(row, accountId, random.identifier()) }]
        : [{ op: 'modified', snapshot: moved(row, accountId, row.transactionId) }];
    });
    recordChanges(context, item, changes, { silent });
    return { changes: changes.length, account_ids: Object.fromEntries(ids) };
  },
};

/** Incidents of an Item's accounts. */
export const ACCOUNT_KINDS: readonly IncidentKind[] = [
  accountAdded,
  accountRevoked,
  accountRenamed,
  accountIdsChanged,
];
