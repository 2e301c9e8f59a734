import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/port.js';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import type { endUserAnswer } from '../../src/api/end-users/schema.js';
import type { integrationLinkAnswer, linkAnswer, linksAnswer } from '../../src/api/links/schema.js';
import { createSimulatorItem, steerSimulator, type SimulatorItem } from '../support/simulator.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type TestApi,
  type TestAnswer,
  type TestIntegration,
} from '../support/api.js';

type One = z.output<typeof linkAnswer>;
type Many = z.output<typeof linksAnswer>;

let api: TestApi;
let simulator: Simulator;
let deadUrl: string;
let integration: TestIntegration;
let item: SimulatorItem;

beforeAll(async () => {
  simulator = await createSimulator();
  deadUrl = `http://127.0.0.1:${await freePort()}`;
  api = await createTestApi({
    plaidUrl: `${simulator.url},${deadUrl}`,
    settings: { PLAID_CHECK_TIMEOUT: '2s' },
  });
  integration = await createSimulatorIntegration(api, simulator.url);
});

beforeEach(async () => {
  item = await createSimulatorItem(simulator.url);
});

afterAll(async () => {
  await api?.close();
  await simulator?.close();
});

const post = <T = One>(body: Record<string, unknown>, path = integration.linkPath): Promise<TestAnswer<T>> =>
  api.call<T>('POST', path, { body });
const linkBody = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  item_id: item.itemId,
  access_token: item.accessToken,
  end_user_id: 'acme',
  ...changes,
});
const one = (): string => `${integration.linkPath}/${item.itemId}`;
const stored = async (): Promise<Record<string, unknown>> => {
  const row: unknown = await api.deps
    .db('items as i')
    .join('item_sync as s', 's.item_id', 'i.id')
    .where({ plaid_item_id: item.itemId })
    .first();
  return row as Record<string, unknown>;
};

describe('the link URL', () => {
  it('links an Item, creates its end user, keeps the token sealed, marks it dirty', async () => {
    const { status, json, text } = await post(linkBody({ end_user_name: 'Acme Coffee Roasters' }));
    expect(status).toBe(201);
    expect(json.link).toMatchObject({
      item_id: item.itemId,
      type: 'plaid_integration',
      status: 'pending',
      history: 'pending',
      action: null,
      last_successful_sync: null,
    });
    expect(json.link.data_source_heron_id).toMatch(/^dso_/);
    expect(json.link.institution.institution_id).toMatch(/^ins_/);
    expect(text).not.toContain(item.accessToken);
    const row = await stored();
    expect(String(row.access_token_ciphertext)).not.toContain(item.accessToken);
    expect(row).toMatchObject({ dirty_gen: '1', signalled_gen: '1' });
    const endUser = await api.call<z.output<typeof endUserAnswer>>('GET', '/api/end_users/acme');
    expect(endUser.json.end_user.name).toBe('Acme Coffee Roasters');
  });

  it('takes the wrapped body too', async () => {
    expect((await post({ link: linkBody() })).status).toBe(201);
  });

  it('is idempotent', async () => {
    const first = await post(linkBody());
    const second = await post(linkBody());
    expect(second.status).toBe(201);
    expect(second.json.link.data_source_heron_id).toBe(first.json.link.data_source_heron_id);
    const { links } = (await api.call<Many>('GET', integration.linkPath)).json;
    expect(links.filter((link) => link.item_id === item.itemId)).toHaveLength(1);
  });

  it('revives a link that was deleted', async () => {
    await post(linkBody());
    await api.call('DELETE', one());
    expect((await api.call<One>('GET', one())).json.link).toMatchObject({
      status: 'sync_disabled',
      desired_state: 'disabled',
    });
    expect((await post(linkBody())).json.link).toMatchObject({ status: 'pending', desired_state: 'active' });
  });

  it('reports all invalid fields at once', async () => {
    const { status, json } = await api.call('POST', integration.linkPath, {
      body: { item_id: '', end_user_id: 'x'.repeat(141), end_user_name: 5 },
    });
    expect(status).toBe(422);
    expect(json.error).toBe('request.invalid');
    expect(Object.keys(json.description.json).sort()).toEqual([
      'access_token',
      'end_user_id',
      'end_user_name',
      'item_id',
    ]);
  });

  it.each([
    ['item_id', (): object => ({ item_id: 'another-item' })],
    ['access_token', (): object => ({ access_token: 'access-sandbox-00000000-0000-4000-8000-000000000001' })],
    [
      'access_token',
      (): object => ({ access_token: 'access-production-00000000-0000-4000-8000-000000000001' }),
    ],
  ])('names %s when it does not fit', async (field, changes) => {
    const { status, json } = await api.call('POST', integration.linkPath, {
      body: { ...linkBody(), ...changes() },
    });
    expect(status).toBe(422);
    expect(json.error).toBe('link.token_mismatch');
    expect(Object.keys(json.description.json)).toEqual([field]);
    expect(JSON.stringify(json)).not.toContain('access-');
  });

  it('accepts an Item that is in error at Plaid', async () => {
    await steerSimulator(simulator.url, 'POST', `/items/${item.itemId}/break`, { silent: true });
    expect((await post(linkBody())).status).toBe(201);
  });

  it('accepts while Plaid is down, to be checked later', async () => {
    const dead = await createSimulatorIntegration(api, deadUrl);
    const { status, json } = await post(linkBody(), dead.linkPath);
    expect(status).toBe(201);
    expect(json.link.institution).toEqual({ institution_id: null, name: null });
  });

  it('answers 409 when the Item belongs to another end user', async () => {
    await post(linkBody());
    const { status, json } = await post<{ error: string }>(linkBody({ end_user_id: 'somebody-else' }));
    expect([status, json.error]).toEqual([409, 'link.other_end_user']);
    expect((await api.call('GET', '/api/end_users/somebody-else')).status).toBe(404);
  });

  it('says when the keys of the integration are refused', async () => {
    const other = await createSimulatorIntegration(api, simulator.url);
    // As if the secret had been rotated in the Plaid dashboard meanwhile.
    const [row] = (await api.deps.integrations.list(api.organizationId)).slice(-1);
    await api.deps.integrations.update(api.organizationId, row!.id, { clientSecret: 'rotated' });
    const { status, json } = await post<{ error: string }>(linkBody(), other.linkPath);
    expect([status, json.error]).toEqual([422, 'integration.keys_rejected']);
    expect((await api.deps.integrations.find(api.organizationId, row!.id))?.keys_status).toBe('invalid');
  });

  it('needs a key of the own organisation', async () => {
    const body = linkBody();
    expect((await api.call('POST', integration.linkPath, { key: null, body })).status).toBe(401);
    expect((await api.call('POST', integration.linkPath, { key: api.foreignKey, body })).status).toBe(404);
  });
});

