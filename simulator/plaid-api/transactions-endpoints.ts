import type { TransactionsRefreshResponse, TransactionsSyncResponse } from 'plaid';
import { refreshItem } from '../bank/activity.js';
import { startPull } from '../bank/pull.js';
import { checkPage } from '../faults/refused.js';
import { decodeCursor, encodeCursor, type Cursor } from '../model/cursor.js';
import type { Account, Item } from '../model/item.js';
import { transactionJson, type Snapshot } from '../model/transaction.js';
import type { UpdateLog, UpdatePage } from '../model/update-log.js';
import type { Wire } from '../model/wire.js';
import { ACCESS_TOKEN, healthyItemOf, JsonText, type Endpoint } from './endpoint.js';
import type { Json } from './fields.js';
import { PlaidApiError } from './plaid-error.js';

const beginning = (item: Item, accountId: string | null, head: number, born: number): Cursor => ({
  itemId: item.itemId,
  accountId,
  at: 0,
  base: 0,
  since: 0,
  head,
  page: 0,
  born,
});

/**
 * The position that a request's cursor names.
 * @throws PlaidApiError INVALID_FIELD for a cursor that is not this stream's; TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION
 * when the log has grown since the middle of this chain of pages was served
 */
const positionOf = (
  text: string | null,
  item: Item,
  accountId: string | null,
  log: UpdateLog,
  newestFault: number,
): Cursor => {
  const start = beginning(item, accountId, log.head, newestFault);
  if (text === null || text === '') return start;
  if (text === 'now') return { ...start, at: log.head, base: log.head, since: log.head };
  const cursor = decodeCursor(text);
  const ours = cursor !== null && cursor.itemId === item.itemId && cursor.accountId === accountId;
  if (!ours || cursor.at > log.head)
    throw new PlaidApiError('INVALID_FIELD', 'cursor not associated with access_token');
  if (cursor.at !== cursor.base && cursor.head !== log.head)
    throw new PlaidApiError('TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION');
  return cursor;
};

const accountsOn = (page: UpdatePage, item: Item): Account[] => {
  const ids = new Set([
    ...page.added.map(({ accountId }) => accountId),
    ...page.modified.map(({ accountId }) => accountId),
    ...page.removed.map(({ account_id }) => account_id),
  ]);
  return item.accounts.filter(({ account_id, type }) => ids.has(account_id) && type !== 'investment');
};

/** Puts the response together from text, so that amounts keep every digit. */
const responseText = (
  rest: Omit<Wire<TransactionsSyncResponse>, 'added' | 'modified'>,
  page: UpdatePage,
  withOriginalDescription: boolean,
): JsonText => {
  const list = (rows: Snapshot[]) =>
    rows.map((row) => transactionJson(row, withOriginalDescription)).join(',');
  return new JsonText(
    `{"added":[${list(page.added)}],"modified":[${list(page.modified)}],${JSON.stringify(rest).slice(1)}`,
  );
};

const transactionsSync: Endpoint = {
  path: '/transactions/sync',
  fields: {
    ...ACCESS_TOKEN,
    cursor: { kind: 'string', nullable: true, max: 256 },
    count: { kind: 'integer', min: 1, max: 500 },
    options: {
      kind: 'object',
      fields: {
        include_original_description: { kind: 'boolean', nullable: true },
        include_personal_finance_category: { kind: 'boolean' },
        include_logo_and_counterparty_beta: { kind: 'boolean' },
        personal_finance_category_version: { kind: 'string', values: ['v1', 'v2'] },
        days_requested: { kind: 'integer', min: 1, max: 730 },
        account_id: { kind: 'string', min: 1 },
      },
    },
  },
  answer: (call) => {
    const { body, context, requestId, moment } = call;
    const item = healthyItemOf(call);
    const options = (body['options'] ?? {}) as Json;
    const accountId = (options['account_id'] as string | undefined) ?? null;
    if (accountId !== null && !item.accounts.some(({ account_id }) => account_id === accountId))
      throw new PlaidApiError('INVALID_ACCOUNT_ID');
    startPull(context, item, (options['days_requested'] as number | undefined) ?? 90);
    const log = context.store.logOf(item);
    const given = (body['cursor'] as string | null | undefined) ?? null;
    const position = positionOf(given, item, accountId, log, context.store.settings.nextFaultId - 1);
    if (!item.armed) {
      item.armed = true;
      context.store.saveItem(item);
    }
    const ready = item.updateStatus !== 'NOT_READY';
    const asked = (body['count'] as number | undefined) ?? 100;
    const page: UpdatePage = ready
      ? log.page(position, Math.min(asked, ...context.faults.fire('pageSize', moment)))
      : { added: [], modified: [], removed: [], next: 0, hasMore: false };
    const cursor = given === null || given === '' || given === 'now' ? null : position;
    if (ready) checkPage(context, { ...moment, cursor, page: position.page + 1, last: !page.hasMore });
    const next: Cursor = {
      ...position,
      at: page.next,
      base: page.hasMore ? position.base : page.next,
      head: log.head,
      page: page.hasMore ? position.page + 1 : 0,
    };
    return responseText(
      {
        accounts: accountsOn(page, item),
        has_more: page.hasMore,
        next_cursor: ready ? encodeCursor(next) : '',
        removed: page.removed,
        request_id: requestId,
        transactions_update_status: item.updateStatus,
      },
      page,
      options['include_original_description'] === true,
    );
  },
};

const transactionsRefresh: Endpoint = {
  path: '/transactions/refresh',
  fields: ACCESS_TOKEN,
  answer: (call) => {
    const item = healthyItemOf(call);
    if (item.pull === null) throw new PlaidApiError('PRODUCT_NOT_ENABLED');
    refreshItem(call.context, item);
    return { request_id: call.requestId } satisfies Wire<TransactionsRefreshResponse>;
  },
};

export const TRANSACTIONS_ENDPOINTS: readonly Endpoint[] = [transactionsSync, transactionsRefresh];
