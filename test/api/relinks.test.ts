import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { changesAnswer } from '../../src/api/changes/schema.js';
import type { dataSourcesAnswer } from '../../src/api/data-sources/schema.js';
import type { linkAnswer } from '../../src/api/links/schema.js';
import type { relinkAnswer, relinksAnswer } from '../../src/api/relinks/schema.js';
import type { transactionAnswer, transactionsAnswer } from '../../src/api/transactions/schema.js';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type TestApi,
  type TestIntegration,
} from '../support/api.js';
import { linkDoubtfulPair, type DoubtfulPair } from '../support/relink-pair.js';
import { readBacklog } from '../../src/db/queries/backlog.js';

type Relink = z.output<typeof relinkAnswer>['relink'];

let api: TestApi;
let simulator: Simulator;
let integration: TestIntegration;

beforeAll(async () => {
  simulator = await createSimulator({ seed: 'relinks' });
  api = await createTestApi({ plaidUrl: simulator.url });
  integration = await createSimulatorIntegration(api, simulator.url);
});
afterAll(async () => {
  await api.close();
  await simulator.close();
});

const doubtfulPair = (): Promise<DoubtfulPair> => linkDoubtfulPair({ api, simulator, integration });

const post = (relinkId: string, what: string, body?: unknown) =>
  api.call<{ relink: Relink }>(
    'POST',
    `/api/relinks/${relinkId}/${what}`,
    body === undefined ? {} : { body },
  );
const references = async (endUserId: string, query = '') => {
  const { json } = await api.call<z.output<typeof transactionsAnswer>>(
    'GET',
    `/api/transactions?end_user_id=${endUserId}${query}`,
  );
  expect(json._summary.transactions).toBe(json.transactions.length);
  return json.transactions.map((each) => each.reference_id).sort();
};

