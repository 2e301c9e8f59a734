import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestAudits } from '../support/audits.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  account,
  createScriptedPlaid,
  MUTATION,
  plaidFailure,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';
import { liveIds, storedItem, storedTransactions } from '../support/stored.js';

/** Beyond every double. */
const EXACT = '123456789012345678.1234567';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let audits: ReturnType<typeof createTestAudits>;
let itemId: string;
/** What Plaid has now, as JSON texts by id. */
let bank: Map<string, string>;
/** Answered to the next requests that continue from a cursor. */
let updates: Omit<ScriptedPage, 'cursor'>[];

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
  audits = createTestAudits(engine);
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  plaid.accounts = () => JSON.stringify({ accounts: [account('a'), account('b')] });
  updates = [];
  bank = new Map();
  for (const id of ['r1', 'r2', 'r3', 'r4', 'r5']) put(id);
  bank.set(
    'big',
    JSON.stringify(row('big', { account_id: 'a', amount: 0 })).replace('"amount":0', `"amount":${EXACT}`),
  );
  plaid.sync = (cursor) =>
    cursor === null
      ? pageAt(0)
      : cursor.startsWith('page-')
        ? pageAt(Number(cursor.slice(5)))
        : { ...(updates.shift() ?? {}), cursor: `later-${randomUUID()}` };
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access-test' })).link.id;
  expect(await engine.settle(itemId)).toMatchObject({ kind: 'synced' });
});

let pageSize = 100;
/** The history in pages. */
const pageAt = (index: number): ScriptedPage => {
  const rows = [...bank.values()].slice(index * pageSize, (index + 1) * pageSize);
  const hasMore = bank.size > (index + 1) * pageSize;
  return { added: rows, cursor: hasMore ? `page-${index + 1}` : 'stored', hasMore };
};
function put(id: string, over: Record<string, unknown> = {}): void {
  bank.set(id, JSON.stringify(row(id, { account_id: 'a', ...over })));
}
const stored = (id: string) => engine.db('transactions').where({ item_id: itemId, reference_id: id });
const insert = async (id: string, over: Record<string, unknown> = {}): Promise<void> => {
  const { end_user_id } = await engine
    .db('items')
    .where({ id: itemId })
    .first<{ end_user_id: string }>('end_user_id');
  await engine.db('transactions').insert({
    organization_id: engine.organizationId,
    end_user_id,
    item_id: itemId,
    reference_id: id,
    account_id: 'a',
    date: '2026-11-05',
    amount: '-7.5',
    plaid: row(id),
    ...over,
  });
};
/** Answers whether it counted as work that somebody waits for. */
const repaired = async (auditId: string): Promise<boolean> => {
  expect((await audits.repairs.request(engine.organizationId, auditId)).kind).toBe('requested');
  const { fresh } = (await engine.deps.looks.claim(itemId))!;
  await engine.settle(itemId);
  return fresh;
};
const noScratch = async (): Promise<void> => {
  expect(await engine.db('audit_suspects')).toEqual([]);
  expect(await engine.db('sync_staged_rows')).toEqual([]);
  expect(await engine.db('sync_staged_runs')).toEqual([]);
};

