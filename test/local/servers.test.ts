import { Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { testTemporal } from '../support/temporal.js';

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('databases for tests', () => {
  let databases: TestDatabase[] = [];
  beforeAll(async () => {
    databases = await Promise.all([
      createTestDatabase(),
      createTestDatabase(),
      createTestDatabase({ migrated: false }),
    ]);
  });
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('hands each caller a database of its own', async () => {
    const [first, second] = databases as [TestDatabase, TestDatabase];
    await query(first.url, 'create table only_here (id int)');
    await expect(query(second.url, 'select * from only_here')).rejects.toThrow(/does not exist/);
  });

  it('copies one that was migrated, unless asked for an empty one', async () => {
    const tables = `select count(*)::int as count from information_schema.tables where table_schema = 'public'`;
    const [migrated, , empty] = databases as [TestDatabase, TestDatabase, TestDatabase];
    expect(await query(empty.url, tables)).toEqual([{ count: 0 }]);
    expect(await query(migrated.url, tables)).not.toEqual([{ count: 0 }]);
  });
});

describe('Temporal for tests', () => {
  it('is the real dev server, with a task queue per caller', async () => {
    const [first, second] = [await testTemporal(), await testTemporal()];
    expect(first.address).toBe(second.address);
    expect(first.taskQueue).not.toBe(second.taskQueue);
    const connection = await Connection.connect({ address: first.address });
    const info = await connection.workflowService.getSystemInfo({});
    await connection.close();
    expect(info.serverVersion).toMatch(/^1\./);
  });
});
