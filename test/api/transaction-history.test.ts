import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { historyAnswer } from '../../src/api/transactions/history.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

let api: TestApi;
let item: TestItem;
let postedId: string;
const runId = randomUUID();

beforeAll(async () => {
  api = await createTestApi();
  const integrationId = await putIntegration(api.deps, api.organizationId);
  item = await putItem(api.deps.db, { organizationId: api.organizationId, integrationId, endUserId: 'acme' });
  const [, posted] = await putTransactions(api.deps.db, item, [
    { referenceId: 'pending', pending: true, removedAt: '2026-02-01T00:00:00Z' },
    {
      referenceId: 'posted',
      pendingReferenceId: 'pending',
      plaid: '{"transaction_id": "posted", "amount": 123456789012345678.1234567, "name": "Coffee"}',
    },
  ]);
  postedId = posted!;
  // As a merge keeps what it replaces.
  await api.deps.db.raw(
    `insert into transaction_versions (transaction_id, version, organization_id, item_id, sync_run_id, plaid)
     values (:id, 1, :organizationId, :itemId, :runId, '{"transaction_id": "posted", "amount": 1.50, "website": "x"}')`,
    { id: postedId, organizationId: api.organizationId, itemId: item.id, runId },
  );
  await api.deps.db('transactions').where({ id: postedId }).update({ version: 2 });
});
afterAll(() => api.close());

type History = z.output<typeof historyAnswer>;

it('tells every version with its difference, digit for digit, and the pending row', async () => {
  const { status, json, text } = await api.call<History>('GET', '/api/transactions/posted/history');
  expect(status).toBe(200);
  expect(json.transaction).toMatchObject({ heron_id: toPublicId('transaction', postedId) });
  expect(json.versions).toHaveLength(2);
  const [first, last] = json.versions;
  expect(first).toMatchObject({ version: 1, sync_run_heron_id: null, changes: [], since: json.first_seen });
  expect(last).toMatchObject({
    version: 2,
    since: first!.until,
    until: null,
    sync_run_heron_id: toPublicId('syncRun', runId),
  });
  expect(text).toContain(
    '"plaid":{"name": "Coffee", "amount": 123456789012345678.1234567, "transaction_id": "posted"}',
  );
  expect(text).toContain('{"after": 123456789012345678.1234567, "field": "amount", "before": 1.50}');
  expect(last!.changes).toHaveLength(3);
  expect(json.related).toEqual([
    expect.objectContaining({
      relation: 'pending',
      reference_id: 'pending',
      removed_at: '2026-02-01T00:00:00.000Z',
    }),
  ]);
});

it('leads from a pending row to what it became, also one that was never modified', async () => {
  const { json } = await api.call<History>('GET', '/api/transactions/pending/history');
  expect(json.versions).toMatchObject([{ version: 1, until: null, changes: [] }]);
  expect(json.related).toMatchObject([{ relation: 'posted', reference_id: 'posted' }]);
});

it("does not show another organisation's", async () => {
  expect((await api.call('GET', '/api/transactions/posted/history', { key: api.foreignKey })).status).toBe(
    404,
  );
});
