import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createItemLookQueries } from '../../src/db/queries/item-look.js';
import { consumeClaim, createLookResultQueries } from '../../src/db/queries/look-results.js';
import { createLinkQueries, type LinkQueries } from '../../src/db/queries/links.js';
import { createSweepQueries, type SweepQueries } from '../../src/db/queries/sweep.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { generationsOf } from '../support/stored.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';
import { idsOf } from '../support/owned-rows.js';

const STALE_MS = 1_000;
const secrets = testSecretBox();
let database: TestDatabase;
let db: Database;
let links: LinkQueries;
let sweeps: SweepQueries;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, poolMax: 12, name: 'test' });
  links = createLinkQueries({ db, secrets, signalStaleAfterMs: STALE_MS });
  sweeps = createSweepQueries({ db, signalStaleAfterMs: STALE_MS });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  await db.raw('truncate plaid_webhooks, item_sync, accounts, items cascade');
  tenant = await createTestTenant({ db, secrets });
});

const link = async (plaidItemId: string): Promise<string> => {
  const outcome = await links.link({
    ...tenant,
    plaidItemId,
    accessToken: 'access-test',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  return outcome.link.id;
};
/** As if the last signal had been sent `ms` ago. */
const signalledAgo = (itemId: string, ms: number) =>
  db('item_sync')
    .where('item_id', itemId)
    .update({ signalled_at: db.raw(`now() - ? * interval '1 millisecond'`, [ms]) });
/** As if a look had claimed and committed everything. */
const synced = async (itemId: string): Promise<void> => {
  const row = await createItemLookQueries(db).claim(itemId);
  await consumeClaim(db, { itemId, syncVersion: row!.sync_version, claimedGen: row!.claimed_gen });
  await db('items')
    .where('id', itemId)
    .update({ next_sync_at: new Date(Date.now() + 3_600_000) });
};
const inbox = () => createInboxQueries({ db, signalStaleAfterMs: STALE_MS, maxRejected: 1 });
const webhookOf = (plaidItemId: string) => ({
  ...tenant,
  verdict: 'verified' as const,
  plaidItemId,
  webhookType: 'TRANSACTIONS',
  webhookCode: 'SYNC_UPDATES_AVAILABLE',
  body: Buffer.from('{}'),
  headers: {},
  jwtHash: randomBytes(32),
  forward: false,
});

describe('what the sweep finds', () => {
  it('is a dirty Item once its signal is stale, and then after twice, four times … the delay', async () => {
    const itemId = await link('item');
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    for (let repeated = 0; repeated < 4; repeated++) {
      await signalledAgo(itemId, STALE_MS * 2 ** repeated - 300);
      expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
      await signalledAgo(itemId, STALE_MS * 2 ** repeated + 10);
      expect(await sweeps.takeOwed(10)).toMatchObject([{ id: itemId, repeatedSignals: repeated + 1 }]);
      expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
      const { dirty, signalled } = await generationsOf({ db }, itemId);
      expect(signalled).toBe(dirty);
    }
    await db('item_sync').where('item_id', itemId).update({ repeated_signals: 1_000 });
    await signalledAgo(itemId, 14 * 60_000);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    await signalledAgo(itemId, 15 * 60_000 + 10);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
    // The delay starts from the beginning once the Item has been synced.
    await synced(itemId);
    await links.requestSync(itemId);
    await signalledAgo(itemId, STALE_MS + 10);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
  });

  it('is an Item whose time is overdue, and none that is synced', async () => {
    const itemId = await link('item');
    await synced(itemId);
    await signalledAgo(itemId, 3_600_000);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    await db('items')
      .where('id', itemId)
      .update({ next_sync_at: new Date(Date.now() - STALE_MS / 2) });
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    await db('items')
      .where('id', itemId)
      .update({ next_sync_at: new Date(Date.now() - STALE_MS - 50) });
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
  });

  it.each([
    { health: 'deleted' },
    { health: 'erroring', action: 'decide' },
    { hold_until: new Date(Date.now() + 60_000) },
    { failures: 1, next_sync_at: new Date(Date.now() + 60_000) },
  ])('is none with %o', async (columns) => {
    const itemId = await link('item');
    await signalledAgo(itemId, 3_600_000);
    await db('items').where('id', itemId).update(columns);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
  });

  it.each(['paused', 'disabled'])(
    'is one that was %s, until its workflow has looked',
    async (desired_state) => {
      const itemId = await link('item');
      await signalledAgo(itemId, 3_600_000);
      await db('items').where('id', itemId).update({ desired_state });
      expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
      await db.raw(
        `update item_sync set claimed_gen = dirty_gen, signalled_at = now() - interval '1 hour' where item_id = ?`,
        [itemId],
      );
      expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    },
  );

  it('is found by one of many sweeps at once, the longest unsignalled first', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 30; index++) {
      ids.push(await link(`item-${index}`));
      await signalledAgo(ids[index]!, 100_000 - index * 1_000);
    }
    expect((await idsOf(sweeps.takeOwed(3))).sort()).toEqual(ids.slice(0, 3).sort());
    const rounds = await Promise.all(Array.from({ length: 8 }, () => idsOf(sweeps.takeOwed(5))));
    const rest = [...rounds.flat(), ...(await idsOf(sweeps.takeOwed(100)))];
    expect(rest.sort()).toEqual(ids.slice(3).sort());
  });

  it('does not wait for an Item that is being marked', async () => {
    const [locked, free] = [await link('locked'), await link('free')];
    for (const id of [locked, free]) await signalledAgo(id, 60_000);
    const trx = await db.transaction();
    await trx.raw('select 1 from item_sync where item_id = ? for update', [locked]);
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([free]);
    await trx.rollback();
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([locked]);
  });
});

