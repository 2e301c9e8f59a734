import { exchangePublicToken, linkItem } from '../bank/link.js';
import { breakItem, revokePermission } from '../bank/health.js';
import { completePull } from '../bank/pull.js';
import { repairItem } from '../bank/repair.js';
import { makeHappen } from '../incidents/kinds.js';
import { isErrorCode } from '../plaid-api/error-catalogue.js';
import { JsonText } from '../plaid-api/endpoint.js';
import type { Json } from '../plaid-api/fields.js';
import { webhookUrl } from '../plaid-api/webhook-url.js';
import type { WebhookBody } from '../webhooks/bodies.js';
import { transactionJson } from '../model/transaction.js';
import { presentControlItem, presentDelivery } from './present.js';
import { ControlError, itemAt, liveItemAt, queryInteger, SILENT, type ControlRoute } from './route.js';
import { refuseUnrepairable } from './repairable.js';

const list: ControlRoute = {
  method: 'get',
  path: '/items',
  answer: ({ context: { store } }) => ({
    items: [...store.items.values()].map((item) => presentControlItem(store, item)),
  }),
};

/** An Item with its rows as they are now: what everybody who follows it must end up with. */
const show: ControlRoute = {
  method: 'get',
  path: '/items/:itemId',
  answer: (call) => {
    const { store } = call.context;
    const item = itemAt(call);
    const rows = store.logOf(item).rows();
    return new JsonText(
      `{"item":${JSON.stringify(presentControlItem(store, item))},"transactions":[${rows
        .map((row) => transactionJson(row, true))
        .join(',')}]}`,
    );
  },
};

/** The Item's changes in the order of the bank, superseded ones too. */
const log: ControlRoute = {
  method: 'get',
  path: '/items/:itemId/log',
  answer: (call) => {
    const after = queryInteger(call, 'after', 0);
    const limit = queryInteger(call, 'limit', 100);
    const { transaction_id: wanted } = call.query;
    const found = call.context.store
      .logOf(itemAt(call))
      .entries()
      .slice(after)
      .filter(({ transactionId }) => wanted === undefined || transactionId === wanted);
    const entries = found.slice(0, limit).map((entry) => {
      const { position, op, transactionId, accountId, snapshot } = entry;
      const head = { position, op, transaction_id: transactionId, account_id: accountId };
      const row = snapshot === null ? 'null' : transactionJson(snapshot, true);
      return `${JSON.stringify(head).slice(0, -1)},"transaction":${row}}`;
    });
    return new JsonText(`{"log":[${entries.join(',')}],"has_more":${found.length > limit}}`);
  },
};

const create: ControlRoute = {
  method: 'post',
  path: '/items',
  fields: {
    client_id: { kind: 'string' },
    institution_id: { kind: 'string' },
    username: { kind: 'string' },
    password: { kind: 'string' },
    webhook: { kind: 'string', nullable: true },
    days_requested: { kind: 'integer', min: 1, max: 730 },
    transactions: { kind: 'integer', min: 0, max: 1_000_000 },
    long_amounts: { kind: 'boolean' },
    ready: { kind: 'boolean' },
  },
  answer: ({ context, body }) => {
    const clientId = (body['client_id'] as string | undefined) ?? [...context.store.clients.keys()][0] ?? '';
    if (!context.store.clients.has(clientId))
      throw new ControlError(400, `client_id ${clientId} is not known here`);
    const { item, publicToken } = linkItem(context, {
      clientId,
      institutionId: (body['institution_id'] as string | undefined) ?? 'ins_109508',
      products: ['transactions'],
      webhook: webhookUrl(body['webhook'], 'webhook'),
      username: (body['username'] as string | undefined) ?? 'user_transactions_dynamic',
      password: (body['password'] as string | undefined) ?? 'pass_good',
      daysRequested: (body['days_requested'] as number | undefined) ?? 90,
      historySize: (body['transactions'] as number | undefined) ?? null,
      longAmounts: body['long_amounts'] === true,
    });
    exchangePublicToken(context, clientId, publicToken.publicToken);
    if (body['ready'] === true) completePull(context, item);
    return { item: presentControlItem(context.store, item) };
  },
};

const breakLogin: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/break',
  fields: { ...SILENT, error_code: { kind: 'string' }, reason: { kind: 'string', nullable: true } },
  answer: (call) => {
    const code = (call.body['error_code'] as string | undefined) ?? 'ITEM_LOGIN_REQUIRED';
    if (!isErrorCode(code))
      throw new ControlError(400, `error_code ${code} is not one of Plaid's that are known here`);
    const item = liveItemAt(call);
    const reason = (call.body['reason'] as string | null | undefined) ?? null;
    breakItem(call.context, item, { code, reason, silent: call.body['silent'] === true });
    call.context.faults.count('break');
    return { item: presentControlItem(call.context.store, item) };
  },
};

const repair: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/repair',
  fields: SILENT,
  answer: (call) => {
    const item = liveItemAt(call);
    refuseUnrepairable(item);
    repairItem(call.context, item, { silent: call.body['silent'] === true });
    call.context.faults.count('repair');
    return { item: presentControlItem(call.context.store, item) };
  },
};

const revoke: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/revoke',
  fields: SILENT,
  answer: (call) => {
    const item = liveItemAt(call);
    revokePermission(call.context, item, { silent: call.body['silent'] === true });
    call.context.faults.count('permission_revoked');
    return { item: presentControlItem(call.context.store, item) };
  },
};

const incident: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/incidents',
  openFields: true,
  answer: (call) => {
    const item = liveItemAt(call);
    const told = makeHappen(call.context, item, call.body);
    return { incident: told, item: presentControlItem(call.context.store, item) };
  },
};

const relink: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/relink',
  openFields: true,
  answer: (call) => {
    const { context, body } = call;
    const told = makeHappen(context, itemAt(call), { ...body, kind: 'relink' });
    const item = context.store.items.get(String(told['item_id']));
    if (item === undefined) throw new ControlError(409, 'the new item is gone');
    return { item: presentControlItem(context.store, item) };
  },
};

const sendWebhook: ControlRoute = {
  method: 'post',
  path: '/items/:itemId/webhooks',
  fields: {
    webhook_type: { kind: 'string', required: true, min: 1 },
    webhook_code: { kind: 'string', required: true, min: 1 },
    fields: { kind: 'object' },
  },
  answer: (call) => {
    const item = itemAt(call);
    const body: WebhookBody = {
      webhook_type: String(call.body['webhook_type']),
      webhook_code: String(call.body['webhook_code']),
      item_id: item.itemId,
      environment: 'sandbox',
      ...((call.body['fields'] ?? {}) as Json),
    };
    const delivery = call.context.webhooks.send(item, body);
    if (delivery === null) throw new ControlError(409, `item ${item.itemId} has no webhook URL`);
    return { webhook: presentDelivery(delivery) };
  },
};

/** Items: see, make, break, heal. */
export const ITEM_ROUTES: readonly ControlRoute[] = [
  list,
  show,
  log,
  create,
  breakLogin,
  repair,
  revoke,
  incident,
  relink,
  sendWebhook,
];
