import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createInboxQueries, type InboxQueries, type ReceivedWebhook } from '../../src/db/queries/inbox.js';
import { createItemLookQueries } from '../../src/db/queries/item-look.js';
import { createLinkQueries, type LinkQueries } from '../../src/db/queries/links.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';

const STALE_AFTER_MS = 60_000;
const CAP = 5;
const secrets = testSecretBox();
let database: TestDatabase;
let db: Database;
let inbox: InboxQueries;
let links: LinkQueries;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, poolMax: 16, name: 'test' });
  inbox = createInboxQueries({ db, signalStaleAfterMs: STALE_AFTER_MS, maxRejected: CAP });
  links = createLinkQueries({ db, secrets, signalStaleAfterMs: STALE_AFTER_MS });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  await db('plaid_webhooks').del();
  tenant = await createTestTenant({ db, secrets });
});

const webhook = (plaidItemId: string | null, over: Partial<ReceivedWebhook> = {}): ReceivedWebhook => ({
  ...tenant,
  verdict: 'verified',
  plaidItemId,
  webhookType: 'TRANSACTIONS',
  webhookCode: 'SYNC_UPDATES_AVAILABLE',
  body: Buffer.from('{"a":  1}\n'),
  headers: { 'plaid-verification': 'a.b.c' },
  jwtHash: randomBytes(32),
  forward: false,
  ...over,
});

