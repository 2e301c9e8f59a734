import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { linkItem, plaidError, startSimulator, type RunningSimulator } from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
afterEach(() =>
  simulator.control('PUT', '/rate-limits', { enabled: false, environment: 'sandbox', window: '60s' }),
);

interface Limits {
  enabled: boolean;
  limits: Record<string, Record<string, number | null>>;
  requests: number;
  limited: number;
  endpoints: Record<string, { requests: number; limited: number; peak: Record<string, number> }>;
}

const limits = async (change?: object): Promise<Limits> =>
  (await simulator.control<Limits>(change ? 'PUT' : 'GET', '/rate-limits', change)).body;

const readyItem = async () => {
  const item = await linkItem(simulator);
  await simulator.advance('5s');
  return item;
};

const sync = (accessToken: string) => simulator.sdk.transactionsSync({ access_token: accessToken, count: 1 });

const limitedOf = async (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    async (error: Error) => (await plaidError(Promise.reject(error))).status === 429,
  );

describe('rate limits', () => {
  it("are Plaid's published ones, counted but off unless switched on", async () => {
    const { accessToken } = await readyItem();
    await limits({ enabled: false });
    for (let i = 0; i < 60; i++) await sync(accessToken);
    const { limits: table, requests, limited, endpoints } = await limits();
    expect(table['/transactions/sync']).toEqual({ item: 50, client: 1000, empty_cursor_client: null });
    expect([requests, limited]).toEqual([60, 0]);
    expect(endpoints['/transactions/sync']).toMatchObject({
      requests: 60,
      peak: { item: 60, client: 60, empty_cursor_client: 60 },
    });
    const { limits: production } = await limits({ environment: 'production' });
    expect(production['/transactions/sync']).toEqual({ item: 50, client: 2500, empty_cursor_client: 500 });
    expect(production['/item/get']).toMatchObject({ item: 15, client: 5000 });
  });

  it('hold per Item, refuse what is beyond them, and count both', async () => {
    const [one, other] = [await readyItem(), await readyItem()];
    await limits({ enabled: true });
    const refused: boolean[] = [];
    for (let i = 0; i < 53; i++) refused.push(await limitedOf(sync(one.accessToken)));
    expect(refused.indexOf(true)).toBe(50);
    expect(await limitedOf(sync(other.accessToken))).toBe(false);
    expect(await plaidError(sync(one.accessToken))).toMatchObject({
      status: 429,
      body: { error_type: 'RATE_LIMIT_EXCEEDED', error_code: 'TRANSACTIONS_SYNC_LIMIT' },
    });
    const { endpoints } = await limits();
    expect(endpoints['/transactions/sync']).toMatchObject({
      requests: 55,
      limited: 4,
      peak: { item: 54, client: 55 },
    });
  });

  it('slide with the real time, say how long to wait if asked to, and hold per client', async () => {
    const [one, other] = [await readyItem(), await readyItem()];
    await limits({
      enabled: true,
      window: '1s',
      retry_after: true,
      limits: { '/transactions/sync': { item: null, client: 3, empty_cursor_client: 2 } },
    });
    await sync(one.accessToken);
    await sync(other.accessToken);
    const response = await fetch(`${simulator.url}/transactions/sync`, {
      method: 'POST',
      body: JSON.stringify({
        access_token: one.accessToken,
        client_id: 'ardea_simulator_client',
        secret: 'ardea_simulator_secret',
      }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    await simulator.sdk.transactionsSync({ access_token: one.accessToken, cursor: 'now' });
    expect(
      await limitedOf(simulator.sdk.transactionsSync({ access_token: one.accessToken, cursor: 'now' })),
    ).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await sync(one.accessToken);
  });

  it('name what is wrong with a setting', async () => {
    const refused = async (change: object) =>
      (await simulator.control<{ error: { message: string } }>('PUT', '/rate-limits', change)).body.error
        .message;
    expect(await refused({ window: 0 })).toContain('window');
    expect(await refused({ limits: { '/nowhere': {} } })).toContain('/nowhere');
    expect(await refused({ limits: { '/item/get': { user: 1 } } })).toContain('user');
  });
});
