import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import {
  bankAccount,
  onlyRelink,
  useRelinkWorld,
  days,
  type RelinkWorld,
  type Row,
} from '../support/relinks.js';
import { row } from '../support/scripted-plaid.js';

let world: RelinkWorld;
useRelinkWorld((made) => (world = made));

const idsOf = (rows: Row[]) => rows.map((each) => String(each['transaction_id'])).sort();
const checking = (prefix: string, over: Row = {}) => bankAccount(`${prefix}-a`, over);
const only = () => onlyRelink(world);

describe('the same accounts linked again', () => {
  it('supersede: rows that both have are shown once, through the new Item', async () => {
    const older = world.item(days('o', 40), { accounts: [checking('o')] });
    const newer = world.item(days('n', 40), { accounts: [checking('n')] });
    await world.sync(older);
    await world.sync(newer);
    expect(await world.visible()).toEqual(idsOf(days('n', 40)));
    expect(await only()).toMatchObject({
      status: 'superseded',
      reason: 'agrees',
      decided_by: 'ardea',
      old_plaid_item_id: older.plaidItemId,
      new_plaid_item_id: newer.plaidItemId,
      hidden: 40,
      evidence: { expected: 40, agreed: 40, new_agreed: 39, accounts: [{ by: 'description' }] },
    });
  });

  it('keep what is older than the new history', async () => {
    const older = world.item(days('o', 40), { accounts: [checking('o')] });
    const newer = world.item(days('n', 30), { accounts: [checking('n')] });
    await world.sync(older);
    await world.sync(newer);
    expect(await world.visible()).toEqual(idsOf([...days('n', 30), ...days('o', 40).slice(30)]));
  });

  it('are never there twice while the history comes in parts', async () => {
    const older = world.item(days('o', 60), { accounts: [checking('o')] });
    const newer = world.item(days('n', 20), { accounts: [checking('n')], status: 'INITIAL_UPDATE_COMPLETE' });
    await world.sync(older);
    await world.sync(newer);
    expect(await world.visible()).toEqual(idsOf([...days('n', 20), ...days('o', 60).slice(20)]));
    newer.add(...days('n', 90).slice(20));
    newer.status = 'HISTORICAL_UPDATE_COMPLETE';
    await world.resync(newer);
    expect(await world.visible()).toEqual(idsOf(days('n', 90)));
    newer.add(row('n-new', { account_id: 'n-a', date: '2026-11-22', name: 'New' }));
    await world.resync(newer);
    expect(await world.visible()).toEqual(idsOf([...days('n', 90), { transaction_id: 'n-new' }]));
  });

  it('wait for a first part that has something to compare', async () => {
    const older = world.item(days('o', 30, {}, '2026-09-01'), { accounts: [checking('o')] });
    const newer = world.item(days('n', 20), { accounts: [checking('n')], status: 'INITIAL_UPDATE_COMPLETE' });
    await world.sync(older);
    await world.sync(newer);
    expect(await only()).toMatchObject({ status: 'doubtful', reason: 'few_rows' });
    newer.add(...days('n', 30, {}, '2026-09-01'));
    newer.status = 'HISTORICAL_UPDATE_COMPLETE';
    await world.resync(newer);
    expect(await only()).toMatchObject({ status: 'superseded' });
    expect(await world.visible()).toEqual(idsOf([...days('n', 20), ...days('n', 30, {}, '2026-09-01')]));
  });

  it('tell two equal coffees from one', async () => {
    const coffees = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        row(`${prefix}-coffee-${index}`, { account_id: `${prefix}-a`, date: '2026-11-18' }),
      );
    const older = world.item([...days('o', 30), ...coffees('o', 3)], { accounts: [checking('o')] });
    const newer = world.item([...days('n', 30), ...coffees('n', 2)], { accounts: [checking('n')] });
    await world.sync(older);
    await world.sync(newer);
    expect((await world.visible()).filter((id) => id.includes('coffee'))).toEqual([
      'n-coffee-0',
      'n-coffee-1',
      'o-coffee-2',
    ]);
  });

  it('tolerate pendings that posted, and hide those that are gone', async () => {
    const pending = (prefix: string, id: string, over: Row) =>
      row(`${prefix}-${id}`, { account_id: `${prefix}-a`, pending: true, date: '2026-11-20', ...over });
    const older = world.item(
      [
        ...days('o', 20),
        pending('o', 'same', { name: 'Fuel' }),
        pending('o', 'posted', { name: 'Books' }),
        pending('o', 'tipped', { name: 'Bar', amount: 20 }),
        pending('o', 'vanished', { name: 'Hotel', amount: 300 }),
        pending('o', 'old', { name: 'Old', date: '2026-10-01' }),
      ],
      { accounts: [checking('o')] },
    );
    const posted = [
      row('n-posted', { account_id: 'n-a', date: '2026-11-22', name: 'Books' }),
      row('n-tipped', { account_id: 'n-a', date: '2026-11-22', name: 'Bar', amount: 24 }),
    ];
    const newer = world.item([...days('n', 20), ...posted, pending('n', 'same', { name: 'Fuel' })], {
      accounts: [checking('n')],
      status: 'INITIAL_UPDATE_COMPLETE',
    });
    await world.sync(older);
    await world.sync(newer);
    const kept = [...days('n', 20), ...posted, { transaction_id: 'n-same' }];
    expect(await world.visible()).toEqual(idsOf([...kept, { transaction_id: 'o-old' }]));
    expect(await duplicatesOf(older.id)).toMatchObject({ 'o-same': 'n-same', 'o-posted': 'n-posted' });
    expect(await only()).toMatchObject({ hidden: 24, evidence: { expected: 20, agreed: 20 } });
    newer.status = 'HISTORICAL_UPDATE_COMPLETE';
    await world.resync(newer);
    expect(await world.visible()).toEqual(idsOf(kept));
  });

  const duplicatesOf = async (itemId: string) => {
    const { rows } = await world.engine.db.raw<{ rows: { id: string; by: string }[] }>(
      `select t.reference_id as id, n.reference_id as by from transactions t join transactions n on n.id = t.duplicate_of where t.item_id = ?`,
      [itemId],
    );
    return Object.fromEntries(rows.map(({ id, by }) => [id, by]));
  };

  it('are found through another integration of the environment, and whichever is synced last', async () => {
    const other = await createIntegrationQueries({
      db: world.engine.db,
      secrets: world.engine.secrets,
      signalStaleAfterMs: 1,
    }).create(world.engine.organizationId, {
      ...{
        name: 'Other',
        type: 'plaid',
        resource: 'transaction',
        baseUrl: 'http://localhost',
        clientId: 'c',
      },
      ...{ clientSecret: 's', webhookUrl: null, keysStatus: 'valid' },
    });
    const older = world.item(days('o', 20), { accounts: [checking('o')] });
    const newer = world.item(days('n', 20), { accounts: [checking('n')] });
    await world.link(older);
    await world.link(newer, { integrationId: other.id });
    await world.engine.settle(newer.id);
    expect(await world.relinks()).toEqual([]);
    await world.engine.settle(older.id);
    expect(await only()).toMatchObject({ status: 'superseded', new_plaid_item_id: newer.plaidItemId });
    expect(await world.visible()).toEqual(idsOf(days('n', 20)));
    expect(await world.engine.look(older.id)).toMatchObject({ kind: 'paused', status: 'sync_disabled' });
  });

  it.each<[string, { endUserId?: string; institutionId?: string | null; baseUrl?: string }]>([
    ['another end user', { endUserId: 'somebody else' }],
    ['another institution', { institutionId: 'ins_2' }],
    ['an unknown institution', { institutionId: null }],
    ['another environment', { baseUrl: 'https://sandbox.plaid.com' }],
  ])('are not looked for with %s', async (_, { baseUrl, ...over }) => {
    const older = world.item(days('o', 20), { accounts: [checking('o')] });
    const newer = world.item(days('n', 20), { accounts: [checking('n')] });
    await world.sync(older);
    if (baseUrl !== undefined)
      await world.engine
        .db('items')
        .where({ id: older.id })
        .update({ integration_id: await integrationAt(baseUrl) });
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    await world.link(newer, over);
    world.engine.db.on('query', note);
    await world.engine.settle(newer.id);
    world.engine.db.off('query', note);
    expect(await world.relinks()).toEqual([]);
    // Not even asked for.
    expect(statements.filter((sql) => sql.includes('relinks'))).toEqual([]);
    expect(statements.length).toBeGreaterThan(0);
  });

  const integrationAt = async (baseUrl: string): Promise<string> => {
    const { db, secrets, organizationId } = world.engine;
    const keys = { clientId: 'c', clientSecret: 's', webhookUrl: null, keysStatus: 'valid' } as const;
    const made = await createIntegrationQueries({ db, secrets, signalStaleAfterMs: 1 }).create(
      organizationId,
      {
        ...{ name: 'Other', type: 'plaid', resource: 'transaction', baseUrl },
        ...keys,
      },
    );
    return made.id;
  };
});

