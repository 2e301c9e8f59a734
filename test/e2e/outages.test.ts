import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  createInstallation,
  type BankItem,
  type Installation,
  type IntegrationUrls,
} from '../support/installation.js';
import { startRelay, type Relay } from '../support/programs.js';

/** Webhooks that come while a part is away: what they are answered, and that nothing of them is lost. */
let installation: Installation;
let integration: IntegrationUrls;
let item: BankItem;
const relays: Partial<Record<'postgres' | 'temporal', Relay>> = {};

beforeAll(async () => {
  installation = await createInstallation({
    async reroute({ databaseUrl, temporalAddress }) {
      const url = new URL(databaseUrl);
      relays.postgres = await startRelay(url.host);
      relays.temporal = await startRelay(temporalAddress);
      url.host = relays.postgres.address;
      return { all: { DATABASE_URL: url.href, TEMPORAL_ADDRESS: relays.temporal.address } };
    },
  });
  await Promise.all([installation.startApi(), installation.startWorker()]);
  integration = await installation.createIntegration();
  item = await installation.newItem(integration, { transactions: 20, ready: true });
  await installation.link(integration, item, 'acme');
  await eventually('the history is readable', async () => (await stored()).length === 20);
});

afterAll(async () => {
  await installation?.close();
  await relays.postgres?.close();
  await relays.temporal?.close();
});

/** As it is in the database, whatever the API can reach. */
const stored = async (): Promise<string[]> =>
  (await installation.db('transactions').whereNull('removed_at').select('reference_id')).map(
    ({ reference_id }: { reference_id: string }) => reference_id,
  );

/** A new row at the bank, which tells of it by webhook. */
const spend = async (): Promise<string> => {
  const { body } = await installation.simulator.control<{ transactions: { transaction_id: string }[] }>(
    'POST',
    `/items/${item.item_id}/transactions`,
    { amount: '12.34', name: 'Uber' },
  );
  return body.transactions[0]!.transaction_id;
};

interface Delivery {
  id: number;
  body: string;
  attempts: { status: number | null; plaid_verification: string | null }[];
}
const deliveries = async (after = 0): Promise<Delivery[]> => {
  const path = `/webhooks?item_id=${item.item_id}&after=${after}`;
  return (await installation.simulator.control<{ webhooks: Delivery[] }>('GET', path)).body.webhooks;
};
const statuses = (of: Delivery[]) => of.map(({ attempts }) => attempts.map(({ status }) => status));

/** Spends, and waits until the bank's webhooks about it have been answered once. */
const spendAndTell = async (): Promise<{ spent: string; told: Delivery[] }> => {
  const last = (await deliveries()).at(-1)?.id ?? 0;
  const spent = await spend();
  let told: Delivery[] = [];
  await eventually('the webhooks are answered', async () => {
    told = await deliveries(last);
    return told.length > 0 && told.every(({ attempts }) => attempts.length > 0);
  });
  return { spent, told };
};

const isConsumed = async (): Promise<boolean> => {
  const waiting = await installation
    .db('item_sync')
    .whereRaw('dirty_gen > synced_gen')
    .count<{ count: string }[]>();
  return waiting[0]?.count === '0';
};
const arrives = (spent: string) =>
  eventually('the row is stored and nothing waits', async () => {
    return (await stored()).includes(spent) && (await isConsumed());
  });

it('no worker runs: webhooks are answered 200, and consumed once one does', async () => {
  expect(await installation.worker.end()).toBe(0);
  const { spent, told } = await spendAndTell();
  expect(new Set(statuses(told).flat())).toEqual(new Set([200]));
  expect(await isConsumed()).toBe(false);
  expect(await stored()).not.toContain(spent);
  await installation.startWorker();
  await arrives(spent);
});

it('Temporal is away: webhooks are answered 200, and consumed once it is back', async () => {
  await relays.temporal!.cut();
  const { spent, told } = await spendAndTell();
  expect(new Set(statuses(told).flat())).toEqual(new Set([200]));
  expect(await isConsumed()).toBe(false);
  const { status, body } = await installation.call<{ temporal: string }>('GET', '/readyz');
  expect([status, body.temporal]).toEqual([200, 'unreachable']);
  await relays.temporal!.flow();
  await arrives(spent);
});

it('PostgreSQL is away: webhooks are answered 503 with Retry-After, and what Plaid repeats is consumed', async () => {
  await relays.postgres!.cut();
  const { spent, told } = await spendAndTell();
  expect(new Set(statuses(told).flat())).toEqual(new Set([503]));
  const [{ body, attempts }] = told as [Delivery];
  const answer = await fetch(integration.inbound_webhook_url, {
    method: 'POST',
    headers: { 'plaid-verification': attempts[0]!.plaid_verification ?? '' },
    body,
  });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);

  await relays.postgres!.flow();
  await eventually('the API is ready', async () => (await fetch(`${installation.url}/readyz`)).ok);
  expect(await stored()).not.toContain(spent);
  await installation.simulator.advance('1m');
  await arrives(spent);
});