const link = async (plaidItemId: string): Promise<{ id: string; signal: boolean }> => {
  const outcome = await links.link({
    ...tenant,
    plaidItemId,
    accessToken: 'access-sandbox-1',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  return { id: outcome.link.id, signal: outcome.signal };
};

const claim = async (itemId: string): Promise<void> => {
  await createItemLookQueries(db).claim(itemId);
};

interface Generations {
  dirty: number;
  signalled: number;
  claimed: number;
}

const generations = async (itemId: string): Promise<Generations> => {
  const row = await db('item_sync')
    .where({ item_id: itemId })
    .first<Record<'dirty_gen' | 'signalled_gen' | 'claimed_gen', string>>();
  return {
    dirty: Number(row.dirty_gen),
    signalled: Number(row.signalled_gen),
    claimed: Number(row.claimed_gen),
  };
};

const rows = (): Promise<Record<string, unknown>[]> =>
  db('plaid_webhooks').where({ integration_id: tenant.integrationId }).orderBy('id').select('*');

describe('receive', () => {
  it('keeps the bytes, the headers and the verdict', async () => {
    const body = Buffer.from([0x7b, 0x00, 0xff, 0x7d]);
    const received = await inbox.receive(webhook(null, { body, verdict: 'stale', webhookType: 'NEW_KIND' }));
    const [row] = await rows();
    expect(row).toMatchObject({
      id: received.webhookId,
      organization_id: tenant.organizationId,
      verdict: 'stale',
      webhook_type: 'NEW_KIND',
      headers: { 'plaid-verification': 'a.b.c' },
      item_id: null,
      gen: null,
      forward_state: 'none',
      deliveries: 1,
    });
    expect(row!.body).toEqual(body);
    expect(received).toEqual({
      webhookId: row!.id,
      itemId: null,
      signal: false,
      duplicate: false,
    });
  });

  it('keeps a webhook of an unknown Item for the link that comes later', async () => {
    const { webhookId } = await inbox.receive(webhook('early'));
    const { id, signal } = await link('early');
    expect(signal).toBe(true);
    const [row] = await rows();
    expect(row).toMatchObject({ id: webhookId, item_id: id });
    expect(Number(row!.gen)).toBe((await generations(id)).dirty);
  });

  it('belongs to the Item of its own integration', async () => {
    await link('shared');
    const other = await createTestTenant({ db, secrets });
    const received = await inbox.receive({ ...webhook('shared'), ...other });
    expect(received.itemId).toBeNull();
  });

  it('marks the Item dirty with every webhook, a stale one too', async () => {
    const { id } = await link('item');
    const before = await generations(id);
    await inbox.receive(webhook('item'));
    await inbox.receive(webhook('item', { verdict: 'stale' }));
    expect((await generations(id)).dirty).toBe(before.dirty + 2);
    expect((await rows()).map((row) => Number(row.gen))).toEqual([before.dirty + 1, before.dirty + 2]);
  });

  it('owes a signal once the last one was answered, and none while it is outstanding', async () => {
    const { id, signal } = await link('item');
    expect(signal).toBe(true);
    expect((await inbox.receive(webhook('item'))).signal).toBe(false);
    await claim(id);
    expect((await inbox.receive(webhook('item'))).signal).toBe(true);
    expect((await inbox.receive(webhook('item'))).signal).toBe(false);
    await claim(id);
    expect((await inbox.receive(webhook('item'))).signal).toBe(true);
  });

  it('owes a signal again when the outstanding one is stale', async () => {
    const { id } = await link('item');
    expect((await inbox.receive(webhook('item'))).signal).toBe(false);
    await db('item_sync')
      .where({ item_id: id })
      .update({ signalled_at: db.raw(`now() - interval '61 seconds'`) });
    expect((await inbox.receive(webhook('item'))).signal).toBe(true);
    expect((await inbox.receive(webhook('item'))).signal).toBe(false);
  });

  it.each(['paused', 'disabled'] as const)(
    'owes none for a %s Item, and does not swallow the next',
    async (desired) => {
      const { id } = await link('item');
      await links.setDesiredState(id, desired);
      await claim(id);
      expect((await inbox.receive(webhook('item'))).signal).toBe(false);
      const { dirty, signalled } = await generations(id);
      expect(dirty).toBeGreaterThan(signalled);
      expect((await links.setDesiredState(id, 'active')).signal).toBe(true);
    },
  );

  it('takes the same JWT as the same delivery: one row, one forward, dirty all the same', async () => {
    const { id } = await link('item');
    await claim(id);
    const again = webhook('item', { forward: true });
    const first = await inbox.receive(again);
    await claim(id);
    const second = await inbox.receive(again);
    expect(second).toEqual({ ...first, duplicate: true, signal: true });
    const [row, more] = await rows();
    expect(more).toBeUndefined();
    expect(row).toMatchObject({ deliveries: 2, forward_state: 'pending' });
    expect(Number(row!.gen)).toBe((await generations(id)).dirty);
    await db('plaid_webhooks').where({ id: first.webhookId }).update({ forward_state: 'sent' });
    await inbox.receive(again);
    expect((await rows())[0]).toMatchObject({ deliveries: 3, forward_state: 'sent' });
  });

  it('keeps the same JWT apart in two integrations', async () => {
    const jwtHash = createHash('sha256').update('jwt').digest();
    const other = await createTestTenant({ db, secrets });
    const first = await inbox.receive(webhook(null, { jwtHash }));
    const second = await inbox.receive({ ...webhook(null, { jwtHash }), ...other });
    expect(second).toMatchObject({ duplicate: false });
    expect(second.webhookId).not.toBe(first.webhookId);
  });

  it('stores one row when the same JWT comes many times at once', async () => {
    const { id } = await link('item');
    const before = await generations(id);
    const again = webhook('item');
    const answers = await Promise.all(Array.from({ length: 24 }, () => inbox.receive(again)));
    expect(new Set(answers.map((answer) => answer.webhookId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
    const [{ deliveries }] = (
      await db.raw<{ rows: [{ deliveries: number }] }>('select deliveries from plaid_webhooks')
    ).rows;
    expect(deliveries).toBe(24);
    expect((await generations(id)).dirty).toBeGreaterThan(before.dirty);
  });

  it('gives concurrent webhooks of one Item new generations and one signal', async () => {
    const { id } = await link('item');
    await claim(id);
    const before = await generations(id);
    const answers = await Promise.all(Array.from({ length: 40 }, () => inbox.receive(webhook('item'))));
    expect(answers.filter((answer) => answer.signal)).toHaveLength(1);
    const gens = (await rows()).map((row) => Number(row.gen)).sort((a, b) => a - b);
    // Those that share a commit share a generation: none is of the time before, none is ahead of the Item.
    const { dirty } = await generations(id);
    expect(gens).toHaveLength(40);
    expect(gens[0]).toBe(before.dirty + 1);
    expect(gens.at(-1)).toBe(dirty);
  });
});

describe('link against intake (invariant I5)', () => {
  it('lets intake wait for a link that is under way, and see its Item', async () => {
    const holder = await db.transaction();
    await holder.raw('select lock_plaid_item(?, ?)', [tenant.integrationId, 'queued']);
    const linking = link('queued');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const receiving = inbox.receive(webhook('queued'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await holder.commit();
    const { id } = await linking;
    expect(await receiving).toMatchObject({ itemId: id, signal: false });
  });

  it('leaves no webhook without its Item, whichever comes first', async () => {
    const race = async (item: string, i: number): Promise<void> => {
      // Now the link, now the webhooks get the first connection.
      const start = [
        () => inbox.receive(webhook(item)),
        () => inbox.receive(webhook(item)),
        () => link(item),
      ];
      await Promise.all((i % 2 === 0 ? start : start.reverse()).map((run) => run()));
    };
    const items = Array.from({ length: 300 }, (_, i) => `race-${i}`);
    // Links of one end user go one by one: all at once would wait for a connection longer than the pool lets them.
    for (let at = 0; at < items.length; at += 50) await Promise.all(items.slice(at, at + 50).map(race));
    const { rows: lost } = await db.raw<{ rows: unknown[] }>(
      `select i.plaid_item_id from items i join plaid_webhooks w using (integration_id, plaid_item_id) join item_sync s on s.item_id = i.id
        where i.integration_id = ? and (w.item_id is null or w.gen is null or w.gen > s.dirty_gen or s.signalled_gen = 0)`,
      [tenant.integrationId],
    );
    expect(lost).toEqual([]);
    const stored = await rows();
    expect(stored).toHaveLength(600);
    expect(stored.filter((row) => row.item_id === null)).toEqual([]);
  });
});

describe('rejected webhooks', () => {
  const reject = (body = Buffer.from('{}'), headers = {}): Promise<void> =>
    inbox.recordRejected({ ...tenant, reason: 'signature_invalid', body, headers });

  it('are kept with their reason, and cannot be mistaken for real ones', async () => {
    await reject(Buffer.from('{"item_id":"item"}'), { 'plaid-verification': 'x' });
    const { id } = await link('item');
    const [row] = await rows();
    expect(row).toMatchObject({
      verdict: 'rejected',
      rejection: 'signature_invalid',
      item_id: null,
      gen: null,
    });
    expect((await generations(id)).dirty).toBe(1);
  });

  it('are capped per integration, oldest first out, whatever else the inbox holds', async () => {
    const other = await createTestTenant({ db, secrets });
    await inbox.recordRejected({ ...other, reason: 'key_unknown', body: Buffer.from('{}'), headers: {} });
    await inbox.receive(webhook('item'));
    for (let i = 0; i < CAP + 3; i++) await reject(Buffer.from(String(i)));
    const kept = (await rows()).filter((row) => row.verdict === 'rejected');
    expect(kept.map((row) => (row.body as Buffer).toString())).toEqual(['3', '4', '5', '6', '7']);
    expect(await rows()).toHaveLength(CAP + 1);
    expect(await db('plaid_webhooks').where({ integration_id: other.integrationId })).toHaveLength(1);
  });

  it('come back under the cap after a flood, which fails for none of its senders', async () => {
    await Promise.all(Array.from({ length: 60 }, () => reject()));
    await reject();
    await reject();
    expect((await rows()).length).toBeLessThanOrEqual(CAP + 1);
  });

  it('keep the beginning of a large body and of large headers', async () => {
    await reject(Buffer.alloc(200_000, 'a'), { 'plaid-verification': 'v'.repeat(10_000) });
    const [row] = await rows();
    expect((row!.body as Buffer).length).toBe(16_384);
    expect(row!.body_shortened).toBe(true);
    expect((row!.headers as Record<string, string>)['plaid-verification']).toHaveLength(2_048);
  });

  it('are not kept at all with a cap of 0', async () => {
    const none = createInboxQueries({ db, signalStaleAfterMs: 1, maxRejected: 0 });
    await none.recordRejected({ ...tenant, reason: 'x', body: Buffer.from('{}'), headers: {} });
    expect(await rows()).toEqual([]);
  });

  it('can be pruned to a lower cap', async () => {
    for (let i = 0; i < CAP; i++) await reject();
    expect(await inbox.pruneRejected(2)).toBe(3);
    expect(await rows()).toHaveLength(2);
  });
});

describe('webhooks of unknown Items', () => {
  it('are pruned beyond the cap, oldest first, but not what waits to be forwarded or has its Item', async () => {
    await link('known');
    await inbox.receive(webhook('known'));
    const waiting = await inbox.receive(webhook('unknown', { forward: true }));
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) ids.push((await inbox.receive(webhook(`unknown-${i % 2}`))).webhookId);
    expect(await inbox.pruneUnmatched(4)).toBe(2);
    expect(await inbox.pruneUnmatched(4)).toBe(0);
    const kept = (await rows()).filter((row) => row.item_id === null).map((row) => row.id);
    expect(kept).toEqual([waiting.webhookId, ...ids.slice(2)]);
    expect(await rows()).toHaveLength(6);
  });
});

describe('findIntegration', () => {
  it('finds it with its sealed secret, and not once it is deleted', async () => {
    const found = await inbox.findIntegration(tenant.integrationId);
    expect(found).toMatchObject({ id: tenant.integrationId, client_id: 'client', webhook_url: null });
    expect(found!.client_secret_ciphertext.toString()).not.toContain('secret');
    await db('integrations').where({ id: tenant.integrationId }).update({ deleted_at: db.fn.now() });
    expect(await inbox.findIntegration(tenant.integrationId)).toBeNull();
  });
});
