import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database, Transaction } from '../../src/db/database.js';
import { createAuditCompareQueries } from '../../src/db/queries/audit-compare.js';
import { mergeRows } from '../../src/db/queries/merge-rows.js';
import { missingFromSnapshot } from '../../src/db/queries/reconcile.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://plaid.test' });
});
afterAll(() => engine.close());

interface PlanNode {
  'Node Type': string;
  Plans?: PlanNode[];
}
const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** A transaction that notes the plan of each statement over transactions before it runs it. */
const explaining = (trx: Transaction, nodes: PlanNode[]): Transaction =>
  new Proxy(trx, {
    get(target, name, receiver) {
      if (name !== 'raw') return Reflect.get(target, name, receiver) as unknown;
      return (sql: string, bindings: Record<string, unknown>) => {
        const run = () => target.raw<object>(sql, bindings as never);
        if (!sql.includes('transactions')) return run();
        return target
          .raw<{ rows: [{ 'QUERY PLAN': [{ Plan: PlanNode }] }] }>(
            `explain (format json) ${sql}`,
            bindings as never,
          )
          .then(({ rows }) => {
            nodes.push(...nodesOf(rows[0]['QUERY PLAN'][0].Plan));
            return run();
          });
      };
    },
  });

const ROWS = 300;
const fill = (itemId: string) =>
  engine.db.raw(
    `insert into transactions (organization_id, end_user_id, item_id, reference_id, account_id, amount, date, plaid)
     select organization_id, end_user_id, id, 'r-' || n, 'account', -n, '2026-01-01',
            jsonb_build_object('transaction_id', 'r-' || n, 'account_id', 'account', 'amount', n, 'date', '2026-01-01')
       from items, generate_series(1, ?::integer) n where id = ?`,
    [ROWS, itemId],
  );

it('two histories are never nested, though the statistics know of neither', async () => {
  const { db, organizationId, integrationId } = engine;
  const { link: known } = await engine.link({ itemId: 'known', accessToken: 'access-known' });
  const { link } = await engine.link({ itemId: 'new', accessToken: 'access-new' });
  await fill(known.id);
  await db.raw(`insert into sync_staged_rows (run_id, position, data) values (gen_random_uuid(), 0, '{}')`);
  await db.raw('analyze transactions, sync_staged_rows');
  await fill(link.id);
  const runId = randomUUID();
  await db.raw('insert into sync_staged_runs (run_id, item_id) values (?, ?)', [runId, link.id]);
  await db.raw(
    `insert into sync_staged_rows (run_id, position, data)
     select ?::uuid, row_number() over () - 1, plaid from transactions where item_id = ?`,
    [runId, link.id],
  );
  const { rows: audits } = await db.raw<{ rows: [{ id: string }] }>(
    `insert into audits (organization_id, integration_id, item_id, state, phase, started_at)
     values (?, ?, ?, 'running', 'replaying', now()) returning id`,
    [organizationId, integrationId, link.id],
  );

  const nodes: PlanNode[] = [];
  const noted = {
    transaction: <T>(run: (trx: Transaction) => Promise<T>) =>
      db.transaction((trx) => run(explaining(trx, nodes))),
  } as unknown as Database;
  const source = { kind: 'staged', runId } as const;
  await noted.transaction(async (trx) => {
    for (const thorough of [false, true]) {
      const merged = await mergeRows(trx, {
        itemId: link.id,
        organizationId,
        endUserId: link.end_user_id,
        runId,
        source,
        expectedRows: ROWS,
        winners: null,
        removed: [],
        thorough,
      });
      expect(merged).toMatchObject({ added: 0, unchanged: ROWS });
    }
    const ids = Array.from({ length: ROWS }, (_, n) => `r-${n + 1}`);
    expect(await missingFromSnapshot(trx, link.id, { ids, accountIds: ['account'] })).toEqual([]);
  });
  const compared = await createAuditCompareQueries(noted).compare({
    auditId: audits[0].id,
    itemId: link.id,
    replay: 1,
    source,
    expectedRows: ROWS,
    winners: null,
    pages: 1,
    accounts: '{"accounts":[{"account_id":"account"}]}',
  });
  expect(compared).toBe(true);
  expect(nodes.length).toBeGreaterThan(20);
  expect(nodes.filter((node) => node['Node Type'] === 'Nested Loop')).toEqual([]);
});
