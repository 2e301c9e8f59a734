import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { syncRunsAnswer } from '../../src/api/sync-runs/schema.js';
import { startSimulator, type RunningSimulator } from '../simulator/support/sdk.js';
import {
  createSimulatorIntegration,
  createTestApi,
  type TestApi,
  type TestIntegration,
} from '../support/api.js';
import { createSimulatorItem } from '../support/simulator.js';

let simulator: RunningSimulator;
let api: TestApi;
let integration: TestIntegration;
let path: string;

beforeAll(async () => {
  simulator = await startSimulator();
  api = await createTestApi({ plaidUrl: simulator.url });
  integration = await createSimulatorIntegration(api, simulator.url);
  const { itemId, accessToken } = await createSimulatorItem(simulator.url);
  const { status } = await api.call('POST', integration.linkPath, {
    body: { item_id: itemId, access_token: accessToken, end_user_id: 'someone' },
  });
  expect(status).toBe(201);
  path = `${integration.linkPath}/${itemId}/sync_runs`;
  const { id } = await api.deps.db('items').where({ plaid_item_id: itemId }).first<{ id: string }>('id');
  for (const minute of [1, 2, 3])
    await api.deps.syncRuns.record({
      organizationId: api.organizationId,
      itemId: id,
      kind: 'update',
      outcome: 'failed',
      startedAt: new Date(Date.UTC(2026, 10, 23, 12, minute)),
      pages: minute,
      restarts: 0,
      errorCode: 'INTERNAL_SERVER_ERROR',
      errorMessage: 'an unexpected error occurred',
      requestId: `request-${minute}`,
    });
});
afterAll(async () => {
  await api.close();
  await simulator.close();
});

type Runs = z.output<typeof syncRunsAnswer>;

it('lists what Plaid was asked and what came of it, newest first', async () => {
  const { status, json } = await api.call<Runs>('GET', `${path}?limit=2`);
  expect(status).toBe(200);
  expect(json.sync_runs.map((run) => run.plaid_request_id)).toEqual(['request-3', 'request-2']);
  expect(json.sync_runs[0]).toMatchObject({
    kind: 'update',
    outcome: 'failed',
    started: '2026-11-23T12:03:00.000Z',
    pages: 3,
    error_code: 'INTERNAL_SERVER_ERROR',
    error_message: 'an unexpected error occurred',
  });
  const rest = await api.call<Runs>('GET', `${path}?limit=2&cursor=${json.next_cursor}`);
  expect(rest.json.sync_runs.map((run) => run.plaid_request_id)).toEqual(['request-1']);
  expect(rest.json.next_cursor).toBeNull();
});

it('refuses a cursor that it never gave', async () => {
  for (const cursor of ['nonsense', 'MQ', Buffer.from('1.2').toString('base64url')])
    expect((await api.call('GET', `${path}?cursor=${cursor}`)).status).toBe(422);
});

it("does not show another organisation's", async () => {
  expect((await api.call('GET', path, { key: api.foreignKey })).status).toBe(404);
});
