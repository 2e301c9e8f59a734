import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { changesAnswer } from '../../src/api/changes/schema.js';
import { startNewIncarnations } from '../../src/db/queries/changes.js';
import { createTestApi, type TestApi, type TestAnswer } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

type Changes = z.output<typeof changesAnswer>;

let api: TestApi;
let acme: TestItem;
let jane: TestItem;

beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.deps;
  const integrationId = await putIntegration(api.deps, api.organizationId);
  const owner = { organizationId: api.organizationId, integrationId };
  acme = await putItem(db, { ...owner, endUserId: 'acme' });
  jane = await putItem(db, { ...owner, endUserId: 'jane' });
});

afterAll(() => api?.close());

const changes = (query = ''): Promise<TestAnswer<Changes>> =>
  api.call<Changes>('GET', `/api/transactions/changes${query}`);
const put = (item: TestItem, ...rows: Parameters<typeof putTransactions>[2]): Promise<string[]> =>
  putTransactions(api.deps.db, item, rows);
const head = async (): Promise<string> => {
  let { json } = await changes('?limit=1000');
  while (json.has_more) ({ json } = await changes(`?limit=1000&cursor=${json.next_cursor}`));
  return json.next_cursor;
};
const seen = (json: Changes): string[] =>
  json.changes.map(({ op, transaction }) => `${op} ${transaction.reference_id}`);

describe('GET /api/transactions/changes', () => {
  it('goes through everything in pages, each row once, with its latest state', async () => {
    const start = await head();
    await put(acme, { referenceId: 'p1' }, { referenceId: 'p2' }, { referenceId: 'p3' });
    await put(acme, { referenceId: 'p2', description: 'changed' });
    await put(acme, { referenceId: 'p1', removedAt: '2026-01-01T00:00:00Z' });
    const first = (await changes(`?limit=2&cursor=${start}`)).json;
    expect(first.has_more).toBe(true);
    const second = (await changes(`?limit=2&cursor=${first.next_cursor}`)).json;
    expect(second.has_more).toBe(false);
    expect([...seen(first), ...seen(second)]).toEqual(['upsert p3', 'upsert p2', 'delete p1']);
    expect(first.changes[1]!.transaction.description).toBe('changed');
    expect(second.changes[0]!.transaction).toMatchObject({
      item_id: acme.plaidItemId,
      end_user_id: 'acme',
      removed_at: '2026-01-01T00:00:00.000Z',
    });
    const end = (await changes(`?cursor=${second.next_cursor}`)).json;
    expect(end).toMatchObject({ changes: [], has_more: false, next_cursor: second.next_cursor });
  });

  it('advances past what the filter leaves out', async () => {
    const start = await head();
    await put(acme, { referenceId: 'f1' }, { referenceId: 'f2' });
    await put(jane, { referenceId: 'f3' });
    await put(acme, { referenceId: 'f4' });
    const { json } = await changes(`?cursor=${start}&end_user_id=jane`);
    expect(seen(json)).toEqual(['upsert f3']);
    expect(json.next_cursor).toBe(await head());
  });

  it('never skips: a follower ends with exactly the rows of the table, whatever writers do at once', async () => {
    let cursor = await head();
    const rows = new Map<string, string>();
    let writing = true;
    const writers = [acme, jane].map(async (item, writer) => {
      for (let round = 0; round < 15; round++) {
        await put(
          item,
          { referenceId: `w${writer}-often-${round % 5}`, amount: String(round) },
          { referenceId: `w${writer}-once-${round}`, amount: String(round) },
        );
        if (round % 4 === 0)
          await put(item, { referenceId: `w${writer}-once-${round}`, removedAt: '2026-01-01T00:00:00Z' });
      }
    });
    const follow = async (): Promise<void> => {
      for (;;) {
        const last = !writing;
        const { json } = await changes(`?limit=3&cursor=${cursor}`);
        for (const { op, transaction } of json.changes) {
          if (op === 'delete') rows.delete(transaction.reference_id);
          else rows.set(transaction.reference_id, JSON.stringify(transaction.amount));
        }
        cursor = json.next_cursor;
        if (last && !json.has_more && json.changes.length === 0) return;
      }
    };
    const following = follow();
    await Promise.all(writers);
    writing = false;
    await following;
    const table = await api.deps
      .db('transactions')
      .where('reference_id', 'like', 'w%')
      .whereNull('removed_at')
      .select<{ reference_id: string; amount: string }[]>('reference_id', 'amount');
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(table.map((row) => [row.reference_id, row.amount])),
    );
    expect(table.length).toBeGreaterThan(20);
  });

  it('refuses cursors of others and garbage, and answers 409 to one that is ahead', async () => {
    const cursor = await head();
    const foreign = await api.call('GET', `/api/transactions/changes?cursor=${cursor}`, {
      key: api.foreignKey,
    });
    expect([foreign.status, foreign.json.error]).toEqual([422, 'feed.cursor_invalid']);
    const garbage = await api.call('GET', '/api/transactions/changes?cursor=garbage');
    expect([garbage.status, garbage.json.error]).toEqual([422, 'feed.cursor_invalid']);
    expect(Object.keys(garbage.json.description.query)).toEqual(['cursor']);
    const ahead = Buffer.from(`1.${api.organizationId}.1.999999`).toString('base64url');
    const answer = await api.call('GET', `/api/transactions/changes?cursor=${ahead}`);
    expect([answer.status, answer.json.error]).toEqual([409, 'feed.cursor_ahead']);
  });

  it('is empty for an organisation that has linked nothing', async () => {
    const { status, json } = await api.call<Changes>('GET', '/api/transactions/changes', {
      key: api.foreignKey,
    });
    expect(status).toBe(200);
    expect(json.changes).toEqual([]);
    const again = await api.call<Changes>('GET', `/api/transactions/changes?cursor=${json.next_cursor}`, {
      key: api.foreignKey,
    });
    expect(again.json.next_cursor).toBe(json.next_cursor);
  });

  it.each(['limit=0', 'limit=1001', 'wait=31', 'include=everything', 'since=1'])(
    'refuses %s',
    async (query) => {
      const { status, json } = await api.call('GET', `/api/transactions/changes?${query}`);
      expect(status).toBe(422);
      expect(Object.keys(json.description.query)).toEqual([query.split('=')[0]]);
    },
  );

  it('needs a key, and knows only its own end users', async () => {
    expect((await api.call('GET', '/api/transactions/changes', { key: null })).status).toBe(401);
    const { status } = await api.call('GET', '/api/transactions/changes?end_user_id=acme', {
      key: api.foreignKey,
    });
    expect(status).toBe(404);
  });
});

