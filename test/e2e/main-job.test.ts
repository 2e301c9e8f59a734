import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { linkItem } from '../simulator/support/sdk.js';
import { eventually } from '../support/eventually.js';
import { createInstallation, type Installation, type IntegrationUrls } from '../support/installation.js';
import { startRelay, type Relay } from '../support/programs.js';

/** What an integrator does, with api and worker both of which die in the course of it. */
let installation: Installation;
let relay: Relay;

beforeAll(async () => {
  installation = await createInstallation({
    // Only the API's way to Temporal leads through the relay: its signals can be held up while the worker goes on.
    reroute: async ({ temporalAddress }) => {
      relay = await startRelay(temporalAddress);
      return { api: { TEMPORAL_ADDRESS: relay.address } };
    },
  });
  await Promise.all([installation.startApi(), installation.startWorker()]);
});

afterAll(async () => {
  await installation?.close();
  await relay?.close();
});

interface Changes {
  changes: {
    op: 'upsert' | 'delete';
    transaction: { reference_id: string; pending_reference_id: string | null };
  }[];
  next_cursor: string;
  has_more: boolean;
}

/** A reader of the feed that holds what it was told. */
class FeedReader {
  readonly rows = new Map<string, unknown>();
  readonly deleted = new Set<string>();
  cursor: string | null = null;

  async read(): Promise<number> {
    let seen = 0;
    for (;;) {
      const query: string = this.cursor === null ? '' : `&cursor=${encodeURIComponent(this.cursor)}`;
      const { status, body } = await installation.call<Changes>(
        'GET',
        `/api/transactions/changes?limit=200${query}`,
      );
      expect(status).toBe(200);
      for (const { op, transaction } of body.changes) {
        if (op === 'delete') {
          this.rows.delete(transaction.reference_id);
          this.deleted.add(transaction.reference_id);
        } else this.rows.set(transaction.reference_id, transaction);
      }
      seen += body.changes.length;
      this.cursor = body.next_cursor;
      if (!body.has_more) return seen;
    }
  }
}

const truth = async (itemIds: string[]): Promise<Set<string>> => {
  const ids = new Set<string>();
  for (const itemId of itemIds) {
    const { text } = await installation.simulator.control('GET', `/items/${itemId}`);
    for (const match of text.matchAll(/"transaction_id":"([^"]+)"/g)) ids.add(match[1]!);
  }
  return ids;
};

describe('the main job', () => {
  const reader = new FeedReader();
  let integration: IntegrationUrls;
  let first: { accessToken: string; itemId: string };

  const holdsTruth = (itemIds: string[]) => async (): Promise<boolean> => {
    await reader.read();
    const expected = await truth(itemIds);
    return expected.size === reader.rows.size && [...expected].every((id) => reader.rows.has(id));
  };

  it('links an Item and reads its history', async () => {
    integration = await installation.createIntegration();
    first = await linkItem(installation.simulator, { webhook: integration.inbound_webhook_url });
    const linked = await installation.call('POST', integration.link_url, {
      item_id: first.itemId,
      access_token: first.accessToken,
      end_user_id: 'acme',
      end_user_name: 'Acme',
    });
    expect(linked.status).toBe(201);
    await installation.simulator.advance('1h');
    await eventually('the history is in the feed', holdsTruth([first.itemId]));
    expect(reader.rows.size).toBeGreaterThan(100);
  });

  it('follows webhooks: new rows, the modified one, the removed pending ones', async () => {
    const before = new Set(reader.rows.keys());
    await installation.simulator.sdk.transactionsRefresh({ access_token: first.accessToken });
    await eventually('the increment is in the feed', holdsTruth([first.itemId]));
    expect([...reader.rows.keys()].some((id) => !before.has(id))).toBe(true);
    expect(reader.deleted.size).toBeGreaterThan(0);
  });

  it('loses nothing when the worker is killed in the middle of a sync', async () => {
    await installation.simulator.control('PUT', '/latency', { ms: 150 });
    const item = await installation.newItem(integration, { transactions: 10_000, ready: true });
    await installation.link(integration, item, 'acme');
    await eventually('pages are being staged', async () => {
      const { rows } = await installation.db.raw<{ rows: [{ n: string }] }>(
        'select count(*) as n from sync_staged_rows',
      );
      return Number(rows[0].n) >= 1_000;
    });
    await installation.worker.end('SIGKILL');
    await installation.simulator.control('PUT', '/latency', { ms: 0 });
    expect(
      await installation
        .db('transactions')
        .join('items', 'items.id', 'transactions.item_id')
        .where('plaid_item_id', item.item_id)
        .first(),
    ).toBe(undefined);
    await installation.startWorker();
    await eventually('all rows are in the feed', holdsTruth([first.itemId, item.item_id]), 120_000);
    expect(reader.rows.size).toBeGreaterThan(10_000);
    const { rows } = await installation.db.raw<{ rows: [{ n: string }] }>(
      'select count(*) as n from (select item_id, reference_id from transactions group by 1, 2 having count(*) > 1) twice',
    );
    expect(rows[0].n).toBe('0');
  });

  it('loses nothing when the API is killed between commit and signal', async () => {
    relay.hang();
    const spent = await installation.simulator.control<{ transactions: { transaction_id: string }[] }>(
      'POST',
      `/items/${first.itemId}/transactions`,
      { amount: '12.34', name: 'Uber' },
    );
    expect(spent.status).toBeLessThan(300);
    await eventually('the webhook is committed', async () => {
      const { rows } = await installation.db.raw<{ rows: [{ n: string }] }>(
        'select count(*) as n from item_sync s join items i on i.id = s.item_id where dirty_gen > synced_gen and i.plaid_item_id = ?',
        [first.itemId],
      );
      return rows[0].n === '1';
    });
    expect(await installation.api.end('SIGKILL')).toBe(null);
    await relay.flow();
    await installation.startApi();
    await eventually('the row has come all the same', async () => {
      await reader.read();
      const ids = await truth([first.itemId]);
      return [...ids].every((id) => reader.rows.has(id));
    });
  });

  it('ends gracefully and has kept every secret', async () => {
    const { api, worker } = installation;
    expect(await api.end()).toBe(0);
    expect(await worker.end()).toBe(0);
    const written = api.output() + worker.output();
    expect(written).not.toContain(first.accessToken);
    expect(written).not.toContain(installation.apiKey);
    expect(written).not.toContain(DEFAULT_CLIENT.secret);
  });
});
