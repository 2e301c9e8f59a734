import { parse } from 'lossless-json';
import { createAsk } from '../http.js';

/** A transaction as Plaid shows it, numbers exact. */
export type PlaidRow = Record<string, unknown> & {
  transaction_id: string;
  account_id: string;
  pending: boolean;
};

export interface SimulatedItem {
  item_id: string;
  access_token: string;
  removed_at: string | null;
  error: { code: string } | null;
  webhook: string | null;
  accounts: { account_id: string; name: string; mask: string | null; type: string }[];
}

export interface Delivery {
  id: number;
  item_id: string;
  webhook_type: string;
  webhook_code: string;
  state: 'held' | 'waiting' | 'delivered' | 'given_up';
  attempts: { status: number | null; plaid_verification: string }[];
}

export interface LogEntry {
  position: number;
  op: string;
  transaction_id: string;
  transaction: PlaidRow | null;
}

/** The simulator's control API (docs/simulator.md). It is never harmed, so that what it refuses is a mistake of the run. */
export interface Simulator {
  /** @throws unless it answers 2xx */
  control<T>(method: string, path: string, body?: object): Promise<T>;
  /** Answers null instead of throwing when it refuses (the Item is gone, say). */
  tryControl<T>(method: string, path: string, body?: object): Promise<T | null>;
  item(itemId: string): Promise<{ item: SimulatedItem; transactions: PlaidRow[] }>;
  /** All Items without their rows, by item_id. */
  items(): Promise<Map<string, SimulatedItem>>;
  /** The bank's changes of an Item, or of one transaction of it. */
  log(itemId: string, transactionId?: string): Promise<LogEntry[]>;
  /** Whether Plaid has changes of the Item after this cursor; false when it refuses to say. */
  hasMore(item: ItemAtPlaid, cursor: string): Promise<boolean>;
}

/** What Plaid asks of whoever asks for an Item. */
export interface ItemAtPlaid {
  accessToken: string;
  integration: { client: { clientId: string; secret: string } };
}

const LOG_PAGE = 5_000;
const TIMEOUT_MS = 60_000;
/** A kept connection may be closed at the very moment of its next use when the run is too busy to see it in time. */
const ONE_CONNECTION_EACH = { connection: 'close' };

export function createSimulator(url: string): Simulator {
  const ask = createAsk(null);
  const call = async (method: string, path: string, body?: object) =>
    ask(method, `${url}/simulator${path}`, {
      headers: ONE_CONNECTION_EACH,
      timeoutMs: TIMEOUT_MS,
      ...(body === undefined ? {} : { body }),
    });
  const control = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const { status, text } = await call(method, path, body);
    if (status >= 300) throw new Error(`simulator answered ${status} to ${method} ${path}: ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as T;
  };
  return {
    control,
    async tryControl<T>(method: string, path: string, body?: object) {
      const { status, text } = await call(method, path, body);
      if (status >= 500) throw new Error(`simulator answered ${status} to ${method} ${path}: ${text}`);
      return status < 300 ? (JSON.parse(text === '' ? 'null' : text) as T) : null;
    },
    async items() {
      const { items } = await control<{ items: SimulatedItem[] }>('GET', '/items');
      return new Map(items.map((item) => [item.item_id, item]));
    },
    async item(itemId) {
      const { status, text } = await call('GET', `/items/${itemId}`);
      if (status !== 200) throw new Error(`simulator answered ${status} for item ${itemId}: ${text}`);
      return parse(text) as { item: SimulatedItem; transactions: PlaidRow[] };
    },
    async hasMore({ accessToken, integration: { client } }, cursor) {
      const { status, text } = await ask('POST', `${url}/transactions/sync`, {
        headers: {
          ...ONE_CONNECTION_EACH,
          'PLAID-CLIENT-ID': client.clientId,
          'PLAID-SECRET': client.secret,
        },
        body: { access_token: accessToken, cursor, count: 1 },
      });
      if (status !== 200) return false;
      const { added, modified, removed } = JSON.parse(text) as Record<string, unknown[]>;
      return [added, modified, removed].some((rows = []) => rows.length > 0);
    },
    async log(itemId, transactionId) {
      const entries: LogEntry[] = [];
      const only = transactionId === undefined ? '' : `&transaction_id=${transactionId}`;
      for (let after = 0; ; after += LOG_PAGE) {
        const { text } = await call('GET', `/items/${itemId}/log?after=${after}&limit=${LOG_PAGE}${only}`);
        const page = parse(text) as { log: LogEntry[]; has_more: boolean };
        entries.push(...page.log);
        if (!page.has_more || transactionId !== undefined) return entries;
      }
    },
  };
}