describe('reading links', () => {
  it('lists by integration, by end user, and gets one', async () => {
    await post(linkBody({ end_user_id: 'reader' }));
    const ofEndUser = await api.call<Many>('GET', '/api/end_users/reader/integration_links');
    expect(ofEndUser.json.links.map((link) => link.item_id)).toEqual([item.itemId]);
    const filtered = await api.call<Many>('GET', `${integration.linkPath}?end_user_id_or_heron_id=reader`);
    expect(filtered.json.links.map((link) => link.item_id)).toEqual([item.itemId]);
    const heronId = ofEndUser.json.links[0]!.end_user_heron_id;
    const byHeronId = await api.call<Many>('GET', `/api/end_users/${heronId}/integration_links`);
    expect(byHeronId.json).toEqual(ofEndUser.json);
    expect((await api.call<One>('GET', one())).json.link.item_id).toBe(item.itemId);
  });

  it('answers 404 to another organisation and to unknown ones', async () => {
    await post(linkBody());
    const foreign = { key: api.foreignKey };
    for (const [method, path] of [
      ['GET', integration.linkPath],
      ['GET', one()],
      ['DELETE', one()],
      ['POST', `${one()}/refresh`],
      ['POST', `${one()}/pause`],
      ['POST', `${one()}/resume`],
      ['GET', '/api/end_users/acme/integration_links'],
      ['DELETE', `${integration.linkPath}?end_user_id_or_heron_id=acme`],
    ] as const) {
      expect((await api.call(method, path, foreign)).status, `${method} ${path}`).toBe(404);
      expect((await api.call(method, path, { key: null })).status, `${method} ${path}`).toBe(401);
    }
    const put = await api.call('PUT', `/api/integration_links/${item.itemId}`, {
      ...foreign,
      body: { access_token: item.accessToken },
    });
    expect([put.status, put.json.error]).toEqual([404, 'link.not_found']);
    const unknown = await api.call('GET', `${integration.linkPath}/unknown`);
    expect([unknown.status, unknown.json.error]).toEqual([404, 'link.not_found']);
    expect((await stored()).desired_state).toBe('active');
  });
});

describe('the status of a link', () => {
  it("gives Plaid's code and message in the form of the contract", async () => {
    await post(linkBody());
    expect((await api.call<One>('GET', one())).json.link.status_message).toBeNull();
    await api.deps.db('items').where({ plaid_item_id: item.itemId }).update({
      health: 'erroring',
      status_code: 'ITEM_LOGIN_REQUIRED',
      status_message: 'the login has changed',
    });
    expect((await api.call<One>('GET', one())).json.link).toMatchObject({
      status: 'erroring',
      status_message: '[ITEM_LOGIN_REQUIRED] the login has changed',
    });
  });
});

