import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { linkItem, startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';

let simulator: RunningSimulator;
let engine: TestEngine;

beforeAll(async () => {
  simulator = await startSimulator();
  // Waits that no busy machine outlasts: the test says itself when to look.
  engine = await createTestEngine({
    baseUrl: simulator.url,
    settings: { NOT_READY_FIRST_WAIT: 600_000, NOT_READY_LONGEST_WAIT: 600_000, NOT_READY_WINDOW: 3_600_000 },
  });
});
afterAll(async () => {
  await engine.close();
  await simulator.close();
});

interface Stored {
  reference_id: string;
  amount: string;
  removed_at: Date | null;
  version: number;
}

const stored = (itemId: string): Promise<Stored[]> =>
  engine
    .db<Stored>('transactions')
    .where({ item_id: itemId } as never)
    .select('reference_id', 'amount', 'removed_at', 'version');

/** Plaid's truth as id → amount text; amounts compared as PostgreSQL's numeric prints them. */
async function truth(plaidItemId: string): Promise<Map<string, string>> {
  const { text } = await simulator.control('GET', `/items/${plaidItemId}`);
  const rows = [...text.matchAll(/"transaction_id":"([^"]+)"/g)].map((match) => match[1]!);
  const amounts = [...text.matchAll(/"amount":(-?[0-9.]+)/g)].map((match) => match[1]!);
  expect(amounts.length).toBe(rows.length);
  return new Map(rows.map((id, index) => [id, amounts[index]!]));
}

async function expectTruth(itemId: string, plaidItemId: string): Promise<number> {
  const expected = await truth(plaidItemId);
  const live = (await stored(itemId)).filter((row) => row.removed_at === null);
  expect(new Set(live.map((row) => row.reference_id))).toEqual(new Set(expected.keys()));
  for (const row of live) expect(Number(row.amount)).toBe(-Number(expected.get(row.reference_id)));
  return live.length;
}

const feedPosition = async (): Promise<number> => {
  const head = await engine
    .db<{ organization_id: string; position: string }>('change_heads')
    .where('organization_id', engine.organizationId)
    .first();
  return Number(head?.position);
};

const markDirty = (itemId: string) => engine.links.requestSync(itemId);

describe('a look at an Item', () => {
  it('waits for the history, then follows every change', async () => {
    const plaid = await linkItem(simulator);
    const { link } = await engine.link(plaid);
    expect((await engine.look(link.id)).kind).toBe('not_ready');
    expect((await engine.look(link.id)).kind).toBe('idle');

    await simulator.advance('3s');
    await markDirty(link.id);
    expect(await engine.settle(link.id)).toMatchObject({ kind: 'synced', status: 'active' });
    expect(await expectTruth(link.id, plaid.itemId)).toBe(108);
    const item = await engine
      .db<{ id: string; history: string; cursor: string | null }>('items')
      .where('id', link.id)
      .first();
    expect(item?.history).toBe('initial');
    expect(item?.cursor).not.toBe(null);

    await simulator.advance('1h');
    await markDirty(link.id);
    await engine.settle(link.id);
    const before = await expectTruth(link.id, plaid.itemId);
    expect(before).toBeGreaterThan(200);

    const feedBefore = await feedPosition();
    await simulator.sdk.transactionsRefresh({ access_token: plaid.accessToken });
    await markDirty(link.id);
    await engine.settle(link.id);
    await expectTruth(link.id, plaid.itemId);
    const rows = await stored(link.id);
    expect(rows.some((row) => row.version > 1)).toBe(true);
    const feedAfter = await feedPosition();
    expect(feedAfter).toBeGreaterThan(feedBefore);

    // Nothing new: nothing written, nothing in the feed.
    await markDirty(link.id);
    expect(await engine.settle(link.id)).toMatchObject({ kind: 'synced' });
    const feedQuiet = await feedPosition();
    expect(feedQuiet).toBe(feedAfter);
  });
});
