import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { z } from 'zod';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import type { linkAnswer } from '../../src/api/links/schema.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type ErrorAnswer,
  type TestAnswer,
  type TestApi,
} from '../support/api.js';
import { createSimulatorItem, steerSimulator } from '../support/simulator.js';

/** So little that each endpoint has one call at once, and the next one a minute later. */
const HARDLY_ANY = '0.001';

let api: TestApi;
let simulator: Simulator;
let linkPath: string;

beforeAll(async () => {
  simulator = await createSimulator();
  api = await createTestApi({ plaidUrl: simulator.url, settings: { PLAID_RATE_SCALE: HARDLY_ANY } });
  ({ linkPath } = await createSimulatorIntegration(api, simulator.url));
});
afterAll(async () => {
  await api?.close();
  await simulator?.close();
});
beforeEach(async () => {
  await api.deps.db('rate_buckets').delete();
  await steerSimulator(simulator.url, 'PUT', '/rate-limits', {});
});

const post = async () => {
  const { itemId, accessToken } = await createSimulatorItem(simulator.url);
  const body = { item_id: itemId, access_token: accessToken, end_user_id: 'acme' };
  expect((await api.call('POST', linkPath, { body })).status).toBe(201);
  return { itemId, accessToken };
};
const linkOf = async (itemId: string) =>
  (await api.call<z.output<typeof linkAnswer>>('GET', `${linkPath}/${itemId}`)).json.link;
const requestsTo = async (endpoint: string): Promise<number> => {
  const { endpoints } = (await steerSimulator(simulator.url, 'GET', '/rate-limits')) as {
    endpoints: Record<string, { requests: number }>;
  };
  return endpoints[endpoint]?.requests ?? 0;
};
const expectBusy = ({ status, headers, json }: TestAnswer<ErrorAnswer>, error: string): void => {
  expect([status, json]).toMatchObject([503, { code: 503, error }]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(2);
  expect(Number(headers.get('retry-after'))).toBeLessThan(61);
};

it('a removal at Plaid that the budget denies answers 503 with its turn, and changes nothing', async () => {
  const [first, second] = [await post(), await post()];
  const remove = (itemId: string) => api.call('DELETE', `${linkPath}/${itemId}?remove_at_plaid=true`);
  expect((await remove(first.itemId)).status).toBe(204);
  const before = await linkOf(second.itemId);
  const denied = await remove(second.itemId);
  expectBusy(denied, 'plaid.rate_budget');
  expect(denied.json.description).toMatch(/Plaid was not asked, nothing was changed/);
  expect(await linkOf(second.itemId)).toEqual(before);
  expect(await requestsTo('/item/remove')).toBe(1);

  const { text } = await api.call('GET', '/metrics', { key: null });
  expect(text).toContain(
    'ardea_plaid_rate_denials_total{scope="client",priority="fresh",endpoint="/item/remove"} 1',
  );

  await api.deps.db('rate_buckets').delete();
  expect((await remove(second.itemId)).status).toBe(204);
});

it('a new token that cannot be checked for want of budget answers 503, a first link is taken unchecked', async () => {
  const { itemId } = await post();
  await api.deps.db('items').where({ plaid_item_id: itemId }).update({ health: 'active' });
  // The budget of /item/get is spent by now.
  const other = await post();
  expect(await requestsTo('/item/get')).toBe(1);
  expect(await linkOf(other.itemId)).toMatchObject({ status: 'pending' });
  const answer = await api.call('PUT', `/api/integration_links/${itemId}`, {
    body: { end_user: { access_token: 'access-sandbox-another' } },
  });
  expectBusy(answer, 'link.token_unconfirmed');
  expect(await linkOf(itemId)).toMatchObject({ status: 'active' });
});
