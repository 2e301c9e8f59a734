import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { liveIds, storedItem } from '../support/stored.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());

it('merges nothing when PostgreSQL has emptied the staged rows in a crash, and starts over (ADR 7)', async () => {
  const plaidItemId = `item-${randomUUID()}`;
  plaid = createScriptedPlaid(plaidItemId);
  const { id } = (await engine.link({ itemId: plaidItemId, accessToken: 'access' })).link;
  let crashes = 1;
  plaid.sync = async (cursor) => {
    if (cursor === null) return { added: [row('a')], cursor: 'second', hasMore: true };
    if (cursor === 'second') return { added: [row('b')], cursor: 'third', hasMore: true };
    // The first page has been staged by now.
    if (crashes-- > 0) await engine.db('sync_staged_rows').delete();
    return { added: [row('c')], cursor: 'end' };
  };
  await expect(engine.look(id)).rejects.toThrow('not merged');
  expect(await liveIds(engine, id)).toEqual([]);
  expect(await storedItem(engine, id)).toMatchObject({ cursor: null });
  // Retries of a merge that cannot succeed must not pile up their rows.
  for (const table of ['sync_staged_rows', 'sync_staged_runs']) expect(await engine.db(table)).toEqual([]);

  expect(await engine.look(id)).toMatchObject({ kind: 'synced' });
  expect(new Set(await liveIds(engine, id))).toEqual(new Set(['a', 'b', 'c']));
  expect(await storedItem(engine, id)).toMatchObject({ cursor: 'end' });
});