describe.each([
  ['of one page', 100],
  ['of many pages', 2],
])('an audit %s', (_, size) => {
  beforeEach(() => {
    pageSize = size;
  });

  it('finds nothing where nothing is lost, and changes nothing', async () => {
    const before = [await storedTransactions(engine, itemId), await storedItem(engine, itemId)] as const;
    const { audit, examples } = await audits.audit(itemId);
    expect(audit).toMatchObject({
      state: 'done',
      verdict: 'clean',
      plaid_rows: 6,
      stored_rows: 6,
      accounts: 2,
      replays: 1,
      pages: Math.ceil(6 / size),
      ...{ missing: 0, extra: 0, different: 0, touched: 0, unjudged: 0 },
      ...{ accounts_missing: 0, accounts_extra: 0, accounts_different: 0 },
    });
    expect(examples).toEqual([]);
    expect(await storedTransactions(engine, itemId)).toEqual(before[0]);
    const { sync_version: version, resync_reason } = await storedItem(engine, itemId);
    expect(resync_reason).toBeNull();
    // Two syncs by the Item's own way, and nothing else.
    expect(Number(version) - Number(before[1].sync_version)).toBe(2);
    await noScratch();
  });

  it('finds a deleted, a tombstoned, an altered and an invented row, and repairs them', async () => {
    await stored('r1').delete();
    await stored('r2').update({ removed_at: new Date() });
    await stored('r3').update({ plaid: row('r3', { account_id: 'a', amount: 99, note: 'x' }) });
    await insert('invented');
    const { audit, examples } = await audits.audit(itemId);
    expect(audit).toMatchObject({
      state: 'done',
      verdict: 'differs',
      missing: 2,
      extra: 1,
      different: 1,
      replays: 2,
    });
    expect(examples.map(({ kind, reference_id }) => [kind, reference_id])).toEqual([
      ['different', 'r3'],
      ['extra', 'invented'],
      ['missing', 'r1'],
      ['missing', 'r2'],
    ]);
    const [different, extra, deleted, tombstoned] = examples;
    expect(JSON.parse(different!.differences)).toEqual([
      { field: 'amount', plaid: 1.5, stored: 99 },
      { field: 'note', plaid: null, stored: 'x' },
    ]);
    expect(extra).toMatchObject({
      amount: '-7.5',
      date: '2026-11-05',
      transaction_id: expect.any(String) as string,
    });
    expect(deleted).toMatchObject({ amount: '-1.5', removed_at: null, transaction_id: null });
    expect(tombstoned!.removed_at).not.toBeNull();
    await noScratch();

    expect(await repaired(audit.id)).toBe(false);
    expect(await liveIds(engine, itemId)).toEqual(['big', 'r1', 'r2', 'r3', 'r4', 'r5']);
    const after = await audits.read(audit.id);
    const run = await engine
      .db('sync_runs')
      .where({ id: after.audit.repair_run_id })
      .first<{ kind: string }>();
    expect(run.kind).toBe('resync');
    expect((await audits.audit(itemId)).audit).toMatchObject({ verdict: 'clean' });
  });

  it('sees every digit of money, in the object and in the columns', async () => {
    await stored('big').update({ amount: '-123456789012345678.1234568' });
    await engine.db.raw(
      `update transactions set plaid = jsonb_set(plaid, '{amount}', '1.50000000000000000001') where item_id = ? and reference_id = 'r1'`,
      [itemId],
    );
    const { audit, examples } = await audits.audit(itemId);
    expect(audit).toMatchObject({ different: 2, missing: 0, extra: 0 });
    expect(examples.map((each) => each.differences)).toEqual([
      expect.stringMatching(
        /"column\.amount", "plaid": -123456789012345678\.1234567, "stored": -123456789012345678\.1234568/,
      ),
      expect.stringMatching(/"amount", "plaid": 1\.5, "stored": 1\.50000000000000000001/),
    ]);
    await repaired(audit.id);
    const [big] = await storedTransactions(engine, itemId);
    expect(big!.amount).toBe(`-${EXACT}`);
    expect((await audits.audit(itemId)).audit.verdict).toBe('clean');
  });

  it('leaves out what a sync touched meanwhile', async () => {
    await stored('r1').delete();
    const { audit, examples } = await audits.audit(itemId, {
      async afterReplay(replay) {
        if (replay > 1) return;
        // Changed, added and removed at Plaid while the audit ran; the replay has seen none of it.
        put('r2', { amount: 8 });
        put('r6');
        bank.delete('r3');
        const [r2, r6] = [bank.get('r2')!, bank.get('r6')!];
        updates.push({ modified: [r2], added: [r6], removed: ['r3'] });
      },
    });
    expect(examples.map(({ reference_id }) => reference_id)).toEqual(['r1']);
    expect(audit).toMatchObject({ verdict: 'differs', missing: 1, extra: 0, different: 0 });
  });

  it('counts what it left out', async () => {
    const { audit } = await audits.audit(itemId, {
      async afterReplay() {
        put('r2', { amount: 8 });
        updates.push({ modified: [bank.get('r2')!] });
      },
    });
    expect(audit).toMatchObject({ verdict: 'clean', touched: 1, replays: 1 });
  });
});

