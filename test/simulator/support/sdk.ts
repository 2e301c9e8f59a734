import { Configuration, PlaidApi, type Transaction, type TransactionsSyncResponse } from 'plaid';
import { isAxiosError } from 'axios';
import {
  createSimulator,
  DEFAULT_CLIENT,
  type SimulatorOptions,
} from '../../../simulator/create-simulator.js';

/** Plaid's SDK pointed at a simulator, with the default credentials. */
export const sdkFor = (url: string, secret: string = DEFAULT_CLIENT.secret): PlaidApi =>
  new PlaidApi(
    new Configuration({
      basePath: url,
      baseOptions: {
        headers: { 'PLAID-CLIENT-ID': DEFAULT_CLIENT.clientId, 'PLAID-SECRET': secret },
        timeout: 20_000,
      },
    }),
  );

/** Calls the control API; the answer's text is kept because amounts in it may exceed a double. */
export const controlFor =
  (url: string) =>
  async <T = unknown>(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; text: string; body: T }> => {
    const response = await fetch(`${url}/simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) as T };
  };

/** A simulator whose clock stands still, so that nothing happens unless the test asks for it. */
export const startSimulator = async (options: Partial<SimulatorOptions> = {}) => {
  const simulator = await createSimulator({ seed: 'test', ...options });
  const control = controlFor(simulator.url);
  await control('POST', '/clock/freeze', { at: '2026-11-23T12:00:00Z' });
  const advance = (by: string) => control('POST', '/clock/advance', { by });
  return { ...simulator, sdk: sdkFor(simulator.url), control, advance };
};

export type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** Links an Item the way an integrator does. */
export const linkItem = async (
  { sdk }: Pick<RunningSimulator, 'sdk'>,
  options: {
    webhook?: string;
    override_username?: string;
    override_password?: string;
    transactions?: { days_requested?: number };
  } = {},
) => {
  const created = await sdk.sandboxPublicTokenCreate({
    institution_id: 'ins_109508',
    initial_products: ['transactions' as never],
    options: { override_username: 'user_transactions_dynamic', override_password: 'pass', ...options },
  });
  const { data } = await sdk.itemPublicTokenExchange({ public_token: created.data.public_token });
  return { accessToken: data.access_token, itemId: data.item_id };
};

/** What a reader of /transactions/sync holds. */
export interface Reader {
  cursor: string | null;
  rows: Map<string, Transaction>;
}

export const newReader = (): Reader => ({ cursor: null, rows: new Map() });

/** Applies one page. Rows that come as added must be new, as modified or removed must be known. */
export const applyPage = ({ rows }: Reader, page: TransactionsSyncResponse): void => {
  for (const row of page.added) {
    if (rows.has(row.transaction_id)) throw new Error(`added twice: ${row.transaction_id}`);
    rows.set(row.transaction_id, row);
  }
  for (const row of page.modified) {
    if (!rows.has(row.transaction_id)) throw new Error(`modified before added: ${row.transaction_id}`);
    rows.set(row.transaction_id, row);
  }
  for (const { transaction_id: id } of page.removed)
    if (!rows.delete(id)) throw new Error(`removed before added: ${id}`);
};

/** Reads one whole update. @returns its pages */
export const readUpdate = async (
  sdk: PlaidApi,
  accessToken: string,
  reader: Reader,
  count = 500,
): Promise<TransactionsSyncResponse[]> => {
  const pages: TransactionsSyncResponse[] = [];
  do {
    const { data } = await sdk.transactionsSync({
      access_token: accessToken,
      count,
      ...(reader.cursor === null ? {} : { cursor: reader.cursor }),
    });
    applyPage(reader, data);
    reader.cursor = data.next_cursor;
    pages.push(data);
  } while (pages.at(-1)?.has_more);
  return pages;
};

/** Plaid's error object of a call that must fail. */
export const plaidError = async (
  call: Promise<unknown>,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  try {
    await call;
  } catch (error) {
    if (isAxiosError(error) && error.response !== undefined)
      return { status: error.response.status, body: error.response.data as Record<string, unknown> };
    throw error;
  }
  throw new Error('the call succeeded');
};
