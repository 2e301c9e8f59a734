import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSyncRunQueries, type SyncRunRow } from '../../src/db/queries/sync-runs.js';
import { PlaidCallAborted } from '../../src/plaid/plaid-error.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import {
  createScriptedPlaid,
  MUTATION,
  plaidFailure,
  row,
  type ScriptedPlaid,
} from '../support/scripted-plaid.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({
    baseUrl: 'http://localhost',
    gateway: (keys) => plaid.gateway(keys),
    settings: { NOT_READY_FIRST_WAIT: 1, RETRY_SLOW_WAIT: 1 },
  });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access' })).link.id;
});

const runs = (): Promise<SyncRunRow[]> =>
  createSyncRunQueries(engine.db).list(itemId, { before: null, limit: 100 });
const lookAnyway = (mode?: 'quick' | 'full') => engine.look(itemId, mode).catch(() => null);
const fail = (...failure: Parameters<typeof plaidFailure>): void => {
  const refuse = (): never => {
    throw plaidFailure(...failure);
  };
  plaid.sync = refuse;
  // An Item is not given up unless /item/get says so too.
  if (failure[0] === 'ITEM_NOT_FOUND') plaid.itemError = refuse;
};

describe('a look that asked Plaid leaves a run', () => {
  it('that was committed, once', async () => {
    plaid.sync = () => ({ added: [row('a')], cursor: 'end' });
    await engine.settle(itemId);
    expect(await runs()).toMatchObject([
      {
        kind: 'update',
        outcome: 'synced',
        pages: 1,
        added: 1,
        error_code: null,
        plaid_request_id: 'request',
      },
    ]);
  });

  it.each([
    ['ITEM_LOGIN_REQUIRED', {}, 'paused'],
    ['ITEM_NOT_FOUND', {}, 'deleted'],
    ['INTERNAL_SERVER_ERROR', { httpStatus: 500 }, 'failed'],
    ['INSTITUTION_DOWN', {}, 'failed'],
    ['TRANSACTIONS_SYNC_LIMIT', { httpStatus: 429, errorType: 'RATE_LIMIT_EXCEEDED' }, 'rate_limited'],
    [MUTATION, {}, 'restarted'],
    ['INVALID_FIELD', { message: 'cursor not associated with access_token' }, 'superseded'],
  ])('that Plaid refused with %s', async (code, over, outcome) => {
    fail(code, over);
    await lookAnyway();
    const [run, ...more] = await runs();
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      kind: 'update',
      outcome,
      error_code: code,
      plaid_request_id: 'request',
      restarts: outcome === 'restarted' ? 1 : 0,
    });
    expect(run?.error_message).toBeTruthy();
    expect(run!.finished_at.getTime()).toBeGreaterThanOrEqual(run!.started_at.getTime() - 50);
  });

  it('in the middle of its pages: how many there were', async () => {
    plaid.sync = (cursor) => {
      if (cursor !== null) throw plaidFailure('INTERNAL_SERVER_ERROR', { httpStatus: 500 });
      return { added: [row('a')], cursor: 'more', hasMore: true };
    };
    expect(await engine.look(itemId, 'quick')).toMatchObject({ kind: 'handover' });
    expect(await runs()).toEqual([]);
    await lookAnyway('full');
    expect(await runs()).toMatchObject([
      { outcome: 'failed', pages: 1, error_code: 'INTERNAL_SERVER_ERROR' },
    ]);
  });

  it('while the history is not ready', async () => {
    plaid.sync = () => ({ cursor: '', status: 'NOT_READY' });
    await engine.look(itemId);
    expect(await runs()).toMatchObject([{ outcome: 'not_ready', error_code: null }]);
  });

  it('that only asked for the state', async () => {
    plaid.itemError = () => ({
      error_type: 'ITEM_ERROR',
      error_code: 'ITEM_LOGIN_REQUIRED',
      error_message: 'the login details have changed',
    });
    await engine.db('items').where({ id: itemId }).update({ token_checked_at: null });
    await engine.look(itemId);
    expect(await runs()).toMatchObject([
      {
        kind: 'probe',
        outcome: 'paused',
        pages: 0,
        error_code: 'ITEM_LOGIN_REQUIRED',
        error_message: 'the login details have changed',
        plaid_request_id: 'item-request',
      },
    ]);
  });

  it('that was aborted, or failed by our own fault, without what its message holds', async () => {
    plaid.sync = () => {
      throw new PlaidCallAborted('stop');
    };
    await lookAnyway();
    plaid.sync = () => ({ added: [row('a', { transaction_id: 7 })], cursor: 'x' });
    await lookAnyway();
    expect((await runs()).map((run) => [run.outcome, run.error_code])).toEqual([
      ['failed', expect.any(String)],
      ['aborted', null],
    ]);
  });

  it('but not one that found nothing to do', async () => {
    plaid.sync = () => ({ cursor: 'end' });
    await engine.settle(itemId);
    const before = (await runs()).length;
    expect(await engine.look(itemId)).toMatchObject({ kind: 'idle' });
    expect(await runs()).toHaveLength(before);
  });
});

it('lists newest first, in pages that neither skip nor repeat', async () => {
  fail('INSTITUTION_DOWN');
  for (let count = 0; count < 7; count++) {
    await engine.links.requestSync(itemId);
    await lookAnyway();
    await sleep(2);
  }
  const queries = createSyncRunQueries(engine.db);
  const seen: SyncRunRow[] = [];
  for (;;) {
    const last = seen.at(-1);
    const page = await queries.list(itemId, {
      before: last ? { startedAt: last.started_at, id: last.id } : null,
      limit: 3,
    });
    if (page.length === 0) break;
    seen.push(...page);
  }
  expect(new Set(seen.map((run) => run.id)).size).toBe(7);
  const times = seen.map((run) => run.started_at.getTime());
  expect(times).toEqual([...times].sort((a, b) => b - a));
});
