import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { liveIds, storedItem, storedTransactions } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;
let plaidItemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaidItemId = `item-${randomUUID()}`;
  plaid = createScriptedPlaid(plaidItemId);
  itemId = (await link('access-1')).link.id;
});

const link = (accessToken: string) => engine.link({ itemId: plaidItemId, accessToken });
const erase = () =>
  createItemRemovalQueries({ db: engine.db, signalStaleAfterMs: 1 }).remove(engine.organizationId, itemId, {
    erase: true,
    removedAtPlaid: false,
  });
const head = () =>
  engine.db('change_heads').where('organization_id', engine.organizationId).first<object>('position');

/** Lets `count` calls come in before any of them goes on. */
const barrier = (count: number) => {
  let arrived = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (++arrived >= count) open();
    return opened;
  };
};

const actions: [string, () => Promise<unknown>][] = [
  ['a new token', () => link('access-2')],
  ['a pause', () => engine.links.setDesiredState(itemId, 'paused')],
  ['a removal', () => engine.links.setDesiredState(itemId, 'disabled')],
  ['an erasure', erase],
  ['an erasure and a new link', () => erase().then(() => link('access-2'))],
  [
    'a pause and its end',
    () =>
      engine.links
        .setDesiredState(itemId, 'paused')
        .then(() => engine.links.setDesiredState(itemId, 'active')),
  ],
];

describe('an update that comes too late (invariant I1)', () => {
  it.each(actions)('writes nothing after %s', async (_, act) => {
    plaid.sync = async () => {
      await act();
      return { added: [row('late')], cursor: '1' };
    };
    const before = await head();
    expect(await engine.look(itemId)).toEqual({ kind: 'superseded' });
    expect(await storedTransactions(engine, itemId)).toEqual([]);
    expect(await storedItem(engine, itemId)).toMatchObject({ cursor: null });
    expect(await head()).toEqual(before);
  });

  it.each(actions)('leaves no staged row behind after %s', async (_, act) => {
    plaid.sync = async (cursor) => {
      if (cursor === null) return { added: [row('a')], cursor: 'more', hasMore: true };
      await act();
      return { added: [row('b')], cursor: '1' };
    };
    expect(await engine.look(itemId)).toEqual({ kind: 'superseded' });
    expect(await storedTransactions(engine, itemId)).toEqual([]);
    expect(await engine.db('sync_staged_runs').where('item_id', itemId)).toEqual([]);
    expect(await engine.db('sync_staged_rows')).toEqual([]);
  });

  it('does not bring erased rows back, although the cursor is null again', async () => {
    const arrived = barrier(2);
    const goOn = barrier(2);
    let zombie = true;
    plaid.sync = async () => {
      if (zombie) {
        zombie = false;
        await arrived();
        await goOn();
      }
      return { added: [row('a'), row('b')], cursor: '1' };
    };
    const late = engine.look(itemId);
    await arrived();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    await erase();
    await link('access-2');
    expect((await storedItem(engine, itemId)).cursor).toBeNull();
    await goOn();
    expect(await late).toEqual({ kind: 'superseded' });
    expect(await liveIds(engine, itemId)).toEqual([]);
    expect((await storedTransactions(engine, itemId)).map((each) => each.plaid)).toEqual(['{}', '{}']);
    // The new link itself reads everything again.
    expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
    expect(await liveIds(engine, itemId)).toEqual(['a', 'b']);
  });

  it('does not make a broken Item healthy again', async () => {
    const arrived = barrier(2);
    const goOn = barrier(2);
    let calls = 0;
    plaid.sync = async () => {
      if (++calls > 1) throw plaidFailure('ITEM_LOGIN_REQUIRED');
      await arrived();
      await goOn();
      return { added: [row('a')], cursor: '1' };
    };
    const late = engine.look(itemId);
    await arrived();
    expect(await engine.look(itemId)).toMatchObject({ kind: 'paused', status: 'erroring' });
    await goOn();
    expect(await late).toEqual({ kind: 'superseded' });
    expect(await storedItem(engine, itemId)).toMatchObject({ health: 'erroring', cursor: null });
  });
});

describe('two looks at once (invariant I3)', () => {
  it.each([1, 3])('leave the right rows, with %i pages', async (pages) => {
    const meet = barrier(2);
    plaid.sync = async (cursor) => {
      const at = cursor === null ? 0 : Number(cursor);
      if (at === 0) await meet();
      if (at >= pages) return { cursor: String(pages) };
      const hasMore = at + 1 < pages;
      return { added: [row(`row-${at}`)], removed: at > 0 ? ['row-0'] : [], cursor: String(at + 1), hasMore };
    };
    const outcomes = await Promise.all([engine.look(itemId), engine.look(itemId)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['superseded', 'synced']);
    expect(await engine.settle(itemId)).toMatchObject({
      kind: expect.stringMatching(/idle|synced/) as string,
    });
    expect(await liveIds(engine, itemId)).toEqual(pages === 1 ? ['row-0'] : ['row-1', 'row-2']);
    const stored = await storedTransactions(engine, itemId);
    expect(stored.every((each) => each.version === 1)).toBe(true);
    expect(await engine.db('sync_staged_rows')).toEqual([]);
  });
});

describe('a look', () => {
  it('holds no transaction open while it waits for Plaid (invariant I2)', async () => {
    const open: number[] = [];
    const count = async () => {
      const { rows } = await engine.db.raw<{ rows: [{ n: number }] }>(
        `select count(*)::integer as n from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null and state <> 'active'`,
      );
      open.push(rows[0].n);
    };
    plaid.sync = async (cursor) => {
      await count();
      return cursor === null
        ? { added: [row('a')], cursor: '1', hasMore: true }
        : { added: [row('b')], cursor: '2' };
    };
    plaid.accounts = async () => {
      await count();
      return '{"accounts":[]}';
    };
    await engine.settle(itemId);
    expect(open).toEqual([0, 0, 0]);
  });

  it.each(['', null])('never stores %o as a cursor', async (empty) => {
    plaid.sync = () => ({ added: [row('a')], cursor: empty });
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    expect((await storedItem(engine, itemId)).cursor).toBeNull();
    plaid.sync = () => ({ cursor: '1' });
    await engine.links.requestSync(itemId);
    await engine.look(itemId);
    plaid.sync = () => ({ added: [row('b')], cursor: empty });
    await engine.links.requestSync(itemId);
    expect(await engine.look(itemId)).toMatchObject({ kind: 'synced' });
    expect((await storedItem(engine, itemId)).cursor).toBe('1');
    expect(await liveIds(engine, itemId)).toEqual(['a', 'b']);
  });

  it('does not go round in circles when a page leads to itself', async () => {
    plaid.sync = () => ({ added: [row('a')], cursor: 'same', hasMore: true });
    await expect(engine.look(itemId)).rejects.toThrow('without a new cursor');
    expect(plaid.calls).toEqual(['sync:null', 'sync:same']);
    expect(await engine.db('sync_staged_rows')).toEqual([]);
    expect(await storedTransactions(engine, itemId)).toEqual([]);
  });
});
