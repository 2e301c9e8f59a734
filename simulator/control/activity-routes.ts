import { modifyTransaction, postPendings, refreshItem, activityRandom } from '../bank/activity.js';
import { recordChanges } from '../bank/announce.js';
import { addHistory } from '../bank/added-history.js';
import { composeTransaction, recogniseMerchant } from '../data/compose-transaction.js';
import { hasTransactions } from '../data/accounts.js';
import { dateOf, isDate } from '../model/calendar.js';
import type { Account, Item } from '../model/item.js';
import { snapshotOf, transactionJson, type Snapshot, type TransactionDetails } from '../model/transaction.js';
import { JsonText } from '../plaid-api/endpoint.js';
import type { FieldRules, Json } from '../plaid-api/fields.js';
import {
  AMOUNT,
  amountOf,
  ControlError,
  liveItemAt,
  SILENT,
  type ControlCall,
  type ControlRoute,
} from './route.js';

const rowsJson = (rows: readonly Snapshot[]): JsonText =>
  new JsonText(`{"transactions":[${rows.map((row) => transactionJson(row, true)).join(',')}]}`);

const dateIn = (body: Json, field: string): string | undefined => {
  const value = body[field] as string | undefined;
  if (value !== undefined && !isDate(value))
    throw new ControlError(400, `${field} must be a date (YYYY-MM-DD)`);
  return value;
};

const accountIn = (item: Item, body: Json): Account => {
  const wanted = body['account_id'];
  const account = item.accounts.find((candidate) =>
    wanted === undefined ? hasTransactions(candidate) : candidate.account_id === wanted,
  );
  if (account === undefined)
    throw new ControlError(400, `account_id ${String(wanted)} is not an account of this item`);
  return account;
};

/** Fields of the transaction that the caller sets outright, whatever they mean. */
const overrides = (body: Json): Partial<TransactionDetails> => {
  const fields = (body['fields'] ?? {}) as Json;
  for (const name of ['amount', 'original_description'])
    if (Object.hasOwn(fields, name)) throw new ControlError(400, `fields.${name} cannot be set here`);
  return fields;
};

const SPEND_FIELDS: FieldRules = {
  ...SILENT,
  amount: AMOUNT,
  name: { kind: 'string', min: 1 },
  pending: { kind: 'boolean' },
  date: { kind: 'string' },
  authorized_date: { kind: 'string' },
  account_id: { kind: 'string' },
  iso_currency_code: { kind: 'string', nullable: true },
  fields: { kind: 'object' },
};

const spend: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/transactions',
  fields: SPEND_FIELDS,
  answer: (call) => {
    const { context, body } = call;
    const item = liveItemAt(call);
    const random = activityRandom(context, item);
    const date = dateIn(body, 'date') ?? dateOf(context.clock.now());
    const description = (body['name'] as string | undefined) ?? 'Starbucks';
    const draft = composeTransaction(
      {
        transactionId: random.identifier(),
        accountId: accountIn(item, body).account_id,
        amount: amountOf(body, 'amount') ?? '4.33',
        date,
        authorizedDate: dateIn(body, 'authorized_date') ?? date,
        pending: (body['pending'] as boolean | undefined) ?? true,
        ...(body['iso_currency_code'] === undefined
          ? {}
          : { currency: body['iso_currency_code'] as string | null }),
        description,
        merchant: recogniseMerchant(description),
      },
      random,
    );
    const named = body['name'] === undefined ? {} : { name: description };
    const details = {
      ...draft.details,
      ...named,
      ...overrides(body),
    };
    const snapshot = snapshotOf({ ...draft, details });
    recordChanges(context, item, [{ op: 'added', snapshot }], { silent: body['silent'] === true });
    return rowsJson([snapshot]);
  },
};

const post: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/post',
  fields: { ...SILENT, transaction_ids: { kind: 'array' }, amount: AMOUNT },
  answer: (call) => {
    const { context, body } = call;
    const item = liveItemAt(call);
    const ids = body['transaction_ids'] as string[] | undefined;
    const unknown = ids?.find((id) => !context.store.logOf(item).current(id)?.pending);
    if (unknown !== undefined) throw new ControlError(409, `transaction_ids: ${unknown} is not pending`);
    const amount = amountOf(body, 'amount');
    return rowsJson(
      postPendings(context, item, {
        ...(ids === undefined ? {} : { transactionIds: ids }),
        ...(amount === undefined ? {} : { amount }),
        silent: body['silent'] === true,
      }),
    );
  },
};

const transactionAt = (call: ControlCall, item: Item): Snapshot => {
  const id = call.params['transactionId'] ?? '';
  const current = call.context.store.logOf(item).current(id);
  if (current === null) throw new ControlError(404, `transaction ${id} does not exist`);
  return current;
};

const modify: ControlRoute = {
  method: 'patch',
  path: '/items/:itemId/transactions/:transactionId',
  fields: { ...SILENT, amount: AMOUNT, name: { kind: 'string' }, fields: { kind: 'object' } },
  answer: (call) => {
    const { context, body } = call;
    const item = liveItemAt(call);
    const amount = amountOf(body, 'amount');
    const named = body['name'] === undefined ? {} : { name: body['name'] as string };
    return rowsJson([
      modifyTransaction(context, item, transactionAt(call, item), {
        ...(amount === undefined ? {} : { amount }),
        fields: { ...named, ...overrides(body) },
        silent: body['silent'] === true,
      }),
    ]);
  },
};

const remove: ControlRoute = {
  method: 'delete',
  path: '/items/:itemId/transactions/:transactionId',
  fields: SILENT,
  answer: (call) => {
    const item = liveItemAt(call);
    const { transactionId, accountId } = transactionAt(call, item);
    const silent = call.body['silent'] === true || call.query['silent'] === 'true';
    recordChanges(call.context, item, [{ op: 'removed', transactionId, accountId }], { silent });
    return { removed: { transaction_id: transactionId, account_id: accountId } };
  },
};

const refresh: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/refresh',
  answer: (call) => {
    const item = liveItemAt(call);
    const before = call.context.store.logOf(item).head;
    refreshItem(call.context, item);
    return { changes: call.context.store.logOf(item).head - before };
  },
};

const history: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/history',
  fields: {
    ...SILENT,
    count: { kind: 'integer', required: true, min: 1, max: 1_000_000 },
    days: { kind: 'integer', min: 1, max: 730 },
  },
  answer: (call) => {
    const item = liveItemAt(call);
    const { count, days } = call.body;
    const added = addHistory(call.context, item, {
      count: Number(count),
      days: (days as number | undefined) ?? item.pull?.daysRequested ?? 90,
      silent: call.body['silent'] === true,
    });
    return { added };
  },
};

/** What happens on an Item's accounts. */
export const ACTIVITY_ROUTES: readonly ControlRoute[] = [spend, post, modify, remove, refresh, history];