describe('refresh, pause, resume', () => {
  it('asks for a sync now', async () => {
    await post(linkBody());
    expect((await api.call<One>('POST', `${one()}/refresh`)).status).toBe(200);
    expect(await stored()).toMatchObject({ dirty_gen: '2' });
  });

  it('pauses and resumes, and refuses to refresh meanwhile', async () => {
    await post(linkBody());
    expect((await api.call<One>('POST', `${one()}/pause`)).json.link).toMatchObject({
      status: 'sync_disabled',
      desired_state: 'paused',
    });
    const refused = await api.call('POST', `${one()}/refresh`);
    expect([refused.status, refused.json.error]).toEqual([409, 'link.not_syncing']);
    expect((await api.call<One>('POST', `${one()}/pause`)).status).toBe(200);
    expect((await api.call<One>('POST', `${one()}/resume`)).json.link.status).toBe('pending');
  });

  it('does not resume what was deleted: that takes a new link', async () => {
    await post(linkBody());
    await api.call('DELETE', one());
    for (const action of ['pause', 'resume', 'refresh']) {
      expect((await api.call('POST', `${one()}/${action}`)).status, action).toBe(409);
    }
  });
});

describe('PUT /api/integration_links/{item_id}', () => {
  it('takes a new token in the wrapper of the contract', async () => {
    await post(linkBody());
    const before = await stored();
    const { status, json } = await api.call<z.output<typeof integrationLinkAnswer>>(
      'PUT',
      `/api/integration_links/${item.itemId}`,
      { body: { end_user: { access_token: item.accessToken } } },
    );
    expect(status).toBe(200);
    expect(json.integration_link.item_id).toBe(item.itemId);
    expect(Number((await stored()).sync_version)).toBe(Number(before.sync_version) + 1);
  });

  it('finds the link of the integration that still exists', async () => {
    await post(linkBody());
    const deleted = await createSimulatorIntegration(api, simulator.url);
    await post(linkBody(), deleted.linkPath);
    await api.call('DELETE', `/api/integrations/${deleted.id}?force=true`);
    const { status, json } = await api.call<z.output<typeof integrationLinkAnswer>>(
      'PUT',
      `/api/integration_links/${item.itemId}`,
      { body: { access_token: item.accessToken } },
    );
    expect([status, json.integration_link.integration_heron_id]).toEqual([200, integration.id]);
  });

  it('refuses a token of another Item', async () => {
    await post(linkBody());
    const other = await createSimulatorItem(simulator.url);
    const { status, json } = await api.call('PUT', `/api/integration_links/${item.itemId}`, {
      body: { access_token: other.accessToken },
    });
    expect([status, Object.keys(json.description.json)]).toEqual([422, ['item_id']]);
    const missing = await api.call('PUT', `/api/integration_links/${item.itemId}`, { body: {} });
    expect(missing.json.description.json).toEqual({ access_token: ['Missing data for required field.'] });
  });
});

describe('DELETE', () => {
  it('stops one link, again and again', async () => {
    await post(linkBody());
    expect((await api.call('DELETE', one())).status).toBe(204);
    expect((await api.call('DELETE', one())).status).toBe(204);
    expect((await stored()).desired_state).toBe('disabled');
    expect((await api.call('DELETE', `${integration.linkPath}/unknown`)).status).toBe(404);
  });

  it('stops all links of an end user and of no other', async () => {
    await post(linkBody({ end_user_id: 'leaver' }));
    const other = await createSimulatorItem(simulator.url);
    await post(linkBody({ item_id: other.itemId, access_token: other.accessToken, end_user_id: 'stayer' }));
    const path = `${integration.linkPath}?end_user_id_or_heron_id=leaver`;
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await stored()).desired_state).toBe('disabled');
    const stayer = await api.call<Many>('GET', '/api/end_users/stayer/integration_links');
    expect(stayer.json.links[0]!.status).toBe('pending');
    expect((await api.call('DELETE', integration.linkPath)).status).toBe(422);
  });

  it('removes the Item at Plaid, once', async () => {
    await post(linkBody());
    expect((await api.call('DELETE', `${one()}?remove_at_plaid=true`)).status).toBe(204);
    expect((await api.call('DELETE', `${one()}?remove_at_plaid=true`)).status).toBe(204);
    expect((await api.call<One>('GET', one())).json.link.status).toBe('deleted_in_plaid');
    const again = await api.call('POST', integration.linkPath, { body: linkBody() });
    expect([again.status, again.json.error]).toEqual([422, 'link.token_mismatch']);
  });

  it('changes nothing when Plaid does not confirm the removal', async () => {
    const dead = await createSimulatorIntegration(api, deadUrl);
    await post(linkBody(), dead.linkPath);
    const path = `${dead.linkPath}/${item.itemId}`;
    const { status, json } = await api.call('DELETE', `${path}?remove_at_plaid=true&erase=true`);
    expect([status, json.error]).toEqual([502, 'plaid.removal_unconfirmed']);
    expect((await api.call<One>('GET', path)).json.link.status).toBe('pending');
  });

  it('deletes an integration only by force while it has live links', async () => {
    const other = await createSimulatorIntegration(api, simulator.url);
    await post(linkBody(), other.linkPath);
    const path = `/api/integrations/${other.id}`;
    const refused = await api.call('DELETE', path);
    expect([refused.status, refused.json.error]).toEqual([409, 'integration.in_use']);
    expect((await api.call('DELETE', `${path}?force=true`)).status).toBe(204);
    expect((await stored()).desired_state).toBe('disabled');
    expect((await api.call('POST', other.linkPath, { body: linkBody() })).status).toBe(404);
  });
});
