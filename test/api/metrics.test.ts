import { readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiMetrics } from '../../src/api/metrics/api-metrics.js';
import { WEBHOOK_DELIVERIES } from '../../src/api/links/webhook-delivery.js';
import { ATTENTION_CODES } from '../../src/domain/attention.js';
import { ITEM_ACTIONS, LINK_STATUSES } from '../../src/domain/item-status.js';
import { SYNC_RUN_OUTCOMES } from '../../src/domain/sync-run.js';
import { CLASSIFIED_CODES } from '../../src/plaid/error-table.js';
import { createWorkerMetrics } from '../../src/worker/metrics.js';
import { createTestApi, type TestApi } from '../support/api.js';

const TOKEN = 'a token of sixteen or more';
let api: TestApi;

beforeAll(async () => {
  api = await createTestApi({ settings: { METRICS_TOKEN: TOKEN } });
});
afterAll(() => api.close());

const scrape = async (token = TOKEN): Promise<{ status: number; text: string }> => {
  const { status, text } = await api.call('GET', '/metrics', {
    key: null,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  return { status, text };
};

it('asks for its token', async () => {
  expect((await scrape('')).status).toBe(401);
  expect((await scrape('another token altogether')).status).toBe(401);
});

it('tells of requests by route, Items, the inbox, signals and connections', async () => {
  await api.call('GET', '/api/end_users');
  const { status, text } = await scrape();
  expect(status).toBe(200);
  expect(text).toContain(
    'ardea_http_request_duration_seconds_count{method="GET",route="/api/end_users",status="200"} 1',
  );
  expect(text).toContain('ardea_items{status="active"} 0');
  expect(text).toContain('ardea_inbox_oldest_waiting_seconds 0');
  expect(text).toContain('ardea_signals_total{outcome="delivered"} 0');
  expect(text).toMatch(/ardea_db_connections\{state="free"\} \d/);
});

it('counts workflows that were begun anew by kind and cause', async () => {
  const registry = new Registry();
  const { onEnded } = createWorkerMetrics(registry, api.deps.db);
  onEnded({
    workflow: 'audit',
    workflowId: 'audit/1',
    runId: '1',
    attempt: 7,
    cause: 'NON_DETERMINISTIC_ERROR',
    message: '',
    failingSince: new Date(),
  });
  expect(await registry.metrics()).toContain(
    'ardea_workflows_restarted_total{workflow="audit",cause="NON_DETERMINISTIC_ERROR"} 1',
  );
});

it('has every status, action, attention, outcome, delivery, error code and metric in the runbook', async () => {
  const runbook = await readFile('docs/runbook.md', 'utf8');
  const worker = new Registry();
  createWorkerMetrics(worker, api.deps.db);
  const metrics = [...createApiMetrics(api.deps).registry.getMetricsAsArray(), ...worker.getMetricsAsArray()]
    .map(({ name }) => name)
    .filter((name) => name.startsWith('ardea_'));
  expect(metrics.length).toBeGreaterThan(12);
  const names = [
    ...LINK_STATUSES,
    ...ITEM_ACTIONS,
    ...ATTENTION_CODES,
    ...SYNC_RUN_OUTCOMES,
    ...WEBHOOK_DELIVERIES,
    ...CLASSIFIED_CODES.keys(),
    ...metrics,
  ];
  expect(names.filter((name) => !runbook.includes(`\`${name}\``))).toEqual([]);
});
