import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { integrationProgressAnswer } from '../../src/api/integrations/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem } from '../support/transactions.js';

let api: TestApi;
let integrationId: string;

beforeAll(async () => {
  api = await createTestApi();
  integrationId = await putIntegration(api.deps, api.organizationId);
});
afterAll(() => api.close());

const path = () => `/api/integrations/${toPublicId('integration', integrationId)}/progress`;
const progress = async () =>
  (await api.call<z.output<typeof integrationProgressAnswer>>('GET', path())).json.progress;

const insertWebhook = (verdict: string, rejection: string | null) =>
  api.deps.db.raw(
    `insert into plaid_webhooks (organization_id, integration_id, verdict, rejection, body, headers)
     values (?, ?, ?, ?, '{}', '{}')`,
    [api.organizationId, integrationId, verdict, rejection],
  );

it('turns green step by step, and says what ails', async () => {
  expect(await progress()).toMatchObject({
    health: 'waiting',
    first_link_at: null,
    first_verified_webhook_at: null,
    first_sync_at: null,
    rejected_webhooks: { count: 0, last_at: null, last_reason: null },
    items: { total: 0 },
  });
  await insertWebhook('rejected', 'the signature is wrong');
  expect(await progress()).toMatchObject({
    first_verified_webhook_at: null,
    rejected_webhooks: {
      count: 1,
      last_at: expect.any(String) as string,
      last_reason: 'the signature is wrong',
    },
  });
  const item = await putItem(api.deps.db, {
    organizationId: api.organizationId,
    integrationId,
    endUserId: 'acme',
  });
  await insertWebhook('verified', null);
  const linked = await progress();
  expect(linked).toMatchObject({
    health: 'ok',
    first_sync_at: null,
    items: { total: 1, by_status: { active: 1 } },
  });
  expect(linked.first_link_at).not.toBeNull();
  expect(linked.first_verified_webhook_at).not.toBeNull();
  const { db } = api.deps;
  await db('items').where({ id: item.id }).update({ last_successful_sync_at: new Date() });
  expect((await progress()).first_sync_at).not.toBeNull();
  await db('items').where({ id: item.id }).update({ health: 'erroring', action: 'update_mode' });
  expect((await progress()).health).toBe('attention');
  await db('integrations').where({ id: integrationId }).update({ keys_status: 'invalid' });
  expect((await progress()).health).toBe('keys_rejected');
  await db('integrations')
    .where({ id: integrationId })
    .update({ paused_since: new Date(), pause_code: 'INVALID_API_KEYS' });
  expect((await progress()).health).toBe('paused');
});

it("is not shown of another organisation's", async () => {
  expect((await api.call('GET', path(), { key: api.foreignKey })).status).toBe(404);
});