describe('an audit', () => {
  beforeEach(() => {
    pageSize = 100;
  });

  it('does not take for lost what was at Plaid for a moment only', async () => {
    const shown = plaid.sync;
    put('moment');
    const { audit } = await audits.audit(itemId, {
      async afterReplay() {
        // Added and removed between two syncs: no row, no place in the feed.
        bank.delete('moment');
        updates.push({ removed: ['moment'] });
      },
    });
    plaid.sync = shown;
    expect(audit).toMatchObject({ verdict: 'clean', missing: 0, replays: 2 });
  });

  it('does not judge rows that a resync would leave alone', async () => {
    await insert('old', { date: '2020-01-01' });
    await insert('gone', { account_id: 'closed' });
    await insert('undated', { date: null });
    const { audit } = await audits.audit(itemId);
    expect(audit).toMatchObject({ verdict: 'clean', extra: 0, unjudged: 3 });
  });

  it('compares accounts', async () => {
    const accountRow = (id: string) => engine.db('accounts').where({ item_id: itemId, account_id: id });
    await accountRow('a').update({ name: 'Altered', mask: '9999' });
    await accountRow('b').update({ closed_at: new Date() });
    const template = await accountRow('a').first<Record<string, unknown>>();
    await engine.db('accounts').insert({
      organization_id: engine.organizationId,
      end_user_id: template['end_user_id'],
      item_id: itemId,
      account_id: 'invented',
      plaid: account('invented'),
    });
    const { audit, examples } = await audits.audit(itemId);
    expect(audit).toMatchObject({
      verdict: 'differs',
      accounts_missing: 1,
      accounts_extra: 1,
      accounts_different: 1,
      missing: 0,
    });
    expect(JSON.parse(examples.find((each) => each.kind === 'different')!.differences)).toEqual([
      { field: 'column.mask', plaid: null, stored: '9999' },
      { field: 'column.name', plaid: 'Account a', stored: 'Altered' },
    ]);
    await repaired(audit.id);
    expect((await audits.audit(itemId)).audit.verdict).toBe('clean');
  });

  it('holds strange rows against the bytes that Plaid sent', async () => {
    bank.set(
      'strange',
      '{"transaction_id":"strange","account_id":"a","amount":1,"name":"a\\u0000b","date":"2026-11-03"}',
    );
    updates.push({ added: [bank.get('strange')!] });
    expect((await audits.audit(itemId)).audit).toMatchObject({ verdict: 'clean', stored_rows: 7 });
    await stored('strange').update({ plaid_bytes: null });
    expect((await audits.audit(itemId)).examples).toMatchObject([
      { kind: 'different', reference_id: 'strange' },
    ]);
  });

  it('ends with the reason where nothing can be compared', async () => {
    await engine.links.setDesiredState(itemId, 'paused');
    expect((await audits.audit(itemId)).audit).toMatchObject({
      state: 'done',
      verdict: 'not_audited',
      reason_code: 'LINK_PAUSED',
    });
    await engine.links.setDesiredState(itemId, 'active');
    plaid.itemError = () => ({
      error_type: 'ITEM_ERROR',
      error_code: 'ITEM_LOGIN_REQUIRED',
      error_message: 'log in',
    });
    const syncs = plaid.sync;
    plaid.sync = () => {
      throw plaidFailure('ITEM_LOGIN_REQUIRED', { errorType: 'ITEM_ERROR' });
    };
    expect((await audits.audit(itemId)).audit).toMatchObject({
      verdict: 'not_audited',
      reason_code: 'ITEM_LOGIN_REQUIRED',
    });
    plaid.itemError = () => null;
    plaid.sync = syncs;
    // In the middle: the Item breaks between its sync and the replay.
    plaid.sync = (cursor, token) => {
      if (cursor === null) throw plaidFailure('ITEM_LOCKED', { errorType: 'ITEM_ERROR' });
      return syncs(cursor, token);
    };
    expect((await audits.audit(itemId)).audit).toMatchObject({
      verdict: 'not_audited',
      reason_code: 'ITEM_LOCKED',
    });
    plaid.sync = async (cursor, token) => ({
      ...((await syncs(cursor, token)) as ScriptedPage),
      ...(cursor === null ? { status: 'INITIAL_UPDATE_COMPLETE' } : {}),
    });
    expect((await audits.audit(itemId)).audit).toMatchObject({ reason_code: 'HISTORY_NOT_COMPLETE' });
    plaid.sync = syncs;
    await engine.db('items').where({ id: itemId }).update({ history: 'initial' });
    plaid.sync = () => ({ cursor: 'later', status: 'INITIAL_UPDATE_COMPLETE' });
    expect((await audits.audit(itemId)).audit).toMatchObject({ reason_code: 'HISTORY_NOT_COMPLETE' });
    plaid.sync = syncs;
    expect((await audits.audit(itemId)).audit).toMatchObject({ verdict: 'clean' });
    await engine.links.setDesiredState(itemId, 'disabled');
    expect((await audits.audit(itemId)).audit).toMatchObject({ reason_code: 'LINK_DELETED' });
    await noScratch();
  });

  it('waits and starts over where Plaid asks for it', async () => {
    pageSize = 2;
    const syncs = plaid.sync;
    const failing: [string, { httpStatus: number; retryAfterMs?: number }, number][] = [
      [MUTATION, { httpStatus: 400 }, 1],
      ['TRANSACTIONS_SYNC_LIMIT', { httpStatus: 429 }, 50],
      ['TRANSACTIONS_SYNC_LIMIT', { httpStatus: 429, retryAfterMs: 7_000 }, 7_000],
      ['INSTITUTION_DOWN', { httpStatus: 400 }, 50],
      ['INTERNAL_SERVER_ERROR', { httpStatus: 500 }, 5],
    ];
    for (const [code, over, delayMs] of failing) {
      plaid.sync = (cursor, token) => {
        if (cursor === 'page-2') throw plaidFailure(code, over);
        return syncs(cursor, token);
      };
      await expect(audits.audit(itemId)).rejects.toMatchObject({ name: 'RetryLater', delayMs });
      expect(await engine.db('sync_staged_rows')).toEqual([]);
    }
    plaid.sync = syncs;
    expect((await audits.audit(itemId)).audit).toMatchObject({ verdict: 'clean', replays: 1, pages: 3 });
  });

  it('is given up when it is cancelled, and writes nothing afterwards', async () => {
    await stored('r1').delete();
    const { audit } = await audits.audit(itemId, {
      async afterReplay() {
        const live = await engine.db('audits').where({ state: 'running' }).first<{ id: string }>('id');
        await audits.audits.cancel(engine.organizationId, live.id);
      },
    });
    expect(audit).toMatchObject({ state: 'canceled', verdict: null, missing: 0 });
    await noScratch();
    // Another one may be asked for.
    expect((await audits.audit(itemId)).audit).toMatchObject({ verdict: 'differs' });
  });

  it('begins anew when its first execution was lost, and ends once', async () => {
    await stored('r1').delete();
    const target = { organizationId: engine.organizationId, integrationId: engine.integrationId, itemId };
    const { audit: asked } = await audits.audits.request(target);
    await expect(
      audits.audit(itemId, { afterReplay: () => Promise.reject(new Error('killed')) }),
    ).rejects.toThrow('killed');
    expect(await engine.db('audit_suspects')).toHaveLength(1);
    const { audit } = await audits.audit(itemId);
    expect(audit).toMatchObject({ id: asked.id, verdict: 'differs', missing: 1 });
    await noScratch();
  });

  it('is repaired once, and only where something can be', async () => {
    const clean = await audits.audit(itemId);
    const request = (id: string) => audits.repairs.request(engine.organizationId, id);
    expect(await request(clean.audit.id)).toEqual({ kind: 'nothing_to_repair' });
    await stored('r1').delete();
    const { audit } = await audits.audit(itemId);
    expect(await audits.repairs.request(randomUUID(), audit.id)).toEqual({ kind: 'nothing_to_repair' });
    await engine.links.setDesiredState(itemId, 'paused');
    expect(await request(audit.id)).toEqual({ kind: 'not_syncing' });
    await engine.links.setDesiredState(itemId, 'active');
    await repaired(audit.id);
    const { repair_run_id: run } = (await audits.read(audit.id)).audit;
    expect(await request(audit.id)).toEqual({ kind: 'requested', items: [] });
    await engine.settle(itemId);
    expect((await audits.read(audit.id)).audit.repair_run_id).toBe(run);
    expect(await engine.db('sync_runs').where({ item_id: itemId, kind: 'resync' })).toHaveLength(1);
  });
});