describe('wait', () => {
  it('answers as soon as something changes', async () => {
    const cursor = await head();
    // The listener's connection is made by the first waiter; the second one then is woken, not polled.
    await changes(`?cursor=${cursor}&wait=1`);
    const started = performance.now();
    const waiting = changes(`?cursor=${cursor}&wait=20`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await put(acme, { referenceId: 'woken' });
    const { json } = await waiting;
    expect(seen(json)).toEqual(['upsert woken']);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('waits on while only others change, and answers empty in the end', async () => {
    const cursor = await head();
    const waiting = changes(`?cursor=${cursor}&wait=1&end_user_id=jane`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await put(acme, { referenceId: 'not-for-jane' });
    const { json } = await waiting;
    expect(json.changes).toEqual([]);
    expect(json.next_cursor).toBe(await head());
  });

  it('holds no connection while it waits, and lets go when the caller does', async () => {
    const cursor = await head();
    const gone = new AbortController();
    const waiting = Array.from({ length: 20 }, () =>
      api.call('GET', `/api/transactions/changes?cursor=${cursor}&wait=30`, { signal: gone.signal }),
    );
    const settled = Promise.allSettled(waiting);
    await expect.poll(() => api.deps.changeListener.waiting()).toBe(20);
    // The pool has ten connections.
    expect((await api.call('GET', '/api/end_users')).status).toBe(200);
    gone.abort();
    await settled;
    await expect.poll(() => api.deps.changeListener.waiting()).toBe(0);
  });
});

describe('after a restore', () => {
  it('clamps older cursors to the restored head, so that their readers see all that follows', async () => {
    const beforeRestore = await head();
    // What a backup from here would not know: two changes whose positions are given again afterwards.
    const kept = await api.deps.db('change_heads').where({ organization_id: api.organizationId }).first<{
      position: string;
    }>('position');
    await put(acme, { referenceId: 'lost-1' }, { referenceId: 'lost-2' });
    const lostCursor = await head();
    await api.deps.db('changes').where('position', '>', kept.position).delete();
    await api.deps.db('transactions').where('reference_id', 'like', 'lost-%').delete();
    await api.deps
      .db('change_heads')
      .where({ organization_id: api.organizationId })
      .update({ position: kept.position });
    expect((await changes(`?cursor=${lostCursor}`)).status).toBe(409);

    expect(await startNewIncarnations(api.deps.db)).toBeGreaterThan(0);
    await put(acme, { referenceId: 'after-1' }, { referenceId: 'after-2' }, { referenceId: 'after-3' });
    for (const cursor of [beforeRestore, lostCursor]) {
      const { json } = await changes(`?cursor=${cursor}`);
      expect(seen(json).sort()).toEqual(['upsert after-1', 'upsert after-2', 'upsert after-3']);
    }
  });
});

describe('shutdown', () => {
  it('ends long polls at once', async () => {
    const cursor = await head();
    const waiting = changes(`?cursor=${cursor}&wait=30`);
    await expect.poll(() => api.deps.changeListener.waiting()).toBe(1);
    const started = performance.now();
    api.stopping.abort();
    expect((await waiting).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
