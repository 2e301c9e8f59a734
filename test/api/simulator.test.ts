import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { actionAnswer, simulatorAnswer } from '../../src/api/simulator-panel/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createSimulatorIntegration, createTestApi, type TestApi } from '../support/api.js';
import { engineOf } from '../support/api-engine.js';
import { putIntegration } from '../support/transactions.js';

let simulator: RunningSimulator;
let api: TestApi;
let integrationId: string;

beforeAll(async () => {
  simulator = await startSimulator();
  api = await createTestApi({
    plaidUrl: simulator.url,
    settings: { SIMULATOR_CONTROL_URL: `${simulator.url}/`, PUBLIC_URL: 'http://127.0.0.1:1' },
  });
  integrationId = (await createSimulatorIntegration(api, simulator.url)).id;
});
afterAll(async () => {
  await api.close();
  await simulator.close();
});

type Result = z.output<typeof actionAnswer>['result'];
const path = (id = integrationId) => `/api/integrations/${id}/simulator`;
const act = async (action: string, body: object = {}): Promise<Result> => {
  const { status, json, text } = await api.call<z.output<typeof actionAnswer>>(
    'POST',
    `${path()}/${action}`,
    { body },
  );
  expect(status, text).toBe(200);
  expect(text).not.toContain('access-');
  return json.result;
};
const panel = async (id = integrationId) =>
  (await api.call<z.output<typeof simulatorAnswer>>('GET', path(id))).json.simulator;

it('goes through the life of an Item', async () => {
  const { link } = await act('link_item', { end_user_id: 'acme', end_user_name: 'Acme', ready: true });
  const item_id = link!.item_id;
  expect(link).toMatchObject({ status: 'pending' });
  const { look } = engineOf(api, integrationId);
  const { id } = await api.deps.db('items').where({ plaid_item_id: item_id }).first<{ id: string }>('id');
  await look(id, 'full');
  const statusOf = async () =>
    (await api.call<{ item: { status: string } }>('GET', `/api/items/${item_id}`)).json.item.status;
  expect(await statusOf()).toBe('active');

  const spent = await act('spend', { item_id, amount: '12.34', name: 'Blue Bottle' });
  expect(spent.transactions).toMatchObject([{ name: 'Blue Bottle' }]);
  expect((await act('post', { item_id })).transactions.length).toBeGreaterThan(0);
  await act('refresh', { item_id });
  await act('history', { item_id, count: 10 });
  await act('webhook', { item_id, webhook_type: 'TRANSACTIONS', webhook_code: 'SYNC_UPDATES_AVAILABLE' });
  await act('break', { item_id });
  await act('repair', { item_id });
  const again = await act('relink', { item_id });
  expect(again.link).toMatchObject({ end_user_heron_id: link!.end_user_heron_id });
  await act('revoke', { item_id });
});

it('switches faults on and off, of its own client only', async () => {
  const { fault_kinds: kinds } = await panel();
  expect(kinds.find(({ kind }) => kind === 'rate_limited')).toMatchObject({
    acts_as: 'fault',
    default_times: 1,
    params: [
      { name: 'retry_after', type: 'number', required: false, values: null, default: null },
      { name: 'retry_after_as', values: ['seconds', 'http_date'], default: 'seconds' },
    ],
  });
  expect(kinds.find(({ kind }) => kind === 'notice')).toMatchObject({ acts_as: 'incident' });
  await fetch(`${simulator.url}/simulator/clients/somebody_else`, { method: 'PUT', body: '{"secret": "x"}' });
  await fetch(`${simulator.url}/simulator/faults`, {
    method: 'POST',
    body: '{"kind": "latency", "client_id": "somebody_else", "times": null}',
  });
  const { link } = await act('link_item', { end_user_id: 'faulty' });
  await act('fault', {
    kind: 'rate_limited',
    params: { retry_after: 7, item_id: 'of-somebody', client_id: 'x' },
    times: 3,
  });
  await act('fault', { kind: 'internal_error', item_id: link!.item_id });
  expect((await panel()).faults).toMatchObject([
    { kind: 'rate_limited', item_id: null, fired: 0, times: 3 },
    { kind: 'internal_error', item_id: link!.item_id, fired: 0, times: 1 },
  ]);
  expect((await act('clear_faults')).message).toContain('2');
  expect((await panel()).faults).toEqual([]);
  await act('advance_clock', { by: '1m' });
});

it('passes on what the simulator refuses, and refuses what is not there', async () => {
  const { json, status } = await api.call('POST', `${path()}/fault`, { body: { kind: 'none_such' } });
  expect([status, json.error]).toEqual([422, 'simulator.refused']);
  const unknown = await api.call('POST', `${path()}/break`, { body: { item_id: 'none' } });
  expect([unknown.status, unknown.json.error]).toEqual([404, 'link.not_found']);
  expect((await api.call('POST', `${path()}/explode`, { body: {} })).status).toBe(404);
  expect((await api.call('GET', path(), { key: api.foreignKey })).status).toBe(404);
  expect((await api.call('POST', `${path()}/clear_faults`, { key: api.foreignKey })).status).toBe(404);
});

it("is there for the simulator's integrations only", async () => {
  const real = toPublicId('integration', await putIntegration(api.deps, api.organizationId));
  expect(await panel(real)).toMatchObject({ available: false, actions: [] });
  const { status, json } = await api.call('POST', `${path(real)}/clear_faults`);
  expect([status, json.error]).toEqual([409, 'simulator.absent']);
});
