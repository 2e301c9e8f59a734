import { afterAll, beforeAll, expect, it } from 'vitest';
import { createInboxReads, type InboxFilter } from '../../src/db/queries/inbox-reads.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { rowsRead } from '../support/plans.js';

const REJECTED = 1_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://plaid.test' });
});
afterAll(() => engine.close());

it('what is rare in a large inbox is found without reading all of it', async () => {
  const { db, organizationId } = engine;
  const { link: quiet } = await engine.link({ itemId: 'quiet', accessToken: 'access-quiet' });
  await db.raw(
    `insert into items (id, organization_id, integration_id, end_user_id, plaid_item_id, access_token_ciphertext, access_token_key_id)
     select gen_random_uuid(), organization_id, integration_id, end_user_id, 'busy-' || n, access_token_ciphertext, access_token_key_id
       from items, generate_series(1, 200) n`,
  );
  await db.raw('insert into item_sync (item_id) select id from items where id <> ?', [quiet.id]);
  const webhooks = `insert into plaid_webhooks (organization_id, integration_id, item_id, plaid_item_id, gen, verdict, webhook_type,
      webhook_code, body, headers) select organization_id, integration_id,`;
  const rest = `'verified', 'TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE', '{}', '{}'`;
  // Long ago, and so many that a walk seems to come to them soon.
  await db.raw(
    `${webhooks} null, null, null, 'rejected', null, null, '{}', '{}' from items, generate_series(1, ${REJECTED}) n where id = ?`,
    [quiet.id],
  );
  await db.raw(`${webhooks} id, plaid_item_id, n, ${rest} from items, generate_series(1, 2) n where id = ?`, [
    quiet.id,
  ]);
  await db.raw(`${webhooks} null, 'nobody', null, ${rest} from items where id = ?`, [quiet.id]);
  await db.raw(
    `${webhooks} id, plaid_item_id, n, ${rest} from items, generate_series(1, 100) n where id <> ?`,
    [quiet.id],
  );
  // One webhook of the quiet Item is waiting, everything else is consumed.
  await db.raw('update item_sync set dirty_gen = 100, claimed_gen = 100, synced_gen = 100');
  await db.raw('update item_sync set dirty_gen = 2, claimed_gen = 1, synced_gen = 1 where item_id = ?', [
    quiet.id,
  ]);
  await db.raw('analyze plaid_webhooks, item_sync, items');
  const filters: InboxFilter[] = [
    { state: 'waiting' },
    { state: 'unmatched' },
    { state: 'rejected' },
    { verdict: 'rejected' },
    { plaidItemId: 'quiet' },
    { plaidItemId: 'nobody' },
  ];
  for (const filter of filters) {
    const page = { before: null, limit: 101 };
    const count = await rowsRead(db, ['plaid_webhooks'], (on) =>
      createInboxReads(on).list(organizationId, filter, page),
    );
    expect(count, JSON.stringify(filter)).toBeLessThan(3 * REJECTED);
  }
});
