import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import type { changesAnswer } from '../../src/api/changes/schema.js';
import type { endUserAnswer, endUserDeleted } from '../../src/api/end-users/schema.js';
import type { linkAnswer } from '../../src/api/links/schema.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type TestAnswer,
  type TestApi,
  type TestIntegration,
} from '../support/api.js';
import { ageSessions, createPerson } from '../support/people.js';
import { createSimulatorItem, steerSimulator, type SimulatorItem } from '../support/simulator.js';
import { putTransactions, type TestItem } from '../support/transactions.js';

type Deleted = z.output<typeof endUserDeleted>;
type Changes = z.output<typeof changesAnswer>;

const SECRET = 'Fertility Clinic of Springfield';

let api: TestApi;
let simulator: Simulator;
let integration: TestIntegration;

beforeAll(async () => {
  simulator = await createSimulator({ seed: 'deletion' });
  api = await createTestApi({ plaidUrl: simulator.url, settings: { PLAID_CHECK_TIMEOUT: '2s' } });
  integration = await createSimulatorIntegration(api, simulator.url);
});

afterAll(async () => {
  await api?.close();
  await simulator?.close();
});

/** A linked Item of the end user with one transaction, `<name>-row`. */
async function linkedItem(
  endUserId: string,
  name: string,
  linkPath = integration.linkPath,
): Promise<SimulatorItem> {
  const item = await createSimulatorItem(simulator.url);
  const { status } = await api.call('POST', linkPath, {
    body: {
      ...{ item_id: item.itemId, access_token: item.accessToken },
      ...{ end_user_id: endUserId, end_user_name: SECRET },
    },
  });
  expect(status).toBe(201);
  const row = await api.deps
    .db('items')
    .where({ plaid_item_id: item.itemId })
    .first<{ id: string; end_user_id: string }>('id', 'end_user_id');
  const stored: TestItem = {
    id: row.id,
    plaidItemId: item.itemId,
    endUserRowId: row.end_user_id,
    organizationId: api.organizationId,
  };
  await putTransactions(api.deps.db, stored, [{ referenceId: `${name}-row`, description: SECRET }]);
  return item;
}

const erase = (endUserId: string, body?: object): Promise<TestAnswer<Deleted>> =>
  api.call('POST', `/api/end_users/${endUserId}/delete`, body === undefined ? {} : { body });

const head = async (): Promise<string> => {
  let cursor = '';
  for (;;) {
    const { json } = await api.call<Changes>('GET', `/api/transactions/changes?limit=1000${cursor}`);
    if (!json.has_more) return json.next_cursor;
    cursor = `&cursor=${json.next_cursor}`;
  }
};
const since = async (cursor: string): Promise<string[]> => {
  const { json } = await api.call<Changes>('GET', `/api/transactions/changes?cursor=${cursor}`);
  return json.changes.map(({ op, transaction }) => `${op} ${transaction.reference_id}`).sort();
};
const descriptions = async (referenceId: string): Promise<(string | null)[]> => {
  const rows = await api.deps
    .db('transactions')
    .where({ reference_id: referenceId })
    .select<{ description: string | null }[]>('description');
  return rows.map(({ description }) => description);
};
const linkOf = async ({ itemId }: SimulatorItem) =>
  (await api.call<z.output<typeof linkAnswer>>('GET', `${integration.linkPath}/${itemId}`)).json.link;

