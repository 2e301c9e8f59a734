import type { Database } from '../../src/db/database.js';

interface PlanNode {
  'Relation Name'?: string;
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Rows of the tables that the statements of `read` look at, by what was really done; statements are run as well. */
export async function rowsRead(
  db: Database,
  tables: readonly string[],
  read: (db: Database) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  const noting = {
    raw: async (sql: string, bindings: Record<string, unknown>) => {
      const { rows } = await db.raw<{ rows: [{ 'QUERY PLAN': [{ Plan: PlanNode }] }] }>(
        `explain (analyze, format json) ${sql}`,
        bindings as never,
      );
      for (const node of nodesOf(rows[0]['QUERY PLAN'][0].Plan))
        if (tables.includes(node['Relation Name'] ?? ''))
          count += (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
      return db.raw<object>(sql, bindings as never);
    },
  };
  await read(noting as unknown as Database);
  return count;
}
