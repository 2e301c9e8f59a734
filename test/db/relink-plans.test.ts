import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transaction } from '../../src/db/database.js';
import { compareRows, hideDuplicates, showDuplicates } from '../../src/db/queries/relink-rows.js';
import { bankAccount, createRelinkWorld, days, type RelinkWorld } from '../support/relinks.js';

let world: RelinkWorld;
beforeAll(async () => {
  world = await createRelinkWorld();
});
afterAll(() => world.close());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}
const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Nodes that read all transactions of all organisations; an index of duplicates only is taken where they are few. */
const readsEverything = (node: PlanNode): boolean =>
  node['Relation Name'] === 'transactions' &&
  (node['Node Type'] === 'Seq Scan' ||
    (/^Index/.test(node['Node Type']) &&
      node['Index Cond'] === undefined &&
      node['Index Name'] !== 'transactions__duplicate_of'));

/** A transaction that notes the plan of each statement over transactions before it runs it. */
const explaining = (trx: Transaction, plans: PlanNode[]): Transaction =>
  new Proxy(trx, {
    get(target, name, receiver) {
      if (name !== 'raw') return Reflect.get(target, name, receiver) as unknown;
      return async (sql: string, bindings: Record<string, unknown>) => {
        if (sql.includes('transactions')) {
          const { rows } = await target.raw<{ rows: [{ 'QUERY PLAN': [{ Plan: PlanNode }] }] }>(
            `explain (format json) ${sql}`,
            bindings as never,
          );
          plans.push(rows[0]['QUERY PLAN'][0].Plan);
        }
        return (await target.raw<object>(sql, bindings as never)) as unknown;
      };
    },
  });

it('no statement of a relink reads the rows of other Items', async () => {
  const { engine } = world;
  const [older, newer, stranger] = [
    world.item(days('o', 60), { accounts: [bankAccount('o-a')] }),
    world.item(days('n', 60), { accounts: [bankAccount('n-a')] }),
    world.item(days('s', 1), { accounts: [bankAccount('s-a')] }),
  ];
  expect(await world.link(stranger, { institutionId: 'ins_2' })).toBe('linked');
  await engine.settle(stranger.id);
  await engine.db.raw(
    `insert into transactions (organization_id, end_user_id, item_id, reference_id, account_id, amount, currency, date, description, pending, plaid)
     select organization_id, end_user_id, item_id, 's-' || n, account_id, n, currency, date, description, false, '{"a": 1}'
       from transactions, generate_series(1, 50000) n where item_id = ?`,
    [stranger.id],
  );
  await world.sync(older);
  await world.sync(newer);
  await engine.db.raw('analyze transactions');
  const { rows } = await engine.db.raw<{ rows: { item_id: string; id: string }[] }>(
    'select item_id, id from accounts where item_id = any(?)',
    [[older.id, newer.id]],
  );
  const idOf = (itemId: string) => rows.find((row) => row.item_id === itemId)!.id;
  const pair = {
    oldItemId: older.id,
    newItemId: newer.id,
    accounts: [{ oldId: idOf(older.id), newId: idOf(newer.id) }],
  };
  const plans: PlanNode[] = [];
  await engine.db.transaction(async (trx) => {
    const noted = explaining(trx, plans);
    expect(await showDuplicates(noted, older.id, newer.id, [])).toHaveLength(60);
    await compareRows(noted, pair);
    expect((await hideDuplicates(noted, pair, { changedIds: null, whole: true })).hidden).toHaveLength(60);
  });
  expect(plans).toHaveLength(3);
  expect(plans.flatMap(nodesOf).filter(readsEverything)).toEqual([]);
});
