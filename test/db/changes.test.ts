import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { stampChanges, startNewIncarnations } from '../../src/db/queries/changes.js';
import { createChangeReadQueries, type FeedPlace } from '../../src/db/queries/changes-read.js';
import { createLinkQueries } from '../../src/db/queries/links.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { createTestTenant, testSecretBox, type TestTenant } from '../support/tenants.js';

const secrets = testSecretBox();
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, poolMax: 16, name: 'test' });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

interface Owner extends TestTenant {
  itemId: string;
  endUserId: string;
}

const newOwner = async (): Promise<Owner> => {
  const tenant = await createTestTenant({ db, secrets });
  const outcome = await createLinkQueries({ db, secrets, signalStaleAfterMs: 1_000 }).link({
    ...tenant,
    plaidItemId: 'item',
    accessToken: 'access-test',
    endUserId: 'user',
    plaidItem: null,
  });
  if (outcome.kind !== 'linked') throw new Error(outcome.kind);
  return { ...tenant, itemId: outcome.link.id, endUserId: outcome.link.end_user_id };
};

/** Inserts or rewrites a row; answers its id. */
const write = async (on: Database, owner: Owner, reference: string, value: number): Promise<string> => {
  const { rows } = await on.raw<{ rows: [{ id: string }] }>(
    `insert into transactions as t (organization_id, end_user_id, item_id, reference_id, amount, plaid)
     values (?, ?, ?, ?, ?, '{}') on conflict (item_id, reference_id) do update set amount = excluded.amount returning id`,
    [owner.organizationId, owner.endUserId, owner.itemId, reference, value],
  );
  return rows[0].id;
};

interface Change {
  position: string;
  reference_id: string;
  amount: string;
  stamped_at: Date;
}
const readAfter = async (owner: Owner, position: number, limit: number): Promise<Change[]> => {
  const { rows } = await db.raw<{ rows: Change[] }>(
    `select c.position, t.reference_id, t.amount, c.stamped_at from changes c join transactions t on t.id = c.transaction_id
      where c.organization_id = ? and c.position > ? order by c.position limit ?`,
    [owner.organizationId, position, limit],
  );
  return rows;
};

describe('the change feed (invariant I6)', () => {
  it('lets a reader miss nothing while many write, wait, fail and rewrite', async () => {
    const owner = await newOwner();
    let writing = true;
    const held = new Map<string, string>();
    let position = 0;
    let stampedAt = new Date(0);
    const read = async (): Promise<number> => {
      const changes = await readAfter(owner, position, 7);
      for (const change of changes) {
        expect(Number(change.position)).toBeGreaterThan(position);
        expect(change.stamped_at.getTime()).toBeGreaterThanOrEqual(stampedAt.getTime());
        held.set(change.reference_id, change.amount);
        position = Number(change.position);
        stampedAt = change.stamped_at;
      }
      return changes.length;
    };
    const reading = (async () => {
      while (writing || (await read()) > 0) {
        await read();
        await sleep(1);
      }
    })();

    let committed = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        for (let round = 0; round < 25; round++) {
          const fails = Math.random() < 0.15;
          const ended = db
            .transaction(async (trx) => {
              // Own rows, so that writers meet only at the head of the feed.
              const ids: string[] = [];
              const first = Math.floor(Math.random() * 6);
              for (let row = first; row < first + 3; row++)
                ids.push(await write(trx, owner, `w${writer}-${row}`, writer * 1_000 + round));
              await sleep(Math.random() * 12);
              await stampChanges(trx, owner.organizationId, ids);
              // The stamp is the last statement, but its commit may take its time.
              await sleep(Math.random() * 3);
              if (fails) throw new Error('rolled back');
            })
            .then(() => (committed += 1));
          if (fails) await expect(ended).rejects.toThrow('rolled back');
          else await ended;
        }
      }),
    );
    writing = false;
    await reading;

    const table = await db('transactions')
      .where('organization_id', owner.organizationId)
      .select<{ reference_id: string; amount: string }[]>('reference_id', 'amount');
    expect(committed).toBeGreaterThan(150);
    expect(held).toEqual(new Map(table.map(({ reference_id, amount }) => [reference_id, amount])));
    const head = await db('change_heads')
      .where('organization_id', owner.organizationId)
      .first<{ position: string }>();
    expect(Number(head.position)).toBe(committed * 3);
    expect(position).toBe(committed * 3);
  });

  it('counts per organisation, and never names the rows of another', async () => {
    const [one, other] = [await newOwner(), await newOwner()];
    const foreign = await write(db, other, 'foreign', 1);
    const own = await write(db, one, 'own', 1);
    await db.transaction((trx) => stampChanges(trx, one.organizationId, [own, foreign]));
    expect((await readAfter(one, 0, 10)).map((change) => change.reference_id)).toEqual(['own']);
    expect(await readAfter(other, 0, 10)).toEqual([]);
  });

  it('moves a row that changes again to the end', async () => {
    const owner = await newOwner();
    const ids = [await write(db, owner, 'a', 1), await write(db, owner, 'b', 1)];
    await db.transaction((trx) => stampChanges(trx, owner.organizationId, ids));
    await db.transaction((trx) => stampChanges(trx, owner.organizationId, [ids[0]!]));
    await db.transaction((trx) => stampChanges(trx, owner.organizationId, []));
    const changes = await readAfter(owner, 0, 10);
    expect(changes.map((change) => [change.reference_id, change.position])).toEqual([
      ['b', '2'],
      ['a', '3'],
    ]);
    expect(changes[1]!.stamped_at.getTime()).toBeGreaterThanOrEqual(changes[0]!.stamped_at.getTime());
  });

  it('goes on behind a row that somebody deleted by hand', async () => {
    const owner = await newOwner();
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) ids.push(await write(db, owner, `row-${index}`, index));
    await db.transaction((trx) => stampChanges(trx, owner.organizationId, ids));
    const [first] = await readAfter(owner, 0, 1);
    await db('transactions').where({ item_id: owner.itemId, reference_id: first!.reference_id }).delete();
    const feed = createChangeReadQueries(db);
    const seen: string[] = [];
    let from: FeedPlace | null = null;
    for (let page = 0; page < 4; page++) {
      const answer = await feed.read(owner.organizationId, from, { limit: 2, includePlaid: false });
      if (answer === 'ahead') throw new Error(answer);
      seen.push(...answer.rows.map((row) => row.reference_id));
      from = answer.next;
      if (!answer.hasMore) break;
    }
    expect(seen).toHaveLength(5);
    expect(seen).not.toContain(first!.reference_id);
  });

  it('starts a new incarnation after a restore, and remembers where the old one ended', async () => {
    const owner = await newOwner();
    const id = await write(db, owner, 'a', 1);
    await db.transaction((trx) => stampChanges(trx, owner.organizationId, [id]));
    const feeds = await startNewIncarnations(db);
    expect(feeds).toBeGreaterThanOrEqual(1);
    await startNewIncarnations(db);
    const head = await db('change_heads').where('organization_id', owner.organizationId).first<object>();
    expect(head).toMatchObject({ incarnation: 3, position: '1' });
    const restores = await db('change_restores')
      .where('organization_id', owner.organizationId)
      .orderBy('incarnation');
    expect(restores).toMatchObject([
      { incarnation: 1, restored_position: '1' },
      { incarnation: 2, restored_position: '1' },
    ]);
  });
});