describe('POST /api/end_users/{id}/delete', () => {
  it('stops and erases all Items and the name, tells the feed, and leaves others alone', async () => {
    const items = [await linkedItem('acme', 'a'), await linkedItem('acme', 'b')];
    const other = await linkedItem('other', 'o');
    const cursor = await head();
    const { status, json } = await erase('acme');
    expect(status).toBe(202);
    expect(json).toMatchObject({
      ...{ end_user_id: 'acme', status: 'done' },
      links: items.map(({ itemId }) => ({
        ...{ item_id: itemId, integration_heron_id: integration.id },
        ...{ erased: true, at_plaid: 'kept', message: null },
      })),
    });
    expect(await since(cursor)).toEqual(['delete a-row', 'delete b-row']);
    const { json: shown } = await api.call<z.output<typeof endUserAnswer>>('GET', '/api/end_users/acme');
    expect(shown.end_user).toMatchObject({ heron_id: json.heron_id, end_user_id: 'acme', name: null });
    expect(shown.end_user.erased_at).toBe(shown.end_user.last_updated);
    expect((await linkOf(items[0]!)).status).toBe('sync_disabled');
    expect((await linkOf(other)).status).toBe('pending');
    expect(await descriptions('o-row')).toEqual([SECRET]);
    const { rows } = await api.deps.db.raw<{ rows: { text: string }[] }>(
      `select t::text from end_users t where end_user_id = 'acme' union all
       select t::text from transactions t where reference_id in ('a-row', 'b-row')`,
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(SECRET);
  });

  it('is idempotent, also by heron id: the feed hears of it once', async () => {
    const cursor = await head();
    const first = await erase('acme');
    const again = await erase(first.json.heron_id);
    expect([again.status, again.json]).toEqual([202, first.json]);
    expect(await since(cursor)).toEqual([]);
  });

  it('removes the Items at Plaid where that is asked for', async () => {
    const item = await linkedItem('removed', 'r');
    expect((await erase('removed', { remove_at_plaid: true })).json).toMatchObject({
      status: 'done',
      links: [{ at_plaid: 'removed', erased: true }],
    });
    expect((await linkOf(item)).status).toBe('deleted_in_plaid');
    // What Plaid has confirmed once is not asked again: there is no token any more.
    expect((await erase('removed', { remove_at_plaid: true })).json).toMatchObject({ status: 'done' });
    expect((await erase('removed')).json.links).toMatchObject([{ at_plaid: 'removed', message: null }]);
  });

  it('erases in spite of Plaid, tells what is left there, and goes on with it', async () => {
    const [stubborn, fine] = [await linkedItem('stuck', 's'), await linkedItem('stuck', 'f')];
    await steerSimulator(simulator.url, 'POST', '/faults', {
      kind: 'internal_error',
      item_id: stubborn.itemId,
      endpoint: '/item/remove',
      times: null,
    });
    const { status, json } = await erase('stuck', { remove_at_plaid: true });
    expect(status).toBe(202);
    expect(json).toMatchObject({
      status: 'pending',
      links: [
        { item_id: stubborn.itemId, erased: true, at_plaid: 'unconfirmed' },
        { item_id: fine.itemId, erased: true, at_plaid: 'removed', message: null },
      ],
    });
    expect(json.links[0]!.message).toContain('INTERNAL_SERVER_ERROR');
    expect(await descriptions('s-row')).toEqual([null]);
    expect((await linkOf(stubborn)).status).toBe('sync_disabled');

    await steerSimulator(simulator.url, 'DELETE', '/faults');
    expect((await erase('stuck', { remove_at_plaid: true })).json).toMatchObject({
      status: 'done',
      links: [{ at_plaid: 'removed' }, { at_plaid: 'removed' }],
    });
    const { access_token_ciphertext: token } = await api.deps
      .db('items')
      .where({ plaid_item_id: stubborn.itemId })
      .first<{ access_token_ciphertext: Buffer }>('access_token_ciphertext');
    expect(token).toHaveLength(0);
  });

  it('says where Plaid can no longer be asked', async () => {
    await linkedItem('late', 'l');
    await erase('late');
    const late = await erase('late', { remove_at_plaid: true });
    expect(late.json).toMatchObject({ status: 'done', links: [{ at_plaid: 'unknown' }] });
    expect(late.json.links[0]!.message).toContain('/item/remove');
  });

  it('reaches Items of an integration that was deleted', async () => {
    const gone = await createSimulatorIntegration(api, simulator.url);
    await linkedItem('orphan', 'p', gone.linkPath);
    expect((await api.call('DELETE', `/api/integrations/${gone.id}?force=true`)).status).toBe(204);
    const orphan = await erase('orphan', { remove_at_plaid: true });
    expect(orphan.json).toMatchObject({ status: 'done', links: [{ erased: true, at_plaid: 'removed' }] });
    expect(await descriptions('p-row')).toEqual([null]);
  });

  it('lets a link that comes afterwards begin anew', async () => {
    const { itemId, accessToken } = await linkedItem('back', 'k');
    await erase('back');
    const { status } = await api.call('POST', integration.linkPath, {
      body: { item_id: itemId, access_token: accessToken, end_user_id: 'back' },
    });
    expect(status).toBe(201);
    expect(await linkOf({ itemId, accessToken })).toMatchObject({ status: 'pending', history: 'pending' });
    const { json } = await api.call<z.output<typeof endUserAnswer>>('GET', '/api/end_users/back');
    expect(json.end_user.erased_at).toBe(null);
  });

  it('takes an admin whose password was just given, or a key of the organisation', async () => {
    await linkedItem('guarded', 'g');
    const path = '/api/end_users/guarded/delete';
    const admin = await createPerson(api, 'admin');
    await ageSessions(api, admin.userId, '11 minutes');
    const unconfirmed = await admin.call('POST', path);
    expect([unconfirmed.status, unconfirmed.json.error]).toEqual([403, 'session.unconfirmed']);
    const member = await createPerson(api, 'member');
    expect((await member.call('POST', path)).json.error).toBe('auth.forbidden');
    const foreign = await api.call('POST', path, { key: api.foreignKey });
    expect([foreign.status, foreign.json.error]).toEqual([404, 'end_user.not_found']);
    const wrong = await api.call('POST', path, { body: { erase: true } });
    expect(wrong.status).toBe(422);
    expect(await descriptions('g-row')).toEqual([SECRET]);
  });
});
