import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  account,
  createScriptedPlaid,
  plaidFailure,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { liveIds, storedItem, storedTransactions } from '../support/stored.js';

const CONFIRM_AFTER_MS = 150;
let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({
    baseUrl: 'http://localhost',
    gateway: (keys) => plaid.gateway(keys),
    // A hold of milliseconds is over before a busy machine looks again.
    settings: { RESYNC_CONFIRM_AFTER: CONFIRM_AFTER_MS, NOT_READY_LONGEST_WAIT: 60_000 },
  });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  plaid.accounts = () => JSON.stringify({ accounts: [account('a'), account('b')] });
});

type Rows = Record<string, unknown>[];
const many = (count: number, over: Record<string, unknown> = {}): Rows =>
  Array.from({ length: count }, (_, index) =>
    row(`row-${String(index).padStart(3, '0')}`, { account_id: 'a', ...over }),
  );

/** An Item that holds `rows`, and whose stored cursor Plaid then refuses. */
const seeded = async (rows: Rows): Promise<void> => {
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access-test' })).link.id;
  plaid.sync = () => ({ added: rows, cursor: 'stored' });
  expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
};
const snapshot = (page: Omit<ScriptedPage, 'cursor'>): void => {
  plaid.sync = (cursor) => {
    if (cursor === 'stored') {
      const message = 'cursor not associated with access_token';
      throw plaidFailure('INVALID_FIELD', { errorType: 'INVALID_REQUEST', message });
    }
    return { ...page, cursor: 'anew' };
  };
};
const resync = async (page: Omit<ScriptedPage, 'cursor'>) => {
  snapshot(page);
  await engine.links.requestSync(itemId);
  return engine.settle(itemId);
};

describe('a full resync (invariant I4)', () => {
  it('removes what Plaid no longer has, and tells the feed', async () => {
    const rows = many(5);
    await seeded(rows);
    const before = await head();
    expect(await resync({ added: rows.slice(1) })).toMatchObject({ kind: 'synced', status: 'active' });
    expect(await liveIds(engine, itemId)).toEqual(['row-001', 'row-002', 'row-003', 'row-004']);
    expect((await head()) - before).toBe(1);
    expect((await storedTransactions(engine, itemId))[0]!.plaid).toContain('row-000');
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: 'anew', resync_reason: null });
  });

  /** A snapshot that cannot be reconciled is not read again at each webhook: the Item is held, until its time has come. */
  const heldThenFree = async (): Promise<void> => {
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    expect((await storedItem(engine, itemId)).resync_reason).not.toBeNull();
    await engine.db('items').where('id', itemId).update({ hold_until: null });
  };

  it('removes nothing before the history is complete, and is done again then', async () => {
    const rows = many(5);
    await seeded(rows);
    await resync({ added: rows.slice(2), status: 'INITIAL_UPDATE_COMPLETE' });
    expect(await liveIds(engine, itemId)).toHaveLength(5);
    expect((await storedItem(engine, itemId)).resync_reason).not.toBeNull();
    await heldThenFree();
    await resync({ added: rows.slice(2) });
    expect(await liveIds(engine, itemId)).toHaveLength(3);
    expect((await storedItem(engine, itemId)).resync_reason).toBeNull();
  });

  it('waits while Plaid prepares the history, and keeps the cursor', async () => {
    await seeded(many(3));
    snapshot({ status: 'NOT_READY' });
    const refused = plaid.sync;
    plaid.sync = async (cursor, token) => {
      const page = await refused(cursor, token);
      return typeof page === 'string' ? page : { ...page, cursor: '' };
    };
    await engine.links.requestSync(itemId);
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'not_ready' });
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: 'stored' });
    expect(await liveIds(engine, itemId)).toHaveLength(3);
  });

  it('removes nothing of an account that is gone', async () => {
    const [first, second] = [row('b-1', { account_id: 'b' }), row('b-2', { account_id: 'b' })];
    await seeded([...many(3), first, second]);
    plaid.accounts = () => JSON.stringify({ accounts: [account('a')] });
    // Even if Plaid still has some of its rows.
    await resync({ added: [...many(2), first] });
    expect(await liveIds(engine, itemId)).toEqual(['b-1', 'b-2', 'row-000', 'row-001']);
  });

  it.each([
    ['by its persistent id', { persistent_account_id: 'same' }],
    ['by its description', { mask: '0000', name: 'Checking' }],
  ])('removes what an account lacks that goes on under another id, told %s', async (_, who) => {
    const list = (id: string): void => {
      plaid.accounts = () => JSON.stringify({ accounts: [account(id, { name: 'Checking', ...who })] });
    };
    list('a');
    const rows = many(4);
    await seeded(rows);
    await engine.links.requestSync(itemId);
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    list('a-again');
    const [gone, moved, ...others] = rows;
    expect(
      await resync({ added: [moved!, ...others].map((each) => ({ ...each, account_id: 'a-again' })) }),
    ).toMatchObject({
      kind: 'synced',
    });
    expect(await liveIds(engine, itemId)).toEqual(['row-001', 'row-002', 'row-003']);
    expect(gone).toMatchObject({ transaction_id: 'row-000' });
  });

  it('removes nothing of an account that the snapshot has no row of', async () => {
    await seeded([...many(3), row('silent', { account_id: 'b' })]);
    await resync({ added: many(3) });
    expect(await liveIds(engine, itemId)).toContain('silent');
  });

  it("removes nothing older than the account's oldest row in the snapshot", async () => {
    const kept = row('kept', { account_id: 'a', date: '2026-05-10' });
    const rows = [
      row('older', { account_id: 'a', date: '2026-05-09' }),
      row('same-day', { account_id: 'a', date: '2026-05-10' }),
      row('newer', { account_id: 'a', date: '2026-05-11' }),
      row('undated', { account_id: 'a', date: null }),
      // The other account begins later.
      row('other', { account_id: 'b', date: '2026-05-11' }),
    ];
    await seeded([kept, ...rows]);
    await resync({ added: [kept, row('b', { account_id: 'b', date: '2026-05-12' })] });
    expect(await liveIds(engine, itemId)).toEqual(['b', 'kept', 'older', 'other', 'undated']);
  });

  it('removes nothing while Plaid does not list the accounts', async () => {
    await seeded(many(5));
    const accounts = plaid.accounts;
    plaid.accounts = () => {
      throw plaidFailure('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
    };
    await resync({ added: many(3) });
    expect(await liveIds(engine, itemId)).toHaveLength(5);
    plaid.accounts = accounts;
    await heldThenFree();
    await resync({ added: many(3) });
    expect(await liveIds(engine, itemId)).toHaveLength(3);
  });

  it('takes new and changed rows, and leaves identical ones alone', async () => {
    await seeded(many(3));
    await resync({
      added: [...many(2), row('row-002', { account_id: 'a', amount: 9 }), row('zz', { account_id: 'a' })],
    });
    const stored = await storedTransactions(engine, itemId);
    expect(stored.map(({ reference_id, version }) => [reference_id, version])).toEqual([
      ['row-000', 1],
      ['row-001', 1],
      ['row-002', 2],
      ['zz', 1],
    ]);
  });

  it("makes the columns what Plaid's object says, though the object itself is as it was", async () => {
    await seeded(many(3));
    const altered = engine.db('transactions').where({ item_id: itemId, reference_id: 'row-001' });
    await altered.clone().update({ amount: '-1.5000001', description: null });
    await engine.links.requestSync(itemId);
    await resync({ added: many(3) });
    const stored = await storedTransactions(engine, itemId);
    expect(stored.map(({ amount, description, version }) => [amount, description, version])).toEqual([
      ['-1.5', 'Coffee', 1],
      ['-1.5', 'Coffee', 2],
      ['-1.5', 'Coffee', 1],
    ]);
  });
});