describe('a doubtful match', () => {
  it.each<[string, Row[], Row[], string]>([
    [
      'an account that is missing',
      [checking('o'), bankAccount('o-b', { mask: '1111' })],
      [checking('n')],
      'accounts_missing',
    ],
    [
      'two accounts that are alike',
      [checking('o')],
      [checking('n'), bankAccount('n-b')],
      'accounts_ambiguous',
    ],
  ])('by %s hides nothing', async (_, oldAccounts, newAccounts, reason) => {
    await world.sync(world.item(days('o', 20), { accounts: oldAccounts }));
    await world.sync(world.item(days('n', 20), { accounts: newAccounts }));
    expect(await only()).toMatchObject({ status: 'doubtful', reason, hidden: 0 });
    expect(await world.visible()).toHaveLength(40);
  });

  it('by rows hides nothing, shows them, and is judged again when more is known', async () => {
    const strange = days('o', 8, { name: 'Not there' });
    const older = world.item([...days('o', 40).slice(8), ...strange], { accounts: [checking('o')] });
    const newer = world.item(days('n', 40), { accounts: [checking('n')] });
    await world.sync(older);
    await world.sync(newer);
    const relink = await only();
    expect(relink).toMatchObject({
      status: 'doubtful',
      reason: 'rows_differ',
      evidence: { expected: 40, agreed: 32 },
    });
    expect(relink.examples.map((each) => each.description)).toContain('Not there');
    expect(await world.visible()).toHaveLength(80);
    newer.add(
      ...days('n', 8, { name: 'Not there' }, '2026-11-20').map((each) => ({
        ...each,
        transaction_id: `${String(each['transaction_id'])}-x`,
      })),
    );
    newer.remove(...idsOf(days('n', 8)));
    await world.resync(newer);
    expect(await only()).toMatchObject({ status: 'superseded' });
    expect(await world.visible()).toHaveLength(40);
  });
});

