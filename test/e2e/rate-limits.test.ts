import { afterAll, beforeAll, expect, it } from 'vitest';
import { RATE_LIMITS } from '../../src/plaid/rate-limits.js';
import { eventually } from '../support/eventually.js';
import {
  createInstallation,
  type BankItem,
  type Installation,
  type IntegrationUrls,
} from '../support/installation.js';

/** A fifth of what the sandbox grants, so that a fleet of some dozens needs its time. */
const SCALE = 0.2;
const FLEET = 32;
/** Shorter than the minute that Plaid counts, so that a fleet which does not wait is over the limit at once. */
const WINDOW_S = 5;

/** What of a minute's limit may come within the window: the burst, which may come at once, and the even pace of the rest. */
const within = (perMinute: number, burstShare: number): number => {
  const burst = perMinute * SCALE * burstShare;
  return Math.ceil(burst + ((perMinute * SCALE - burst) * WINDOW_S) / 60);
};
/** docs/adr/0009: half of an Item's limit is burst, a fifth of a client's. */
const LIMITS = Object.fromEntries(
  Object.entries(RATE_LIMITS.sandbox).map(([endpoint, { item, client, emptyCursor }]) => [
    endpoint,
    {
      item: within(item, 0.5),
      client: within(client, 0.2),
      empty_cursor_client: emptyCursor === undefined ? null : within(emptyCursor, 0.2),
    },
  ]),
);

interface Counted {
  requests: number;
  limited: number;
  endpoints: Record<string, { limited: number; peak: { empty_cursor_client: number } }>;
}

let installation: Installation;
let integration: IntegrationUrls;
const fleet: BankItem[] = [];
let fresh: BankItem;

const newItem = () => installation.newItem(integration, { transactions: 20, ready: true });
const rowsOf = async (endUserId: string): Promise<string[]> => {
  const path = `/api/transactions?end_user_id=${endUserId}&limit=1000`;
  const { body } = await installation.call<{ transactions: { reference_id: string }[] }>('GET', path);
  return body.transactions.map(({ reference_id }) => reference_id);
};
/** Items that are still to be read anew. */
const owed = async (): Promise<number> =>
  Number((await installation.db('items').whereNotNull('resync_reason').count().first())?.count);
const counted = async (): Promise<Counted> =>
  (await installation.simulator.control<Counted>('GET', '/rate-limits')).body;

/** A metric of the worker by the beginning of its lines, summed up. */
const workerMetric = async (beginning: string): Promise<number> => {
  const text = await (await fetch(`${installation.workerUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(beginning))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
};

beforeAll(async () => {
  installation = await createInstallation();
  await Promise.all([installation.startApi(), installation.startWorker()]);
  integration = await installation.createIntegration();
  for (let n = 0; n < FLEET; n++) {
    const item = await newItem();
    await installation.link(integration, item, `fleet-${n}`);
    fleet.push(item);
  }
  fresh = await newItem();
  await installation.link(integration, fresh, 'fresh');
  await eventually('all Items are synced', async () => {
    const row = await installation
      .db('items')
      .where({ health: 'active', history: 'complete' })
      .count()
      .first();
    return Number(row?.count) === FLEET + 1;
  });
  await Promise.all([installation.api.end(), installation.worker.end()]);
  const tight = { PLAID_RATE_SCALE: String(SCALE) };
  await Promise.all([installation.startApi(tight), installation.startWorker(tight)]);
});

afterAll(() => installation?.close());

it('a fleet is read anew within the limits, and what is fresh does not wait for it', async () => {
  const { simulator } = installation;
  const set = await simulator.control('PUT', '/rate-limits', {
    ...{ enabled: true, window: `${WINDOW_S}s`, limits: LIMITS },
  });
  expect(set.status).toBe(200);

  for (const { item_id } of fleet) {
    await simulator.control('POST', '/faults', { kind: 'foreign_cursor', item_id });
    await simulator.control('POST', `/items/${item_id}/webhooks`, {
      ...{ webhook_type: 'TRANSACTIONS', webhook_code: 'SYNC_UPDATES_AVAILABLE' },
    });
  }
  let most = 0;
  await eventually('the fleet has begun', async () => {
    const now = await owed();
    most = Math.max(most, now);
    return most > FLEET / 2 && now < most;
  });

  const [linked] = [await newItem()];
  const { body } = await simulator.control<{ transactions: { transaction_id: string }[] }>(
    'POST',
    `/items/${fresh.item_id}/transactions`,
    { amount: '12.34', name: 'Uber' },
  );
  const spent = body.transactions[0]!.transaction_id;
  await installation.link(integration, linked, 'linked');
  await eventually('the webhook of one Item is readable', async () =>
    (await rowsOf('fresh')).includes(spent),
  );
  await eventually('a first link is readable', async () => (await rowsOf('linked')).length === 20);
  expect(await owed()).toBeGreaterThan(FLEET / 5);
  expect(await workerMetric('ardea_plaid_rate_denials_total{scope="client",priority="bulk"')).toBeGreaterThan(
    0,
  );

  await eventually('the fleet is done', async () => (await owed()) === 0, 120_000);
  const { limited, endpoints } = await counted();
  expect(limited).toBe(0);
  // Without the budget the fleet would have come at once.
  expect(LIMITS['/transactions/sync']!.empty_cursor_client).toBeLessThan(FLEET);
  expect(endpoints['/transactions/sync']!.peak.empty_cursor_client).toBeGreaterThan(1);
  expect(await workerMetric('ardea_plaid_rate_limited_total')).toBe(0);
  expect(await workerMetric('ardea_plaid_rate_blocked_buckets')).toBe(0);
  for (const n of fleet.keys()) expect(await rowsOf(`fleet-${n}`)).toHaveLength(20);
});