describe('a full resync that lacks many rows (invariant I4)', () => {
  const rows = many(100);
  const few = { added: rows.slice(60) };

  it('is left undone until a second one agrees', async () => {
    await seeded(rows);
    const before = await head();
    expect(await resync(few)).toMatchObject({
      kind: 'idle',
      detail: expect.stringContaining('lacks 60 stored rows') as string,
    });
    expect(await liveIds(engine, itemId)).toHaveLength(100);
    expect(await head()).toBe(before);
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: 'stored' });
    // Plaid is left alone for the time, whatever comes.
    plaid.calls.length = 0;
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    expect(plaid.calls).toEqual([]);
    await sleep(CONFIRM_AFTER_MS + 20);
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toHaveLength(40);
    expect((await head()) - before).toBe(60);
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: 'anew', resync_missing: null });
  });

  it('parks the Item when the second one disagrees, until somebody decides', async () => {
    await seeded(rows);
    await resync(few);
    await sleep(CONFIRM_AFTER_MS + 20);
    snapshot({ added: rows.slice(61) });
    expect(await engine.settle(itemId)).toMatchObject({
      kind: 'paused',
      status: 'erroring',
      detail: expect.stringContaining('60 rows, then 61') as string,
      wakeAt: null,
    });
    expect(await storedItem(engine, itemId)).toMatchObject({
      action: 'decide',
      status_code: 'RESYNC_UNCONFIRMED',
    });
    expect(await liveIds(engine, itemId)).toHaveLength(100);
    plaid.calls.length = 0;
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    expect(plaid.calls).toEqual([]);

    // A refresh is the decision to try again: it starts over, and needs two that agree again.
    expect(await resync(few)).toMatchObject({ kind: 'idle' });
    expect(await liveIds(engine, itemId)).toHaveLength(100);
    await sleep(CONFIRM_AFTER_MS + 20);
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced', status: 'active' });
    expect(await liveIds(engine, itemId)).toHaveLength(40);
  });

  it('is taken as soon as the second one lacks little', async () => {
    await seeded(rows);
    await resync(few);
    await sleep(CONFIRM_AFTER_MS + 20);
    snapshot({ added: rows.slice(1) });
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toHaveLength(99);
  });

  it('is not confirmed early by a new token', async () => {
    await seeded(rows);
    await resync(few);
    await engine.link({ itemId: plaid.itemId, accessToken: 'access-new' });
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'idle' });
    expect(await liveIds(engine, itemId)).toHaveLength(100);
  });

  it('needs no confirmation at 50 rows', async () => {
    await seeded(rows);
    expect(await resync({ added: rows.slice(50) })).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toHaveLength(50);
  });
});

const head = async (): Promise<number> => {
  const found = await engine
    .db('change_heads')
    .where('organization_id', engine.organizationId)
    .first<{ position: string }>('position');
  return Number(found.position);
};
