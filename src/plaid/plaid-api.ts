import http from 'node:http';
import https from 'node:https';
import {
  Configuration,
  PlaidApi as PlaidSdk,
  type Item,
  type ItemWithConsentFields,
  type JWKPublicKey,
} from 'plaid';
import type { AxiosRequestConfig } from 'axios';
import type { WorkPriority } from '../domain/gcra.js';
import { PlaidError, toPlaidError } from './plaid-error.js';
import { readSyncPage, type SyncPage } from './sync-page.js';

export interface PlaidCredentials {
  baseUrl: string;
  clientId: string;
  secret: string;
}

export interface CallOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** For the rate budget; bulk unless said otherwise, so that whoever forgets it slows down nobody else. */
  priority?: WorkPriority;
  /** A further page of an update under way: throwing the pages before it away would waste what they cost. */
  continues?: boolean;
  /** Longest wait in place for the rate budget; without one the call is denied at once. Not part of `timeoutMs`. */
  longestWaitMs?: number;
}

/** Updates per page that Plaid allows at most: fewer pages, fewer mutations during pagination. */
export const SYNC_PAGE_SIZE = 500;

/** An Item may be in error although the answer about it is none: Plaid's support asks for the id of that answer. */
export type AnsweredItem = ItemWithConsentFields & { request_id: string | null };

/**
 * The calls that Ardea makes, on behalf of one integration. Every method throws PlaidError or PlaidCallAborted, and behind the
 * rate budget RateBudgetDenied, nothing else of its own.
 */
export interface PlaidApi {
  /** The Item and its error, if any; works while the Item is in error. */
  getItem(accessToken: string, options: CallOptions): Promise<AnsweredItem>;
  /** One page; `cursor` null asks from the beginning of the history. */
  syncPage(accessToken: string, cursor: string | null, options: CallOptions): Promise<SyncPage>;
  /** The body as Plaid sent it (money stays exact): `{"accounts": [...], "item": {...}}`. */
  getAccounts(accessToken: string, options: CallOptions): Promise<string>;
  /** Sets the Item's webhook; answers the Item as it is now. */
  updateWebhook(accessToken: string, url: string, options: CallOptions): Promise<Pick<Item, 'webhook'>>;
  /** Idempotent: an Item that is gone already counts as removed. */
  removeItem(accessToken: string, options: CallOptions): Promise<void>;
  getWebhookVerificationKey(keyId: string, options: CallOptions): Promise<JWKPublicKey>;
}

export type PlaidGateway = (credentials: PlaidCredentials) => PlaidApi;

const RAW: AxiosRequestConfig = { transformResponse: [(data: unknown) => data], responseType: 'text' };

/** A gateway that shares keep-alive connections between all integrations of this process. */
export function createPlaidGateway(): PlaidGateway & { close(): void } {
  const httpAgent = new http.Agent({ keepAlive: true });
  const httpsAgent = new https.Agent({ keepAlive: true });
  const gateway = ({ baseUrl, clientId, secret }: PlaidCredentials): PlaidApi => {
    const sdk = new PlaidSdk(
      new Configuration({
        basePath: baseUrl,
        baseOptions: {
          headers: { 'PLAID-CLIENT-ID': clientId, 'PLAID-SECRET': secret },
          httpAgent,
          httpsAgent,
          // Plaid does not redirect, and what does must not be handed the keys.
          maxRedirects: 0,
        },
      }),
    );
    return fromSdk(sdk);
  };
  return Object.assign(gateway, {
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  });
}

const axiosOptions = ({ timeoutMs, signal }: CallOptions): AxiosRequestConfig => ({
  timeout: timeoutMs,
  ...(signal ? { signal } : {}),
});

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toPlaidError(error);
  }
}

/** JSON that breaks off is given out as text, not as an error: what has no id is no answer. */
function answered<T>(value: T | undefined, id: unknown, endpoint: string): T {
  if (value === undefined || typeof id !== 'string') throw new TypeError(`not an answer of ${endpoint}`);
  return value;
}

/** The token of a removed Item is invalid; one of another environment is invalid too, and its Item lives on there. */
const isGone = (error: unknown): boolean =>
  error instanceof PlaidError &&
  (error.errorCode === 'ITEM_NOT_FOUND' ||
    (error.errorCode === 'INVALID_ACCESS_TOKEN' && !/environment/i.test(error.message)));

function fromSdk(sdk: PlaidSdk): PlaidApi {
  return {
    getItem: (accessToken, options) =>
      guarded(async () => {
        const { data } = await sdk.itemGet({ access_token: accessToken }, axiosOptions(options));
        const item = answered(data?.item, data?.item?.item_id, '/item/get');
        return { ...item, request_id: data.request_id ?? null };
      }),
    syncPage: (accessToken, cursor, options) =>
      guarded(async () => {
        const request = {
          access_token: accessToken,
          count: SYNC_PAGE_SIZE,
          options: { include_original_description: true },
        };
        const { data } = await sdk.transactionsSync(cursor === null ? request : { ...request, cursor }, {
          ...RAW,
          ...axiosOptions(options),
        });
        return readSyncPage(data as unknown as string);
      }),
    getAccounts: (accessToken, options) =>
      guarded(async () => {
        const { data } = await sdk.accountsGet(
          { access_token: accessToken },
          { ...RAW, ...axiosOptions(options) },
        );
        const { accounts } = JSON.parse(data as unknown as string) as {
          accounts?: { account_id?: unknown }[];
        };
        if (!Array.isArray(accounts) || accounts.some((account) => typeof account?.account_id !== 'string'))
          throw new TypeError('not an answer of /accounts/get');
        return data as unknown as string;
      }),
    updateWebhook: (accessToken, url, options) =>
      guarded(async () => {
        const { data } = await sdk.itemWebhookUpdate(
          { access_token: accessToken, webhook: url },
          axiosOptions(options),
        );
        return data.item;
      }),
    removeItem: (accessToken, options) =>
      guarded(async () => {
        try {
          await sdk.itemRemove({ access_token: accessToken }, axiosOptions(options));
        } catch (error) {
          const plaidError = toPlaidError(error);
          if (!isGone(plaidError)) throw plaidError;
        }
      }),
    getWebhookVerificationKey: (keyId, options) =>
      guarded(async () => {
        const { data } = await sdk.webhookVerificationKeyGet({ key_id: keyId }, axiosOptions(options));
        return answered(data?.key, data?.key?.kid, '/webhook_verification_key/get');
      }),
  };
}
