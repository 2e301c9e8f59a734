import type { AnsweredItem, PlaidGateway } from '../../src/plaid/plaid-api.js';
import { PlaidError, toPlaidError } from '../../src/plaid/plaid-error.js';
import { readSyncPage } from '../../src/plaid/sync-page.js';

/** A row as JSON text, or as an object where nothing in it is beyond JSON.stringify. */
export type ScriptedRow = string | Record<string, unknown>;

export interface ScriptedPage {
  added?: readonly ScriptedRow[];
  modified?: readonly ScriptedRow[];
  removed?: readonly string[];
  accounts?: readonly Record<string, unknown>[];
  cursor: string | null;
  hasMore?: boolean;
  status?: string;
}

export const row = (id: string, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  transaction_id: id,
  account_id: 'account',
  amount: 1.5,
  iso_currency_code: 'USD',
  date: '2026-11-01',
  name: 'Coffee',
  pending: false,
  ...over,
});

export const account = (id: string, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  account_id: id,
  name: `Account ${id}`,
  type: 'depository',
  subtype: 'checking',
  balances: { available: 10, current: 12.5, limit: null, iso_currency_code: 'USD' },
  ...over,
});

const list = (rows: readonly ScriptedRow[] = []): string =>
  `[${rows.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(',')}]`;

/** A body of /transactions/sync. */
export const syncBody = (page: ScriptedPage): string =>
  `{"added":${list(page.added)},"modified":${list(page.modified)},"removed":${JSON.stringify(
    (page.removed ?? []).map((id) => ({ transaction_id: id, account_id: 'account' })),
  )},"accounts":${JSON.stringify(page.accounts ?? [])},"next_cursor":${JSON.stringify(page.cursor)},"has_more":${
    page.hasMore ?? false
  },"transactions_update_status":"${page.status ?? 'HISTORICAL_UPDATE_COMPLETE'}","request_id":"request"}`;

/** What Plaid throws at its clients. */
export const plaidFailure = (
  errorCode: string,
  over: { errorType?: string; message?: string; httpStatus?: number; retryAfterMs?: number } = {},
): PlaidError =>
  new PlaidError({
    errorType: over.errorType ?? null,
    errorCode,
    message: over.message ?? errorCode.toLowerCase(),
    httpStatus: over.httpStatus ?? 400,
    requestId: 'request',
    retryAfterMs: over.retryAfterMs ?? null,
  });

export const MUTATION = 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION';

/** Answers that no server gives on demand; each may be replaced at any time, and may throw. */
export interface ScriptedPlaid {
  gateway: PlaidGateway;
  sync: (
    cursor: string | null,
    accessToken: string,
  ) => ScriptedPage | string | Promise<ScriptedPage | string>;
  /** The JSON text of /accounts/get. */
  accounts: () => string | Promise<string>;
  /** The error that /item/get tells of, null for a healthy Item. */
  itemError: () => { error_type: string; error_code: string; error_message: string } | null;
  /** What /item/get tells besides. */
  webhook: string | null;
  consentExpires: string | null;
  itemId: string;
  /** `sync:<cursor>`, `accounts`, `item`, in order. */
  calls: string[];
}

export function createScriptedPlaid(itemId: string): ScriptedPlaid {
  const guarded = async <T>(answer: () => Promise<T>): Promise<T> => {
    try {
      return await answer();
    } catch (error) {
      throw toPlaidError(error);
    }
  };
  const refuse = (): never => {
    throw new Error('not asked for in this test');
  };
  const script: ScriptedPlaid = {
    itemId,
    calls: [],
    webhook: null,
    consentExpires: null,
    sync: () => ({ cursor: 'end' }),
    accounts: () => JSON.stringify({ accounts: [account('account')] }),
    itemError: () => null,
    gateway: () => ({
      syncPage: (accessToken, cursor) =>
        guarded(async () => {
          script.calls.push(`sync:${cursor}`);
          const page = await script.sync(cursor, accessToken);
          return readSyncPage(typeof page === 'string' ? page : syncBody(page));
        }),
      getAccounts: () =>
        guarded(async () => {
          script.calls.push('accounts');
          return script.accounts();
        }),
      getItem: () =>
        guarded(() => {
          script.calls.push('item');
          const error = script.itemError();
          return Promise.resolve({
            item_id: script.itemId,
            error,
            institution_id: 'ins_1',
            institution_name: 'Bank',
            webhook: script.webhook,
            consent_expiration_time: script.consentExpires,
            request_id: 'item-request',
          } as unknown as AnsweredItem);
        }),
      updateWebhook: refuse,
      removeItem: refuse,
      getWebhookVerificationKey: refuse,
    }),
  };
  return script;
}
