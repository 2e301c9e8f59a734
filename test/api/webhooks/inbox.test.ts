import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toPublicId } from '../../../src/domain/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { signWebhook } from '../../support/plaid-keys.js';
import { plaidBody, startWebhookApp, type WebhookApp } from './webhook-app.js';

let database: TestDatabase;
let app: WebhookApp;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  app = await startWebhookApp({ databaseUrl: database.url, webhookUrl: 'https://integrator.example/hook' });
  key = await app.deps.apiKeys.create(app.tenant.organizationId, 'test');
  return () => app.close();
});

interface Webhook {
  heron_id: string;
  state: string;
  verdict: string;
  rejection: string | null;
  webhook_code: string;
  item_id: string;
  replays: number;
  forward: { state: string };
}
interface Result {
  heron_id: string;
  plaid_webhook_heron_id: string;
  outcome: string;
  forwarded: boolean;
}

const call = async <T>(method: string, path: string, body?: unknown, apiKey = key) => {
  const response = await fetch(`${app.origin}/api/plaid_webhooks${path}`, {
    method,
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as T };
};
const list = async (query = ''): Promise<Webhook[]> =>
  (await call<{ plaid_webhooks: Webhook[] }>('GET', query)).json.plaid_webhooks;
const send = async (
  fields: Record<string, unknown> = {},
  headers?: Record<string, string>,
): Promise<string> => {
  const body = plaidBody(fields);
  const response = await app.send(body, headers);
  if (headers === undefined) expect(response.status).toBe(200);
  return body;
};
const link = async (plaidItemId: string): Promise<string> => {
  const outcome = await app.deps.links.link({
    ...app.tenant,
    plaidItemId,
    accessToken: `access-${plaidItemId}`,
    endUserId: 'someone',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  return outcome.link.id;
};
/** As a look does that has gone through. */
const consume = (itemId: string) =>
  app.deps.db.raw('update item_sync set claimed_gen = dirty_gen, synced_gen = dirty_gen where item_id = ?', [
    itemId,
  ]);

describe('the inbox', () => {
  it('lists what came, newest first, in pages, and what has become of it', async () => {
    const item = await link('item-a');
    await send({ item_id: 'item-a', webhook_code: 'ONE' });
    await consume(item);
    await send({ item_id: 'item-a', webhook_code: 'TWO' });
    await send({ item_id: 'unknown', webhook_code: 'THREE' });
    await send({ webhook_code: 'FOUR' }, { 'plaid-verification': 'nonsense' });
    expect((await list()).map(({ webhook_code: code, state, verdict }) => [code, state, verdict])).toEqual([
      [null, 'rejected', 'rejected'],
      ['THREE', 'unmatched', 'verified'],
      ['TWO', 'waiting', 'verified'],
      ['ONE', 'consumed', 'verified'],
    ]);
    const first = await call<{ plaid_webhooks: Webhook[]; next_cursor: string }>('GET', '?limit=3');
    const rest = await call<{ plaid_webhooks: Webhook[]; next_cursor: null }>(
      'GET',
      `?limit=3&cursor=${first.json.next_cursor}`,
    );
    expect(rest.json.plaid_webhooks.map(({ webhook_code: code }) => code)).toEqual(['ONE']);
    expect(rest.json.next_cursor).toBeNull();
  });

  it('is filtered by what operators ask for', async () => {
    await link('item-a');
    await send({ item_id: 'item-a', webhook_code: 'ONE' });
    await send({ item_id: 'item-b', webhook_code: 'ONE' });
    await send({ item_id: 'item-b', webhook_code: 'TWO', webhook_type: 'ITEM' });
    await send({}, { 'plaid-verification': 'nonsense' });
    const integration = toPublicId('integration', app.tenant.integrationId);
    const hour = (offset: number) => new Date(Date.now() + offset * 3_600_000).toISOString();
    for (const [query, count] of [
      [`integration_heron_id=${integration}`, 4],
      ['item_id=item-b', 2],
      ['webhook_code=ONE', 2],
      ['webhook_type=ITEM', 1],
      ['verdict=rejected', 1],
      ['state=waiting', 1],
      ['state=unmatched&webhook_code=TWO', 1],
      [`received_min=${hour(-1)}`, 4],
      [`received_min=${hour(1)}`, 0],
      [`received_max=${hour(-1)}`, 0],
    ] as const)
      expect(await list(`?${query}`), query).toHaveLength(count);
    expect((await call('GET', '?verdict=maybe')).status).toBe(422);
  });

  it('is searched for text, and for what came twice or was not forwarded', async () => {
    await link('item-b');
    await send({ item_id: 'item-b', webhook_code: 'SYNC_UPDATES_AVAILABLE' });
    await send({ item_id: 'item-b', webhook_code: 'ERROR', note: 'the Café is 100% closed' });
    await send({ webhook_code: 'FOUR' }, { 'plaid-verification': 'nonsense' });
    const codes = async (query: string) => (await list(query)).map(({ webhook_code: code }) => code);
    expect(await codes('?q=sync_up')).toEqual(['SYNC_UPDATES_AVAILABLE']);
    expect(await codes('?q=ITEM-B')).toEqual(['ERROR', 'SYNC_UPDATES_AVAILABLE']);
    expect(await codes(`?q=${encodeURIComponent('Café is 100%')}`)).toEqual(['ERROR']);
    expect(await codes('?q=nowhere')).toEqual([]);
    expect(
      await list(`?q=${(await list('?verdict=rejected'))[0]!.rejection!.slice(0, 5).toUpperCase()}`),
    ).toHaveLength(1);
    expect(await codes('?redelivered=true')).toEqual([]);
    await app.deps.db('plaid_webhooks').where({ webhook_code: 'ERROR' }).update({ deliveries: 2 });
    expect(await codes('?redelivered=true')).toEqual(['ERROR']);
    await app.deps.db('plaid_webhooks').where({ webhook_code: 'ERROR' }).update({ forward_state: 'failed' });
    expect(await codes('?forward_state=failed')).toEqual(['ERROR']);
  });

  it('shows one with its bytes and headers, to its own organisation only', async () => {
    const body = await send();
    const [{ heron_id: id }] = (await list()) as [Webhook];
    const { json } = await call<{
      plaid_webhook: { body: string; body_base64: string; headers: Record<string, string> };
    }>('GET', `/${id}`);
    expect(json.plaid_webhook.body).toBe(body);
    expect(Buffer.from(json.plaid_webhook.body_base64, 'base64').toString()).toBe(body);
    expect(json.plaid_webhook.headers['plaid-verification']).toMatch(/^ey/);
    const { id: foreign } = await app.deps.organizations.ensure('Foreign');
    const foreignKey = await app.deps.apiKeys.create(foreign, 'test');
    expect((await call('GET', `/${id}`, undefined, foreignKey)).status).toBe(404);
    expect((await call('POST', `/${id}/replay`, {}, foreignKey)).status).toBe(404);
    expect((await call('GET', '/iwh_1111111111111111111111')).status).toBe(404);
  });
});

describe('a replay', () => {
  const replay = async (id: string, body: unknown = {}): Promise<Result> =>
    (await call<{ replay: Result }>('POST', `/${id}/replay`, body)).json.replay;

  it('makes a consumed webhook wait for a look again, and signals it once', async () => {
    const item = await link('item-a');
    await send({ item_id: 'item-a' });
    await consume(item);
    app.signalled.length = 0;
    const [{ heron_id: id }] = (await list()) as [Webhook];
    expect(await replay(id)).toEqual({
      heron_id: id,
      plaid_webhook_heron_id: id,
      outcome: 'replayed',
      forwarded: false,
    });
    expect(app.signalled).toEqual([`look/${item}`]);
    expect(await list()).toMatchObject([{ state: 'waiting', replays: 1 }]);
    const { rows } = await app.deps.db.raw<{ rows: [{ due: string }] }>(
      'select dirty_gen - synced_gen as due from item_sync where item_id = ?',
      [item],
    );
    expect(Number(rows[0].due)).toBe(1);
    // Outstanding already.
    await replay(id);
    expect(app.signalled).toEqual([`look/${item}`]);
  });

  it('matches webhooks to the Item that came later, and says so of those without one', async () => {
    await send({ item_id: 'item-c' });
    const [{ heron_id: id }] = (await list('?item_id=item-c')) as [Webhook];
    expect((await replay(id)).outcome).toBe('unmatched');
    const item = await link('item-c');
    await app.deps.db('plaid_webhooks').update({ item_id: null, gen: null });
    expect((await replay(id)).outcome).toBe('replayed');
    expect(await list('?item_id=item-c')).toMatchObject([{ state: 'waiting' }]);
    await app.deps.itemRemoval.remove(app.tenant.organizationId, item, {
      removedAtPlaid: false,
      erase: false,
    });
    expect((await replay(id)).outcome).toBe('stopped');
  });

  it('of a stopped Item forwards what it is asked to, and leaves the rest to a new link', async () => {
    const item = await link('item-d');
    await app.deps.itemRemoval.remove(app.tenant.organizationId, item, {
      removedAtPlaid: false,
      erase: false,
    });
    await send({ item_id: 'item-d' });
    // As it is until the sweep comes, when it came before the link.
    await app.deps.db('plaid_webhooks').update({ item_id: null, gen: null });
    const [{ heron_id: id }] = (await list('?item_id=item-d')) as [Webhook];
    expect(await replay(id, { forward: true })).toMatchObject({ outcome: 'stopped', forwarded: true });
    expect(await list('?item_id=item-d')).toMatchObject([{ state: 'unmatched', replays: 1 }]);
    await link('item-d');
    expect(await list('?item_id=item-d')).toMatchObject([{ state: 'waiting' }]);
    await consume(item);
    expect(await list('?item_id=item-d')).toMatchObject([{ state: 'consumed' }]);
  });

  it('of a superseded Item says that nothing is looked at', async () => {
    const [item, newer] = ['item-old', 'item-newer'];
    const [old, by] = [await link(item), await link(newer)];
    await send({ item_id: item });
    const [{ heron_id: id } = { heron_id: '' }] = await list(`?item_id=${item}`);
    await app.deps.db('items').where({ id: old }).update({ superseded_by: by });
    expect((await replay(id)).outcome).toBe('superseded');
    expect((await list(`?item_id=${item}`))[0]).toMatchObject({ replays: 0 });
    await app.deps.db('items').where({ id: old }).update({ superseded_by: null });
    expect((await replay(id)).outcome).toBe('replayed');
  });

  it('forwards again only when it is asked to', async () => {
    await link('item-a');
    await send({ item_id: 'item-a' });
    await app.deps.db('plaid_webhooks').update({ forward_state: 'sent' });
    const [{ heron_id: id }] = (await list('?item_id=item-a')) as [Webhook];
    app.signalled.length = 0;
    await replay(id);
    expect((await list())[0]!.forward.state).toBe('sent');
    expect((await replay(id, { forward: true })).forwarded).toBe(true);
    expect((await list())[0]!.forward.state).toBe('pending');
    expect(app.signalled.filter((each) => each.startsWith('forward/'))).toHaveLength(1);
  });

  it('does not call one forged of which only the beginning was kept', async () => {
    const body = plaidBody({ item_id: 'item-a', reason: 'x'.repeat(20_000) });
    await app.send(body, { 'plaid-verification': 'nonsense' });
    const [{ heron_id: id }] = (await list()) as [Webhook];
    const { json } = await call<{ plaid_webhook: { body_shortened: boolean } }>('GET', `/${id}`);
    expect(json.plaid_webhook.body_shortened).toBe(true);
    expect((await replay(id)).outcome).toBe('body_shortened');
  });

  it('never trusts a rejected one, but verifies it again', async () => {
    const item = await link('item-a');
    const forged = plaidBody({ item_id: 'item-a' });
    expect((await app.send(forged, { 'plaid-verification': 'nonsense' })).status).toBe(401);
    const [{ heron_id: id }] = (await list()) as [Webhook];
    await consume(item);
    expect((await replay(id)).outcome).toBe('still_rejected');
    expect(await list()).toMatchObject([{ verdict: 'rejected', replays: 0 }]);

    // The same, but it was the key that could not be matched, and now can.
    const late = plaidBody({ item_id: 'item-a' });
    const unknown = await app.keys.createKey();
    const verification = await signWebhook(late, { key: unknown });
    await app.deps.inbox.recordRejected({
      organizationId: app.tenant.organizationId,
      integrationId: app.tenant.integrationId,
      reason: 'key_unknown',
      body: Buffer.from(late),
      headers: { 'plaid-verification': verification },
    });
    const [{ heron_id: lateId }] = (await list()) as [Webhook];
    app.signalled.length = 0;
    const result = await replay(lateId);
    expect(app.signalled).toEqual([`look/${item}`]);
    expect(result).toMatchObject({ heron_id: lateId, outcome: 'replayed' });
    expect(result.plaid_webhook_heron_id).not.toBe(lateId);
    expect(await list('?state=waiting')).toMatchObject([{ item_id: 'item-a', verdict: 'verified' }]);
    expect(await list('?verdict=rejected')).toHaveLength(1);
  });

  it('says how many may be replayed at once', async () => {
    const { status, json } = await call<{ description: unknown }>('POST', '/replay', {
      ...{ limit: 501, heron_ids: [] },
    });
    expect({ status, json }).toMatchObject({
      status: 422,
      json: {
        description: {
          json: { limit: ['Must be between 1 and 500.'], heron_ids: ['Must name 1 to 500 webhooks.'] },
        },
      },
    });
  });

  it('of many takes the oldest that match, and looks at each Item once', async () => {
    const items = [await link('item-a'), await link('item-b')];
    for (let each = 0; each < 3; each++) {
      await send({ item_id: 'item-a' });
      await send({ item_id: 'item-b' });
    }
    await send({ item_id: 'item-b', webhook_code: 'ANOTHER' });
    for (const item of items) await consume(item);
    app.signalled.length = 0;
    const { status, json } = await call<{ replays: Result[] }>('POST', '/replay', {
      replay: { webhook_code: 'SYNC_UPDATES_AVAILABLE', limit: 5 },
    });
    expect(status).toBe(200);
    expect(json.replays.map(({ outcome }) => outcome)).toEqual(Array(5).fill('replayed'));
    expect([...app.signalled].sort()).toEqual(items.map((item) => `look/${item}`).sort());
    expect(await list('?state=waiting')).toHaveLength(5);
    expect((await call('POST', '/replay', {})).status).toBe(422);
    expect((await call('POST', '/replay', { limit: 501, item_id: 'item-a' })).status).toBe(422);
    const { json: named } = await call<{ replays: Result[] }>('POST', '/replay', {
      heron_ids: [json.replays[0]!.heron_id],
    });
    expect(named.replays).toHaveLength(1);
  });
});
