import type { z } from 'zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSimulator, DEFAULT_CLIENT, type Simulator } from '../../simulator/create-simulator.js';
import type { integrationAnswer } from '../../src/api/integrations/schema.js';
import type { linkAnswer, linksAnswer } from '../../src/api/links/schema.js';
import { fromPublicId } from '../../src/domain/ids.js';
import { createSimulatorIntegration, createTestApi, type TestApi } from '../support/api.js';
import { createSimulatorItem, steerSimulator } from '../support/simulator.js';

type Integration = z.output<typeof integrationAnswer>;
type Links = z.output<typeof linksAnswer>;

let api: TestApi;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await createSimulator();
  api = await createTestApi({ plaidUrl: simulator.url, settings: { PLAID_CHECK_TIMEOUT: '5s' } });
});
afterAll(async () => {
  await api?.close();
  await simulator?.close();
});

const post = async (linkPath: string) => {
  const { itemId, accessToken } = await createSimulatorItem(simulator.url);
  const answer = await api.call('POST', linkPath, {
    body: { item_id: itemId, access_token: accessToken, end_user_id: 'acme' },
  });
  return { itemId, answer };
};

it('a secret that Plaid refuses shows on the integration and all its links, until a corrected one comes', async () => {
  const { id, linkPath } = await createSimulatorIntegration(api, simulator.url);
  const show = async () => (await api.call<Integration>('GET', `/api/integrations/${id}`)).json.integration;
  const links = async () => (await api.call<Links>('GET', linkPath)).json.links;
  const first = await post(linkPath);
  expect(first.answer.status).toBe(201);
  expect((await post(linkPath)).answer.status).toBe(201);
  expect(await show()).toMatchObject({ paused_since: null, pause_message: null, keys_status: 'valid' });

  // Rotated at Plaid, and nobody told Ardea.
  await steerSimulator(simulator.url, 'PUT', `/clients/${DEFAULT_CLIENT.clientId}`, { secret: 'rotated' });
  const refused = await post(linkPath);
  expect(refused.answer).toMatchObject({ status: 422, json: { error: 'integration.keys_rejected' } });
  const paused = await show();
  expect(paused).toMatchObject({ keys_status: 'invalid' });
  expect(paused.pause_message).toMatch(/^\[INVALID_API_KEYS\] ./);
  for (const link of await links()) {
    expect(link).toMatchObject({
      status: 'erroring',
      action: 'fix_keys',
      status_message: paused.pause_message,
      status_since: paused.paused_since,
    });
  }
  const one = await api.call<z.output<typeof linkAnswer>>('GET', `${linkPath}/${first.itemId}`);
  expect(one.json.link.status).toBe('erroring');

  // A wish of the user stands before the pause.
  await api.call('POST', `${linkPath}/${first.itemId}/pause`);
  expect((await links()).find(({ item_id }) => item_id === first.itemId)).toMatchObject({
    status: 'sync_disabled',
    action: null,
  });
  await api.call('POST', `${linkPath}/${first.itemId}/resume`);

  const change = (client_secret: string) =>
    api.call<Integration>('PUT', `/api/integrations/${id}`, { body: { client_secret } });
  expect((await change('wrong again')).status).toBe(422);
  expect((await show()).paused_since).toBe(paused.paused_since);
  await api.deps.db('item_sync').update({ signalled_at: null });
  const corrected = await change('rotated');
  expect(corrected.json.integration).toMatchObject({
    paused_since: null,
    pause_message: null,
    keys_status: 'valid',
  });
  for (const link of await links()) expect(link).toMatchObject({ status: 'pending', action: null });
  const owed = await api.deps
    .db('item_sync as s')
    .join('items as i', 'i.id', 's.item_id')
    .where('i.integration_id', fromPublicId('integration', id))
    .whereNotNull('s.signalled_at');
  expect(owed).toHaveLength(2);
});
