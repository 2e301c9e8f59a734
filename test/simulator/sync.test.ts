import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  linkItem,
  newReader,
  plaidError,
  readUpdate,
  startSimulator,
  type RunningSimulator,
} from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

describe('/transactions/sync', () => {
  it('goes from NOT_READY over the initial 108 rows to the whole history', async () => {
    const { sdk, advance } = simulator;
    const { accessToken } = await linkItem(simulator, { transactions: { days_requested: 90 } });
    const first = await sdk.transactionsSync({ access_token: accessToken });
    expect(first.data).toMatchObject({
      added: [],
      modified: [],
      removed: [],
      accounts: [],
      next_cursor: '',
      has_more: false,
      transactions_update_status: 'NOT_READY',
    });
    await advance('2s');
    const reader = newReader();
    const [initial] = await readUpdate(sdk, accessToken, reader);
    expect(initial?.transactions_update_status).toBe('INITIAL_UPDATE_COMPLETE');
    expect(initial?.added).toHaveLength(108);
    expect(initial?.accounts).toHaveLength(2);
    await advance('3s');
    const [historical] = await readUpdate(sdk, accessToken, reader);
    expect(historical?.transactions_update_status).toBe('HISTORICAL_UPDATE_COMPLETE');
    expect(historical?.added.length).toBeGreaterThan(200);
    const oldest = [...reader.rows.values()].map(({ date }) => date).sort()[0];
    expect(oldest).toBe('2026-08-26');
  });
});

void plaidError;
