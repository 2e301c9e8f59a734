import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import type { linkAnswer } from '../../src/api/links/schema.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type TestApi,
  type TestIntegration,
} from '../support/api.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import { createSimulatorItem, type SimulatorItem } from '../support/simulator.js';

type LinkAnswer = z.output<typeof linkAnswer>;

let simulator: RunningSimulator;
let api: TestApi;
let integration: TestIntegration;
let item: SimulatorItem;

beforeAll(async () => {
  simulator = await startSimulator();
  api = await createTestApi({ plaidUrl: simulator.url });
  integration = await createSimulatorIntegration(api, simulator.url);
});
afterAll(async () => {
  await api.close();
  await simulator.close();
});
beforeEach(async () => {
  item = await createSimulatorItem(simulator.url, { webhook: 'https://integrator.example/plaid' });
});

const post = () =>
  api.call<LinkAnswer>('POST', integration.linkPath, {
    body: { item_id: item.itemId, access_token: item.accessToken, end_user_id: 'someone' },
  });
const adopt = <T = LinkAnswer>(key = api.key) =>
  api.call<T>('POST', `${integration.linkPath}/${item.itemId}/adopt_webhook`, { key });

describe('a link whose webhooks go elsewhere', () => {
  it('says so, adopts them, and says that they come here', async () => {
    const linked = await post();
    expect(linked.json.link).toMatchObject({
      webhook_delivery: 'elsewhere',
      plaid_webhook_url: 'https://integrator.example/plaid',
      webhook_message: expect.stringContaining('adopt_webhook') as string,
    });
    const adopted = await adopt();
    expect(adopted.status).toBe(200);
    expect(adopted.json.link).toMatchObject({
      webhook_delivery: 'direct',
      webhook_message: null,
      plaid_webhook_url: `https://ardea.example/webhooks/plaid/${integration.id}`,
    });
    expect((await adopt()).json.link.webhook_delivery).toBe('direct');
  });

  it("is told Plaid's reason when Plaid refuses", async () => {
    await post();
    const { id } = await api.deps
      .db('items')
      .where({ plaid_item_id: item.itemId })
      .first<{ id: string }>('id');
    await api.deps
      .plaid({ baseUrl: simulator.url, ...DEFAULT_CLIENT })
      .removeItem(item.accessToken, { timeoutMs: 2_000 });
    const refused = await adopt<{ error: string; description: string }>();
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({
      error: 'plaid.webhook_refused',
      description: expect.stringMatching(/\[[A-Z_]+\]/) as string,
    });
    expect(refused.text).not.toContain(item.accessToken);
    await api.deps.itemRemoval.remove(api.organizationId, id, { removedAtPlaid: true, erase: true });
    expect((await adopt<{ error: string }>()).json.error).toBe('link.not_syncing');
  });

  it('does not take another URL', async () => {
    await post();
    const refused = await api.call('POST', `${integration.linkPath}/${item.itemId}/adopt_webhook`, {
      body: { webhook_url: 'https://integrator.example/plaid' },
    });
    expect(refused.status).toBe(422);
    expect(refused.json.description).toEqual({ json: { webhook_url: ['Unknown parameter.'] } });
  });

  it("is not another organisation's", async () => {
    await post();
    expect((await adopt(api.foreignKey)).status).toBe(404);
  });
});

it('answers 502 when Plaid does not answer', async () => {
  await post();
  const unreachable = 'http://127.0.0.1:9';
  await api.deps.db('integrations').update({ base_url: unreachable });
  try {
    const answer = await adopt<{ error: string }>();
    expect(answer.status).toBe(502);
    expect(answer.json.error).toBe('plaid.webhook_unconfirmed');
  } finally {
    await api.deps.db('integrations').update({ base_url: simulator.url });
  }
});