describe('adoption', () => {
  it('gives webhooks without an Item to the one that came since, which is then owed a look', async () => {
    const itemId = await link('item');
    await synced(itemId);
    await signalledAgo(itemId, 3_600_000);
    // As a lost race would leave them; link and intake serialise, so that there is none.
    for (let count = 0; count < 3; count++) await inbox().receive(webhookOf('stranger'));
    await db('plaid_webhooks').update({ plaid_item_id: 'item' });
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([]);
    expect(await sweeps.adoptUnmatched(2)).toBe(2);
    expect(await sweeps.adoptUnmatched(10)).toBe(1);
    expect(await sweeps.adoptUnmatched(10)).toBe(0);
    const rows = await db('plaid_webhooks').select<{ item_id: string; gen: string }[]>('item_id', 'gen');
    const { dirty, synced: done } = await generationsOf({ db }, itemId);
    expect(dirty).toBeGreaterThan(done);
    for (const row of rows) {
      expect(row.item_id).toBe(itemId);
      expect(Number(row.gen)).toBeGreaterThan(done);
      expect(Number(row.gen)).toBeLessThanOrEqual(dirty);
    }
    expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
  });

  it('leaves what was rejected, and what belongs to another integration', async () => {
    await link('item');
    const other = await createTestTenant({ db, secrets });
    await inbox().receive({ ...webhookOf('item'), ...other });
    await inbox().recordRejected({ ...tenant, reason: 'x', body: Buffer.from(''), headers: {} });
    await db('plaid_webhooks').where('verdict', 'rejected').update({ plaid_item_id: 'item' });
    expect(await sweeps.adoptUnmatched(10)).toBe(0);
  });
});

it('lists every Item that is to be synced, in pages', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) ids.push(await link(`item-${index}`));
  await db('items').where('id', ids[0]!).update({ desired_state: 'disabled' });
  await db('items').where('id', ids[1]!).update({ health: 'deleted' });
  const found: string[] = [];
  for (let after: string | null = null; ; after = found.at(-1)!) {
    const page = await idsOf(sweeps.liveItems(after, 2));
    if (page.length === 0) break;
    found.push(...page);
  }
  expect(found).toEqual(ids.slice(2).sort());
});

it('takes a dirty Item that was paused after a passing failure: the failure no longer counts', async () => {
  const itemId = await link('item');
  const looks = createItemLookQueries(db);
  const results = createLookResultQueries(db);
  const basis = async () => {
    const row = await looks.claim(itemId);
    return { itemId, syncVersion: row!.sync_version, claimedGen: row!.claimed_gen };
  };
  const tomorrow = new Date(Date.now() + 86_400_000);
  await results.recordFailure(
    await basis(),
    { code: 'INTERNAL_SERVER_ERROR', message: '', held: false },
    tomorrow,
  );
  await results.recordTrouble(
    await basis(),
    { health: 'erroring', code: 'ITEM_LOGIN_REQUIRED', message: '', action: 'update_mode' },
    tomorrow,
  );
  await links.requestSync(itemId);
  await signalledAgo(itemId, STALE_MS * 10);
  expect(await idsOf(sweeps.takeOwed(10))).toEqual([itemId]);
});
