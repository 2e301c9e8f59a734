import type {
  SandboxItemFireWebhookResponse,
  SandboxItemResetLoginResponse,
  SandboxTransactionsCreateResponse,
} from 'plaid';
import { activityRandom, refreshItem } from '../bank/activity.js';
import { breakItem } from '../bank/health.js';
import { composeTransaction, recogniseMerchant } from '../data/compose-transaction.js';
import { decimalOfNumber } from '../model/amount.js';
import { dateOf, daysBetween, isDate } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import { snapshotOf } from '../model/transaction.js';
import type { Change } from '../model/update-log.js';
import type { Wire } from '../model/wire.js';
import { ACCESS_TOKEN, healthyItemOf, itemOf, type Call, type Endpoint } from './endpoint.js';
import { checkFields, type FieldRules, type Json } from './fields.js';
import { fireableWebhook, WEBHOOK_CODES, WEBHOOK_TYPES } from './fireable-webhooks.js';
import { PlaidApiError } from './plaid-error.js';

const CREATE_MAX = 10;
const CREATE_DAYS = 14;

const CREATED_TRANSACTION: FieldRules = {
  date_transacted: { kind: 'string', required: true },
  date_posted: { kind: 'string', required: true },
  amount: { kind: 'number', required: true },
  description: { kind: 'string', required: true, min: 1 },
  iso_currency_code: { kind: 'string', min: 3, max: 3 },
};

const createdChange = (call: Call, item: Item, given: Json, index: number): Change => {
  checkFields(given, CREATED_TRANSACTION, `transactions[${index}].`);
  const { context } = call;
  const [transacted, posted] = [String(given['date_transacted']), String(given['date_posted'])];
  const today = dateOf(context.clock.now());
  const recent = (date: string) => isDate(date) && date <= today && daysBetween(date, today) <= CREATE_DAYS;
  if (!recent(transacted) || !recent(posted) || posted < transacted)
    throw new PlaidApiError(
      'INVALID_FIELD',
      'Transaction and posted dates must be within the last 14 days. The posted date cannot be before the transaction date.',
    );
  const account = item.accounts.find(({ type }) => type === 'depository');
  if (account === undefined) throw new PlaidApiError('INVALID_FIELD', 'the Item has no depository account');
  const random = activityRandom(context, item, `created/${index}`);
  const description = String(given['description']);
  return {
    op: 'added',
    snapshot: snapshotOf(
      composeTransaction(
        {
          transactionId: random.identifier(),
          accountId: account.account_id,
          amount: decimalOfNumber(Number(given['amount'])),
          date: posted,
          authorizedDate: transacted,
          pending: false,
          currency: (given['iso_currency_code'] as string | undefined) ?? 'USD',
          description,
          merchant: recogniseMerchant(description),
        },
        random,
      ),
    ),
  };
};

const transactionsCreate: Endpoint = {
  path: '/sandbox/transactions/create',
  fields: { ...ACCESS_TOKEN, transactions: { kind: 'array', required: true, min: 1 } },
  answer: (call) => {
    const item = healthyItemOf(call);
    const given = call.body['transactions'] as Json[];
    if (given.length > CREATE_MAX)
      throw new PlaidApiError('INVALID_FIELD', 'The request contains too many transactions.');
    if (item.username !== 'user_transactions_dynamic')
      throw new PlaidApiError(
        'INVALID_FIELD',
        'transactions can only be created for Items of user_transactions_dynamic',
      );
    if (item.pull === null) throw new PlaidApiError('PRODUCT_NOT_ENABLED');
    if (item.updateStatus === 'NOT_READY') throw new PlaidApiError('PRODUCT_NOT_READY');
    refreshItem(
      call.context,
      item,
      given.map((entry, index) => createdChange(call, item, entry, index)),
    );
    return { request_id: call.requestId } satisfies Wire<SandboxTransactionsCreateResponse>;
  },
};

const fireWebhook: Endpoint = {
  path: '/sandbox/item/fire_webhook',
  fields: {
    ...ACCESS_TOKEN,
    webhook_code: { kind: 'string', required: true, values: WEBHOOK_CODES },
    webhook_type: { kind: 'string', values: WEBHOOK_TYPES },
  },
  answer: (call) => {
    const { context, body, requestId } = call;
    const item = itemOf(call);
    const { webhook_code: code, webhook_type: type } = body;
    const webhook = fireableWebhook(item, String(code), type as string | undefined, context.clock.now());
    if (context.webhooks.send(item, webhook) === null) throw new PlaidApiError('SANDBOX_WEBHOOK_INVALID');
    return { request_id: requestId, webhook_fired: true } satisfies Wire<SandboxItemFireWebhookResponse>;
  },
};

const resetLogin: Endpoint = {
  path: '/sandbox/item/reset_login',
  fields: ACCESS_TOKEN,
  answer: (call) => {
    breakItem(call.context, itemOf(call), { code: 'ITEM_LOGIN_REQUIRED' });
    return { request_id: call.requestId, reset_login: true } satisfies Wire<SandboxItemResetLoginResponse>;
  },
};

export const SANDBOX_ENDPOINTS: readonly Endpoint[] = [transactionsCreate, fireWebhook, resetLogin];
