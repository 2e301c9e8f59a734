import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditUpkeepQueries } from '../../src/db/queries/audit-upkeep.js';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { createTestAudits } from '../support/audits.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { idsOf } from '../support/owned-rows.js';

let plaid: ScriptedPlaid;
let engine: TestEngine;
let audits: ReturnType<typeof createTestAudits>;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
  audits = createTestAudits(engine);
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  plaid.sync = (cursor) => ({ added: cursor === null ? [row('r1')] : [], cursor: 'stored' });
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access-test' })).link.id;
  await engine.settle(itemId);
});

describe('what an audit keeps', () => {
  it('is some examples, and the count of all', async () => {
    const rows = Array.from({ length: 31 }, (_, index) => row(`r${index + 1}`));
    plaid.sync = (cursor) => ({ added: cursor === null ? rows : [], cursor: 'stored' });
    const { audit, examples } = await audits.audit(itemId);
    expect(audit.missing).toBe(30);
    expect(examples).toHaveLength(20);
  });

  it('goes with the data of the Item, and a running one ends', async () => {
    await engine.db('transactions').where({ item_id: itemId }).delete();
    const { audit, examples } = await audits.audit(itemId);
    expect(examples).toHaveLength(1);
    const running = await audits.audit(itemId, {
      async afterReplay() {
        const removal = createItemRemovalQueries({ db: engine.db, signalStaleAfterMs: 15_000 });
        await removal.remove(engine.organizationId, itemId, { removedAtPlaid: false, erase: true });
      },
    });
    expect((await audits.read(audit.id)).examples).toEqual([]);
    expect(running.audit).toMatchObject({ verdict: 'not_audited', reason_code: 'LINK_DELETED' });
    expect(await engine.db('audit_suspects')).toEqual([]);
  });

  it('waits for its turn as bulk work, and not when a webhook has come', async () => {
    const fresh = async (): Promise<boolean> => (await engine.deps.looks.claim(itemId))!.fresh;
    const target = { organizationId: engine.organizationId, integrationId: engine.integrationId, itemId };
    const { audit } = await audits.audits.request(target);
    await audits.runs.begin(itemId);
    await audits.runs.requestSync(audit.id);
    expect(await fresh()).toBe(false);
    await engine.links.requestSync(itemId);
    await audits.runs.requestSync(audit.id);
    expect(await fresh()).toBe(true);
    await audits.audits.cancel(engine.organizationId, audit.id);
  });
});

describe('the upkeep of audits', () => {
  const upkeep = () => createAuditUpkeepQueries({ db: engine.db, signalStaleAfterMs: 60_000 });
  const owedItems = () =>
    idsOf(
      upkeep()
        .takeOwed(10)
        .then(({ items }) => items),
    );
  const target = () => ({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    itemId,
  });
  const age = (id: string, column: string, ms: number) =>
    engine
      .db('audits')
      .where({ id })
      .update({ [column]: engine.db.raw(`now() - ? * interval '1 millisecond'`, [ms]) });

  it('finds what shows no sign of life, with growing patience', async () => {
    const { audit } = await audits.audits.request(target());
    expect(await owedItems()).not.toContain(itemId);
    await age(audit.id, 'signalled_at', 90_000);
    const { organizationId } = engine;
    expect((await upkeep().takeOwed(10)).items).toEqual([{ id: itemId, organizationId, repeatedSignals: 1 }]);
    await age(audit.id, 'signalled_at', 90_000);
    expect(await owedItems()).not.toContain(itemId);
    await age(audit.id, 'signalled_at', 150_000);
    expect(await owedItems()).toContain(itemId);
  });

  it('removes old audits and what a dead one left, never a running one', async () => {
    const { audit: old } = await audits.audit(itemId);
    const { audit: recent } = await audits.audit(itemId);
    const { audit: running } = await audits.audits.request(target());
    await age(old.id, 'finished_at', 7_200_000);
    const suspect = (id: string) => ({
      audit_id: id,
      replay: 1,
      subject: 'account',
      reference_id: 'a',
      kind: 'extra',
      details: {},
    });
    await engine.db('audit_suspects').insert([suspect(recent.id), suspect(running.id)]);
    expect(await upkeep().prune(3_600_000)).toBe(2);
    const left = await engine.db('audits').where({ item_id: itemId }).pluck<string[]>('id');
    expect(left.sort()).toEqual([recent.id, running.id].sort());
    expect(await engine.db('audit_suspects').pluck('audit_id')).toEqual([running.id]);
    await engine.db('audit_suspects').delete();
  });

  it('answers a running audit instead of a second one, however many ask at once', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => audits.audits.request(target())));
    expect(asked.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(asked.map(({ audit }) => audit.id)).size).toBe(1);
  });
});