describe('a relink over HTTP', () => {
  it('is listed with its evidence, decided, and taken back; everything that reads transactions follows', async () => {
    const { endUserId, older, newer, relinkId } = await doubtfulPair();
    const [old, fresh] = [
      [0, 1, 2].map((n) => `o-${endUserId}-${n}`),
      [0, 1, 2].map((n) => `n-${endUserId}-${n}`),
    ];
    const { json: list, text } = await api.call<z.output<typeof relinksAnswer>>(
      'GET',
      `/api/relinks?status=doubtful&item_id=${older.itemId}`,
    );
    expect(list).toMatchObject({
      relinks: [
        {
          heron_id: relinkId,
          ...{ status: 'doubtful', reason: 'few_rows', decided_by: 'ardea', end_user_id: endUserId },
          ...{ old_item_id: older.itemId, new_item_id: newer.itemId, hidden_transactions: 0 },
          evidence: {
            expected: 3,
            agreed: 2,
            only_in_old: [{ reference_id: old[2], description: 'Coffee' }],
          },
        },
      ],
      _meta: { total: 1, page: 1, pages: 1 },
    });
    // Exact in the evidence too (invariant I9).
    expect(text).toContain('123456789012345678.1234567');

    const { json: before } = await api.call<z.output<typeof changesAnswer>>(
      'GET',
      '/api/transactions/changes?limit=1000',
    );
    const accepted = await post(relinkId, 'accept');
    expect(accepted).toMatchObject({
      status: 200,
      json: { relink: { status: 'superseded', decided_by: 'operator', hidden_transactions: 3 } },
    });
    expect(accepted.json.relink.evidence.accounts).toMatchObject([
      {
        old_account: { account_id: 'o-a', mask: '0000' },
        new_account: { account_id: 'n-a' },
        matched_by: 'description',
      },
    ]);
    expect(await references(endUserId)).toEqual(fresh);
    expect(await references(endUserId, '&include_duplicates=true')).toEqual([...fresh, ...old]);
    const feed = async (cursor: string) =>
      (await api.call<z.output<typeof changesAnswer>>('GET', `/api/transactions/changes?cursor=${cursor}`))
        .json;
    const after = await feed(before.next_cursor);
    expect(after.changes.map((each) => [each.op, each.transaction.reference_id])).toEqual(
      old.map((id) => ['delete', id]),
    );

    const single = await api.call<z.output<typeof transactionAnswer>>('GET', `/api/transactions/${old[0]}`);
    const standing = await api.call<z.output<typeof transactionAnswer>>(
      'GET',
      `/api/transactions/${fresh[0]}`,
    );
    expect(single.json.transaction_enriched.features).toMatchObject({
      is_potential_duplicate: true,
      duplicate_of_id: standing.json.transaction_enriched.heron_id,
    });
    expect(standing.json.transaction_enriched.features).toMatchObject({
      is_potential_duplicate: false,
      duplicate_of_id: null,
    });
    const sources = await api.call<z.output<typeof dataSourcesAnswer>>(
      'GET',
      `/api/end_users/${endUserId}/data_sources`,
    );
    expect(sources.json.map((source) => source.data_source_accounts[0]!.num_transactions)).toEqual([0, 3]);
    expect(sources.json[0]).toMatchObject({ status: 'sync_disabled' });

    const linkOf = async (itemId: string) =>
      (await api.call<z.output<typeof linkAnswer>>('GET', `${integration.linkPath}/${itemId}`)).json.link;
    expect(await linkOf(older.itemId)).toMatchObject({
      status: 'sync_disabled',
      status_message: expect.stringMatching(/^\[SUPERSEDED\] /) as string,
      ...{ action: null, superseded_by_item_id: newer.itemId, supersedes_item_id: null },
    });
    expect(await linkOf(newer.itemId)).toMatchObject({
      superseded_by_item_id: null,
      supersedes_item_id: older.itemId,
    });
    for (const what of ['refresh', 'pause', 'resume'])
      expect(await api.call('POST', `${integration.linkPath}/${older.itemId}/${what}`)).toMatchObject({
        status: 409,
        json: { error: 'link.superseded' },
      });

    const reverted = await post(relinkId, 'revert', { sync: false });
    expect(reverted.json.relink).toMatchObject({ status: 'reverted', hidden_transactions: 0 });
    expect(await references(endUserId)).toEqual([...fresh, ...old]);
    expect(
      (await feed(after.next_cursor)).changes.map((each) => [each.op, each.transaction.reference_id]),
    ).toEqual(old.map((id) => ['upsert', id]));
    expect(await linkOf(older.itemId)).toMatchObject({
      status: 'sync_disabled',
      status_message: null,
      superseded_by_item_id: null,
    });
  });

  it('refuses the old Item with its token, until the relink is reverted', async () => {
    const { endUserId, relinkId, older } = await doubtfulPair();
    await post(relinkId, 'accept');
    const body = { item_id: older.itemId, access_token: older.accessToken, end_user_id: endUserId };
    expect(await api.call('POST', integration.linkPath, { body })).toMatchObject({
      status: 409,
      json: { error: 'link.superseded' },
    });
    expect(
      await api.call('PUT', `/api/integration_links/${older.itemId}`, {
        body: { access_token: older.accessToken },
      }),
    ).toMatchObject({
      status: 409,
      json: { error: 'link.superseded' },
    });
    await post(relinkId, 'revert');
    expect(await api.call('POST', integration.linkPath, { body })).toMatchObject({ status: 201 });
  });

  it('takes accounts that the operator names, if they fit', async () => {
    const { relinkId } = await doubtfulPair();
    const named = (...pairs: [string, string][]) => ({
      accounts: pairs.map(([old_account_id, new_account_id]) => ({ old_account_id, new_account_id })),
    });
    expect(await post(relinkId, 'accept', named(['o-a', 'o-a']))).toMatchObject({ status: 422 });
    expect(await post(relinkId, 'accept', named(['x', 'n-a']))).toMatchObject({ status: 422 });
    expect(await post(relinkId, 'accept', named(['o-a', 'n-a'], ['o-a', 'n-a']))).toMatchObject({
      status: 422,
    });
    const { json } = await post(relinkId, 'accept', named(['o-a', 'n-a']));
    expect(json.relink.evidence.accounts[0]).toMatchObject({ matched_by: 'operator' });
  });

  it('is not accepted with accounts that nobody paired, or crosswise, which would hide nothing', async () => {
    const { relinkId, older, newer, endUserId } = await doubtfulPair();
    const { db } = api.deps;
    // A second account that looks like the first; its rows are others.
    for (const [itemId, prefix] of [
      [older.rowId, 'o'],
      [newer.rowId, 'n'],
    ] as const) {
      await db.raw(
        `insert into accounts (organization_id, end_user_id, item_id, account_id, name, mask, type, plaid)
         select organization_id, end_user_id, item_id, ?, name, mask, type, plaid from accounts where item_id = ?`,
        [`${prefix}-b`, itemId],
      );
      await db.raw(
        `insert into transactions (organization_id, end_user_id, item_id, reference_id, account_id, amount, currency, date, description, pending, plaid)
         select organization_id, end_user_id, item_id, reference_id || '-b', ?, 77, currency, date, 'Tea', pending, plaid from transactions where item_id = ?`,
        [`${prefix}-b`, itemId],
      );
    }
    const named = (...pairs: [string, string][]) => ({
      accounts: pairs.map(([old_account_id, new_account_id]) => ({ old_account_id, new_account_id })),
    });
    const refused = async (body: unknown, ...words: string[]): Promise<void> => {
      const { status, json } = await api.call(
        'POST',
        `/api/relinks/${relinkId}/accept`,
        body ? { body } : {},
      );
      expect({ status, json }).toMatchObject({ status: 422, json: { error: 'request.invalid' } });
      for (const word of words) expect(json.description.json.accounts![0]).toContain(word);
      const { json: now } = await api.call<{ relink: Relink }>('GET', `/api/relinks/${relinkId}`);
      expect(now.relink).toMatchObject({ status: 'doubtful', hidden_transactions: 0 });
    };
    await refused(undefined, 'o-a, o-b', 'old_account_id');
    await refused({}, 'o-a, o-b');
    await refused(named(['o-a', 'n-b'], ['o-b', 'n-a']), 'o-a and n-b; o-b and n-a');
    // Naming one pair leaves the other alone with its counterpart.
    expect(await post(relinkId, 'accept', named(['o-a', 'n-a']))).toMatchObject({
      status: 200,
      json: { relink: { status: 'superseded', hidden_transactions: 6 } },
    });
    expect(await references(endUserId)).toHaveLength(6);
  });

  it('asks for a decision on both links and in the metrics, until there is one', async () => {
    const { relinkId, older, newer } = await doubtfulPair();
    const attentionOf = async (itemId: string) =>
      (await api.call<z.output<typeof linkAnswer>>('GET', `${integration.linkPath}/${itemId}`)).json.link
        .attention;
    for (const { itemId } of [older, newer])
      expect(await attentionOf(itemId)).toMatchObject([
        { code: 'RELINK_DOUBTFUL', reason: relinkId, action: 'decide', deadline: null },
      ]);
    const { doubtfulRelinks } = await readBacklog(api.deps.db);
    expect(doubtfulRelinks).toBeGreaterThan(0);
    await post(relinkId, 'reject');
    for (const { itemId } of [older, newer]) expect(await attentionOf(itemId)).toEqual([]);
    expect((await readBacklog(api.deps.db)).doubtfulRelinks).toBe(doubtfulRelinks - 1);
    expect((await api.call('GET', '/metrics')).text).toContain(
      `ardea_relinks_doubtful ${doubtfulRelinks - 1}`,
    );
  });

  it('is not accepted once the new Item was deleted, and says what to do', async () => {
    const { relinkId, newer } = await doubtfulPair();
    await api.call('DELETE', `${integration.linkPath}/${newer.itemId}`);
    const { status, json } = await post(relinkId, 'accept');
    expect({ status, json }).toMatchObject({
      status: 409,
      json: {
        error: 'relink.new_item_stopped',
        description: expect.stringContaining(newer.itemId) as string,
      },
    });
    // At Plaid it is the same.
    await api.deps
      .db('items')
      .where({ id: newer.rowId })
      .update({ desired_state: 'active', health: 'deleted' });
    expect(await post(relinkId, 'accept')).toMatchObject({ status: 409 });
    await api.deps.db('items').where({ id: newer.rowId }).update({ health: 'active' });
    expect(await post(relinkId, 'accept')).toMatchObject({ status: 200 });
  });

  it.each<[string, (pair: DoubtfulPair) => Promise<unknown>]>([
    ['here', ({ newer }) => api.call('DELETE', `${integration.linkPath}/${newer.itemId}`)],
    [
      'at Plaid',
      ({ newer }) =>
        api.deps
          .db('items')
          .where({ id: newer.rowId })
          .update({ health: 'deleted', status_since: new Date() }),
    ],
  ])('tells the old link when the Item that supersedes it is deleted %s', async (_, remove) => {
    const pair = await doubtfulPair();
    const { relinkId, older, newer } = pair;
    await post(relinkId, 'accept');
    const linkOf = async (itemId: string) =>
      (await api.call<z.output<typeof linkAnswer>>('GET', `${integration.linkPath}/${itemId}`)).json.link;
    const { stoppedRelinks } = await readBacklog(api.deps.db);
    expect(await linkOf(older.itemId)).toMatchObject({ attention: [], action: null });
    await remove(pair);
    expect(await linkOf(older.itemId)).toMatchObject({
      status: 'sync_disabled',
      status_message: expect.stringContaining('was deleted since') as string,
      action: 'decide',
      attention: [{ code: 'RELINK_STOPPED', reason: relinkId, action: 'decide', deadline: null }],
    });
    expect((await linkOf(newer.itemId)).attention).toEqual([]);
    expect((await readBacklog(api.deps.db)).stoppedRelinks).toBe(stoppedRelinks + 1);
    // Erased, it gives the old one back.
    await api.call('DELETE', `${integration.linkPath}/${newer.itemId}?erase=true`);
    expect(await linkOf(older.itemId)).toMatchObject({
      attention: [],
      action: null,
      superseded_by_item_id: null,
    });
  });

  it.each([
    ['is paused', { desired_state: 'paused' }],
    ['was deleted since.', { desired_state: 'disabled' }],
    ['was deleted since, at Plaid', { health: 'deleted' }],
    ['is erroring', { health: 'erroring', action: 'update_mode' }],
    ['is synced instead', { health: 'active' }],
  ])('says on the old link and in every refusal that the new Item %s', async (words, change) => {
    const { relinkId, older, newer, endUserId } = await doubtfulPair();
    await post(relinkId, 'accept');
    await api.deps.db('items').where({ id: newer.rowId }).update(change);
    const path = `${integration.linkPath}/${older.itemId}`;
    const { json } = await api.call<z.output<typeof linkAnswer>>('GET', path);
    expect(json.link.status_message).toContain(words);
    for (const [url, body] of [
      [`${path}/refresh`, undefined],
      [`${path}/pause`, undefined],
      [
        integration.linkPath,
        { item_id: older.itemId, access_token: older.accessToken, end_user_id: endUserId },
      ],
    ] as const)
      expect(await api.call('POST', url, body ? { body } : {})).toMatchObject({
        status: 409,
        json: {
          error: 'link.superseded',
          description: expect.stringContaining(
            `Item ${newer.itemId}, which ${words}`.replace(
              'is erroring',
              'is to be synced instead and is erroring',
            ),
          ) as string,
        },
      });
  });

  it('is decided where its status allows it', async () => {
    const { relinkId } = await doubtfulPair();
    expect(await post(relinkId, 'revert')).toMatchObject({
      status: 409,
      json: { error: 'relink.not_decidable' },
    });
    expect(await post(relinkId, 'reject')).toMatchObject({
      status: 200,
      json: { relink: { status: 'rejected' } },
    });
    expect(await post(relinkId, 'reject')).toMatchObject({
      status: 409,
      json: { description: expect.stringContaining('is rejected') as string },
    });
    expect(await post(relinkId, 'accept')).toMatchObject({ status: 200 });
  });

  it('of another organisation is not there (invariant I8)', async () => {
    const { relinkId, older } = await doubtfulPair();
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/accept'],
      ['POST', '/reject'],
      ['POST', '/revert'],
    ] as const)
      expect(
        await api.call(method, `/api/relinks/${relinkId}${path}`, { key: api.foreignKey }),
      ).toMatchObject({
        status: 404,
        json: { error: 'relink.not_found' },
      });
    const { json } = await api.call<z.output<typeof relinksAnswer>>(
      'GET',
      `/api/relinks?item_id=${older.itemId}`,
      { key: api.foreignKey },
    );
    expect(json.relinks).toEqual([]);
    expect(await api.call('GET', '/api/relinks/rln_nonsense')).toMatchObject({ status: 404 });
    expect(await api.call('GET', '/api/relinks?status=doubtful,odd')).toMatchObject({
      status: 422,
      json: { description: { query: { status: [expect.stringMatching(/^Must be one of: doubtful, /)] } } },
    });
    const { json: filtered } = await api.call<z.output<typeof relinksAnswer>>(
      'GET',
      '/api/relinks?status=doubtful,rejected&limit=1',
    );
    expect(filtered.relinks).toHaveLength(1);
  });
});
