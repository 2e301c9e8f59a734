import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newReader, readUpdate, startSimulator, type RunningSimulator } from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

describe('a history of 20,000 transactions', () => {
  it('is served whole, in 40 pages of 500', async () => {
    const { control, sdk } = simulator;
    const created = await control<{ item: { access_token: string; transactions_update_status: string } }>(
      'POST',
      '/items',
      {
        transactions: 20_000,
        days_requested: 730,
        ready: true,
      },
    );
    expect(created.body.item.transactions_update_status).toBe('HISTORICAL_UPDATE_COMPLETE');
    const reader = newReader();
    const pages = await readUpdate(sdk, created.body.item.access_token, reader, 500);
    expect(pages).toHaveLength(40);
    expect(reader.rows.size).toBe(20_000);
  });

  it('can be added to an Item that is there', async () => {
    const { control, sdk, advance } = simulator;
    const created = await control<{ item: { access_token: string; item_id: string } }>('POST', '/items', {});
    await advance('5s');
    const { access_token: accessToken, item_id: itemId } = created.body.item;
    const reader = newReader();
    await readUpdate(sdk, accessToken, reader);
    const before = reader.rows.size;
    await control('POST', `/items/${itemId}/history`, { count: 1200 });
    const pages = await readUpdate(sdk, accessToken, reader, 500);
    expect(pages.map(({ added }) => added.length)).toEqual([500, 500, 200]);
    expect(reader.rows.size).toBe(before + 1200);
  });
});
