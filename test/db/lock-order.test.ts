import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createIntegrationQueries, type IntegrationQueries } from '../../src/db/queries/integrations.js';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { createLinkQueries, type LinkQueries } from '../../src/db/queries/links.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';

let database: TestDatabase;
let db: Database;
let links: LinkQueries;
let integrations: IntegrationQueries;
let tenant: TestTenant;
let plaidItemId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, name: 'test-locks' });
  const owned = { db, secrets: testSecretBox(), signalStaleAfterMs: 15_000 };
  links = createLinkQueries(owned);
  integrations = createIntegrationQueries(owned);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant({ db, secrets: testSecretBox() });
  plaidItemId = `item-${randomUUID()}`;
});

const link = async (): Promise<string> => {
  const outcome = await links.link({
    ...tenant,
    plaidItemId,
    accessToken: 'access-1',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  return outcome.link.id;
};
const remove = (itemId: string) =>
  createItemRemovalQueries({ db, signalStaleAfterMs: 15_000 }).remove(tenant.organizationId, itemId, {
    removedAtPlaid: false,
    erase: true,
  });
const someoneWaitsForALock = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(1);
    },
    { timeout: 15_000 },
  );

describe('an erasure', () => {
  it('takes locks in the order of intake: a delivery of a known JWT does not meet it in a circle', async () => {
    const itemId = await link();
    await createInboxQueries({ db, signalStaleAfterMs: 15_000, maxRejected: 1 }).receive({
      ...tenant,
      verdict: 'verified',
      plaidItemId,
      webhookType: null,
      webhookCode: null,
      body: Buffer.from('{}'),
      headers: {},
      jwtHash: randomBytes(32),
      forward: false,
    });
    const erased = await db.transaction(async (intake) => {
      await intake.raw('select 1 from item_sync where item_id = ? for update', [itemId]);
      const erasing = remove(itemId);
      await someoneWaitsForALock();
      await intake.raw(`set local lock_timeout = '500ms'`);
      await intake('plaid_webhooks').where({ item_id: itemId }).increment('deliveries', 1);
      return { erasing };
    });
    await erased.erasing;
    expect(await db('plaid_webhooks').where({ item_id: itemId }).first('deliveries')).toEqual({
      deliveries: 2,
    });
  });

  it('is not undone by a resume that had seen the Item before', async () => {
    const itemId = await link();
    await links.setDesiredState(itemId, 'paused');
    await remove(itemId);
    await links.setDesiredState(itemId, 'active');
    expect(await db('items').where({ id: itemId }).first('desired_state')).toEqual({
      desired_state: 'disabled',
    });
  });
});

describe('the deletion of an integration', () => {
  it('sees the link that it waited for', async () => {
    const itemId = await link();
    await db('items').where({ id: itemId }).update({ desired_state: 'disabled' });
    const { deleting } = await db.transaction(async (linking) => {
      await linking.raw('select 1 from integrations where id = ? for key share', [tenant.integrationId]);
      const begun = integrations.remove(tenant.organizationId, tenant.integrationId, false);
      await someoneWaitsForALock();
      await linking('items').where({ id: itemId }).update({ desired_state: 'active' });
      return { deleting: begun };
    });
    expect(await deleting).toEqual({ kind: 'in_use', links: 1 });
    expect(await integrations.find(tenant.organizationId, tenant.integrationId)).not.toBeNull();
  });
});
