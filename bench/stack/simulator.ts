import { freePort } from '../../local/port.js';
import type { Bench } from './bench.js';

export interface SimulatedItem {
  itemId: string;
  accessToken: string;
}

/** The simulator's control API, as far as the benchmarks use it (docs/simulator.md). */
export interface SimulatorClient {
  url: string;
  /** An Item whose history of `transactions` rows is complete. */
  createItem(options: { transactions: number; webhook?: string }): Promise<SimulatedItem>;
  /** One purchase; answers Plaid's transaction_id. `silent`: without a webhook. */
  spend(itemId: string, options: { silent: boolean }): Promise<string>;
}

export const CLIENT = { clientId: 'ardea_bench_client', secret: 'ardea_bench_secret' } as const;

/** Starts a simulator in a process of its own: sharing the event loop would slow down what is measured. */
export async function startSimulator(bench: Bench): Promise<SimulatorClient> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await bench.startChild({
    name: 'simulator',
    file: 'dist/simulator/main.js',
    env: {
      SIMULATOR_PORT: String(port),
      SIMULATOR_HOST: '127.0.0.1',
      SIMULATOR_SEED: 'bench',
      SIMULATOR_CLIENTS: `${CLIENT.clientId}:${CLIENT.secret}`,
    },
    healthUrl: `${url}/healthz`,
  });

  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/simulator${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`simulator answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };

  return {
    url,
    async createItem({ transactions, webhook }) {
      const { item } = (await post('/items', {
        transactions,
        ready: true,
        days_requested: 730,
        ...(webhook === undefined ? {} : { webhook }),
      })) as { item: { item_id: string; access_token: string } };
      return { itemId: item.item_id, accessToken: item.access_token };
    },
    async spend(itemId, { silent }) {
      const body = (await post(`/items/${itemId}/transactions`, { silent })) as {
        transactions: [{ transaction_id: string }];
      };
      return body.transactions[0].transaction_id;
    },
  };
}
