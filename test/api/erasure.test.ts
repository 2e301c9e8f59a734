import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { changesAnswer } from '../../src/api/changes/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

type Changes = z.output<typeof changesAnswer>;

const SECRET = 'Fertility Clinic of Springfield';

let api: TestApi;
let item: TestItem;
let path: string;

beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.deps;
  const integrationId = await putIntegration(api.deps, api.organizationId);
  item = await putItem(db, { organizationId: api.organizationId, integrationId, endUserId: 'acme' });
  path = `/api/integrations/${toPublicId('integration', integrationId)}/links/${item.plaidItemId}`;
  const plaid = JSON.stringify({ transaction_id: 'x', name: SECRET });
  const [first] = await putTransactions(db, item, [
    { referenceId: 'x', description: SECRET, merchantName: SECRET, plaid },
    { referenceId: 'y', description: SECRET, plaid, removedAt: '2026-01-01T00:00:00Z' },
  ]);
  await db('transaction_versions').insert({
    transaction_id: first,
    version: 1,
    organization_id: api.organizationId,
    item_id: item.id,
    plaid,
  });
  await db('plaid_webhooks').insert({
    organization_id: api.organizationId,
    integration_id: integrationId,
    item_id: item.id,
    plaid_item_id: item.plaidItemId,
    verdict: 'verified',
    body: Buffer.from(plaid),
    headers: JSON.stringify({ 'plaid-verification': SECRET }),
    forward_state: 'pending',
    forward_due_at: new Date(),
  });
  await db('accounts').where({ item_id: item.id }).update({ name: SECRET, plaid });
  const attention = {
    code: 'USER_ACCOUNT_REVOKED',
    reason: SECRET,
    deadline: null,
    since: '2026-11-01T00:00:00Z',
  };
  await db('items')
    .where({ id: item.id })
    .update({ attention: JSON.stringify([attention]), consent_expires_at: new Date() });
});

afterAll(() => api?.close());

describe('DELETE …?erase=true', () => {
  it('leaves nothing but ids and tombstones, and tells the feed of each', async () => {
    const { db } = api.deps;
    const before = await api.call<Changes>('GET', '/api/transactions/changes');
    const version = await db('items').where({ id: item.id }).first<{ sync_version: string }>('sync_version');

    expect((await api.call('DELETE', `${path}?erase=true`)).status).toBe(204);

    const { json, text } = await api.call<Changes>(
      'GET',
      `/api/transactions/changes?include=plaid&cursor=${before.json.next_cursor}`,
    );
    expect(json.changes.map(({ op, transaction }) => [op, transaction.reference_id]).sort()).toEqual([
      ['delete', 'x'],
      ['delete', 'y'],
    ]);
    expect(json.changes[0]!.transaction).toMatchObject({
      amount: null,
      description: null,
      item_id: item.plaidItemId,
      end_user_id: 'acme',
      account_id: 'acc-1',
    });
    expect(text).not.toContain(SECRET);
    for (const table of ['transactions', 'transaction_versions', 'accounts', 'plaid_webhooks', 'items']) {
      const { rows } = await db.raw<{ rows: { text: string }[] }>('select t::text from ?? t', [table]);
      const dump = rows.map((row) => row.text).join();
      expect(dump, table).not.toContain(SECRET);
      // bytea is shown in hex.
      expect(dump, table).not.toContain(Buffer.from(SECRET).toString('hex'));
      expect(dump, table).not.toContain(Buffer.from('sealed').toString('hex'));
    }
    const after = await db('items').where({ id: item.id }).first<{ sync_version: string; cursor: null }>();
    expect(Number(after.sync_version)).toBe(Number(version.sync_version) + 1);
    expect(after).toMatchObject({
      ...{ desired_state: 'disabled', cursor: null, history: 'pending' },
      ...{ attention: [], consent_expires_at: null },
    });
  });

  it('stops what was still to be forwarded: its bytes are gone', async () => {
    const rows: unknown = await api.deps.db('plaid_webhooks').select('forward_state', 'forward_error');
    expect(rows).toEqual([{ forward_state: 'stopped', forward_error: 'the data of the Item were erased' }]);
  });

  it('is idempotent: the feed hears of it once', async () => {
    const before = await api.call<Changes>('GET', '/api/transactions/changes');
    expect((await api.call('DELETE', `${path}?erase=true`)).status).toBe(204);
    const again = await api.call<Changes>(
      'GET',
      `/api/transactions/changes?cursor=${before.json.next_cursor}`,
    );
    expect(again.json.changes).toEqual([]);
  });

  it('cannot remove at Plaid any more, and says why', async () => {
    const { status, json } = await api.call('DELETE', `${path}?remove_at_plaid=true`);
    expect([status, json.error]).toEqual([409, 'link.erased']);
  });
});