describe('accounts that only look alike', () => {
  it('are told apart by their rows, once for all', async () => {
    const older = world.item(days('o', 30), { accounts: [checking('o')] });
    const newer = world.item(days('n', 30, { name: 'Elsewhere' }), { accounts: [checking('n')] });
    await world.sync(older);
    await world.sync(newer);
    expect(await only()).toMatchObject({ status: 'different', reason: 'other_rows' });
    expect(await world.visible()).toHaveLength(60);
  });

  it('are told apart by their persistent ids, and nothing is kept of it', async () => {
    await world.sync(
      world.item(days('o', 20), { accounts: [checking('o', { persistent_account_id: 'p' })] }),
    );
    await world.sync(
      world.item(days('n', 20), { accounts: [checking('n', { persistent_account_id: 'q' })] }),
    );
    expect(await world.relinks()).toEqual([]);
    expect(await world.visible()).toHaveLength(40);
  });
});

describe('the rows of two Items', () => {
  interface Drawn {
    day: number;
    amount: number;
    name: string;
  }
  interface Stored {
    id: string;
    old: boolean;
    date: string;
    amount: string;
    name: string;
    duplicate_of: string | null;
  }
  const stored = async (older: string, newer: string): Promise<Stored[]> => {
    const { rows } = await world.engine.db.raw<{ rows: Stored[] }>(
      `select id, item_id = :older as old, date, amount::text, lower(btrim(description)) as name, duplicate_of
         from transactions where item_id in (:older, :newer) and removed_at is null`,
      { older, newer },
    );
    return rows;
  };
  const alike = (a: Stored, b: Stored): boolean =>
    a.date === b.date && (a.name === b.name || a.amount === b.amount);
  const same = (a: Stored, b: Stored): boolean => alike(a, b) && a.name === b.name && a.amount === b.amount;

  it('are shown once, however they are alike and whenever they come', async () => {
    const some = fc.array(
      fc.record<Drawn>({
        day: fc.integer({ min: 10, max: 12 }),
        amount: fc.constantFrom(1, 2, 3),
        name: fc.constantFrom('a', 'B ', 'c'),
      }),
      { maxLength: 12 },
    );
    const rowsOf = (prefix: string, rows: Drawn[]) =>
      rows.map(({ day, amount, name }, index) =>
        row(`${prefix}-${index}`, {
          ...{ account_id: `${prefix}-a`, date: `2025-10-${day}`, amount },
          name: prefix === 'n' ? name.toUpperCase() : name,
        }),
      );
    await fc.assert(
      fc.asyncProperty(some, some, fc.integer({ min: 0, max: 12 }), async (olds, news, cut) => {
        world.endUserId = `user-${randomUUID()}`;
        const older = world.item([...days('o', 130), ...rowsOf('o', olds)], { accounts: [checking('o')] });
        const newer = world.item([...days('n', 130), ...rowsOf('n', news).slice(0, cut)], {
          accounts: [checking('n')],
        });
        await world.sync(older);
        await world.sync(newer);
        newer.add(...rowsOf('n', news).slice(cut));
        await world.resync(newer);
        const rows = await stored(older.id, newer.id);
        const fresh = rows.filter((each) => !each.old);
        const taken = new Map(
          rows.filter((each) => each.old && each.duplicate_of).map((each) => [each.duplicate_of, each]),
        );
        // The new Item is shown whole, and each of its rows stands for one row at most.
        expect(fresh.every((each) => each.duplicate_of === null)).toBe(true);
        expect(taken.size).toBe(rows.filter((each) => each.old && each.duplicate_of !== null).length);
        for (const each of fresh) {
          const duplicate = taken.get(each.id);
          if (duplicate) expect(alike(each, duplicate)).toBe(true);
          // Nothing is left that could still be paired.
          else
            expect(rows.filter((old) => old.old && old.duplicate_of === null && alike(old, each))).toEqual(
              [],
            );
        }
        if (cut < news.length) return;
        // In one commit: rows that are equal are paired with each other first.
        for (const each of fresh) {
          const [oldOnes, newOnes, paired] = [
            rows.filter((old) => old.old && same(old, each)).length,
            fresh.filter((other) => same(other, each)).length,
            fresh.filter(
              (other) => same(other, each) && taken.has(other.id) && same(taken.get(other.id)!, each),
            ).length,
          ];
          expect(paired).toBe(Math.min(oldOnes, newOnes));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('are one when the bank has corrected, or Plaid renamed, a row since', async () => {
    const older = world.item(days('o', 40), { accounts: [checking('o')] });
    const newer = world.item(
      days('n', 40).map((each, index) =>
        index === 3 ? { ...each, amount: 99 } : index === 5 ? { ...each, name: 'Renamed' } : each,
      ),
      { accounts: [checking('n')] },
    );
    await world.sync(older);
    await world.sync(newer);
    expect(await world.visible()).toEqual(idsOf(days('n', 40)));
    // It is not counted as agreement.
    expect(await only()).toMatchObject({ status: 'superseded', hidden: 40, evidence: { agreed: 38 } });
  });
});
