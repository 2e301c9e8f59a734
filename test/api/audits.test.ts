import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/create-simulator.js';
import type { TestApi } from '../support/api.js';
import { ROWS, startAuditedApi, type Audit, type AuditedApi } from '../support/audit-world.js';
import { steerSimulator } from '../support/simulator.js';

let audited: AuditedApi;
let api: TestApi;
let simulator: Simulator;

beforeAll(async () => {
  audited = await startAuditedApi();
  ({ api, simulator } = audited);
});
afterAll(() => audited?.close());

const createWorld = () => audited.createWorld();

describe("a link's audit over HTTP", () => {
  it('is started once, read with its examples, repaired, and clean afterwards', async () => {
    const world = await createWorld();
    const item = await world.link();
    const [lost, buried, altered] = await world.damage(item);
    const started = await world.start(item.path);
    expect(started.status).toBe(202);
    const id = started.json.audit.heron_id;
    expect(started.json.audit).toMatchObject({
      ...{ kind: 'item', state: 'queued', verdict: null, reason: null, phase: null, repair: null },
      ...{ item_id: item.itemId, integration_heron_id: world.integration.id, part_of_heron_id: null },
      ...{ items: null, started: null, finished: null },
    });
    expect(await world.start(item.path)).toMatchObject({
      status: 200,
      json: { audit: { heron_id: id, state: 'queued' } },
    });
    expect((await world.get(id)).examples).toEqual([]);
    expect(await world.repair(id)).toMatchObject({ status: 409, json: { error: 'audit.nothing_to_repair' } });

    await world.work(item);
    const { audit, examples } = await world.get(id);
    expect(audit).toMatchObject({
      ...{ state: 'done', verdict: 'differs', reason: null, phase: null, replays: 2 },
      ...{ plaid_rows: ROWS, stored_rows: ROWS - 2, left_out: { touched: 0, not_judged: 0 } },
      transactions: { missing: 2, extra: 0, different: 1 },
      accounts: { missing: 0, extra: 0, different: 0 },
    });
    expect(examples.map(({ subject, kind, reference_id: reference }) => [subject, kind, reference])).toEqual([
      ['transaction', 'different', altered],
      ...[lost, buried].sort().map((reference) => ['transaction', 'missing', reference]),
    ]);
    const of = (reference: string | undefined) => examples.find((each) => each.reference_id === reference);
    expect(of(altered)?.differences).toMatchObject([
      { field: 'column.amount', stored: expect.anything() as unknown },
    ]);
    expect(of(altered)?.heron_id).toMatch(/^txn_/);
    expect(of(lost)).toMatchObject({ heron_id: null, removed_at: null, differences: [] });
    expect(of(buried)?.removed_at).not.toBeNull();
    // Exact in an example too (invariant I9).
    const { text } = await api.call('GET', `${world.path}/audits/${id}`);
    expect(text).toContain('123456789012345678.1234567');

    const repair = await world.repair(id);
    expect(repair).toMatchObject({ status: 202, json: { audit: { repair: { sync_run_heron_id: null } } } });
    const again = await world.repair(id);
    expect(again).toMatchObject({ status: 202, json: { audit: { repair: repair.json.audit.repair } } });
    await world.settle(item);
    expect((await world.get(id)).audit.repair?.sync_run_heron_id).toMatch(/^run_/);

    const next = await world.start(item.path);
    expect(next.status).toBe(202);
    expect(next.json.audit.heron_id).not.toBe(id);
    await world.work(item);
    expect((await world.get(next.json.audit.heron_id)).audit).toMatchObject({
      ...{ verdict: 'clean', replays: 1, stored_rows: ROWS },
      transactions: { missing: 0, extra: 0, different: 0 },
    });
    expect(await world.repair(next.json.audit.heron_id)).toMatchObject({
      status: 409,
      json: { error: 'audit.nothing_to_repair' },
    });
    // Asked for again, a repair that has been made stays as it is.
    expect(await world.repair(id)).toMatchObject({ status: 202 });
  });

  it('of a repair that nobody would make is refused', async () => {
    const world = await createWorld();
    const item = await world.link();
    await world.damage(item);
    const { heron_id: id } = (await world.start(item.path)).json.audit;
    await world.work(item);
    await api.call('POST', `${item.path}/pause`);
    expect(await world.repair(id)).toMatchObject({ status: 409, json: { error: 'link.not_syncing' } });
    expect((await world.get(id)).audit.repair).toBeNull();
    await api.call('POST', `${item.path}/resume`);
    expect((await world.repair(id)).status).toBe(202);
  });

  it('answers two repairs at once alike', async () => {
    const world = await createWorld();
    const item = await world.link();
    await world.damage(item);
    const { heron_id: id } = (await world.start(item.path)).json.audit;
    await world.work(item);
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.repair(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
  });

  it('is cancelled; what has ended stays as it is', async () => {
    const world = await createWorld();
    const item = await world.link();
    const { heron_id: id } = (await world.start(item.path)).json.audit;
    const cancelled = await world.cancel(id);
    expect(cancelled).toMatchObject({
      status: 200,
      json: { audit: { state: 'canceled', verdict: null, phase: null } },
    });
    expect(cancelled.json.audit.finished).not.toBeNull();
    expect((await world.cancel(id)).json).toEqual(cancelled.json);
    await world.work(item);
    expect((await world.get(id)).audit).toEqual(cancelled.json.audit);
  });

  it('is listed newest first, by keyset, and by what it says', async () => {
    const world = await createWorld();
    const [one, other] = [await world.link({ transactions: 2 }), await world.link({ transactions: 2 })];
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { heron_id: id } = (await world.start(one.path)).json.audit;
      ids.unshift(id);
      if (n === 0) await world.cancel(id);
      else await world.work(one);
    }
    const { heron_id: queued } = (await world.start(other.path)).json.audit;
    const all = [queued, ...ids];
    const idsOf = ({ audits }: { audits: Audit[] }) => audits.map((audit) => audit.heron_id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const place: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await world.list(`limit=2${place}`);
      expect(page.audits.length).toBeLessThanOrEqual(2);
      seen.push(...idsOf(page));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(all);
    expect(idsOf(await world.list('', one.path))).toEqual(ids);
    expect(idsOf(await world.list('state=canceled', one.path))).toEqual(ids.slice(-1));
    expect(idsOf(await world.list('verdict=clean'))).toEqual(ids.slice(0, -1));
    expect(idsOf(await world.list('verdict=differs'))).toEqual([]);
    expect(idsOf(await world.list('state=queued'))).toEqual([queued]);
    expect(idsOf(await world.list(`item_id=${other.itemId}`))).toEqual([queued]);
    expect(idsOf(await world.list('whole_integration=true'))).toEqual([]);
    for (const query of ['limit=0', 'limit=501', 'state=odd', 'verdict=odd', 'cursor=odd', 'odd=1'])
      expect(await api.call('GET', `${world.path}/audits?${query}`)).toMatchObject({
        status: 422,
        json: { error: 'request.invalid' },
      });
  });
});

describe("an integration's audit over HTTP", () => {
  it('is started once, adds up its Items, repairs them, and is read after the integration is deleted', async () => {
    const world = await createWorld();
    const [damaged, whole] = [await world.link(), await world.link()];
    await world.damage(damaged);
    const started = await world.start(world.path);
    expect(started).toMatchObject({
      status: 202,
      json: { audit: { kind: 'integration', item_id: null, state: 'queued', items: { total: null } } },
    });
    const { heron_id: id } = started.json.audit;
    expect(await world.start(world.path)).toMatchObject({ status: 200, json: { audit: { heron_id: id } } });
    const begun = (await world.advance(2))?.start.map((item) => item.id);
    expect(begun?.sort()).toEqual([damaged.rowId, whole.rowId].sort());
    // An Item's audit that runs as a part of it is the one that is answered.
    const part = await world.start(damaged.path);
    expect(part).toMatchObject({ status: 200, json: { audit: { part_of_heron_id: id } } });
    await world.work(damaged);
    await world.work(whole);
    expect(await world.advance(2)).toBeNull();
    expect((await world.get(id)).audit).toMatchObject({
      ...{ state: 'done', verdict: 'differs', plaid_rows: 2 * ROWS, stored_rows: 2 * ROWS - 2 },
      items: { total: 2, ended: 2, clean: 1, differing: 1, not_audited: 0, failed: 0 },
      transactions: { missing: 2, extra: 0, different: 1 },
    });
    expect((await world.get(id)).examples).toEqual([]);
    const parts = await world.list(`part_of_heron_id=${id}`);
    expect(parts.audits.map((audit) => audit.item_id).sort()).toEqual([damaged.itemId, whole.itemId].sort());
    expect((await world.list('whole_integration=true')).audits.map((audit) => audit.heron_id)).toEqual([id]);
    expect((await world.list('whole_integration=false')).audits).toHaveLength(2);

    expect(await world.repair(id)).toMatchObject({ status: 202 });
    await world.settle(damaged);
    expect((await world.get(id)).audit.repair?.sync_run_heron_id).toBeNull();
    const repaired = await world.get(part.json.audit.heron_id);
    expect(repaired.audit.repair?.sync_run_heron_id).toMatch(/^run_/);
    await world.start(damaged.path);
    await world.work(damaged);
    expect((await world.list('', damaged.path)).audits[0]).toMatchObject({ verdict: 'clean' });

    for (const path of [damaged.path, whole.path, world.path])
      expect((await api.call('DELETE', path)).status).toBeLessThan(300);
    expect((await world.get(id)).audit.verdict).toBe('differs');
    expect(await world.start(world.path)).toMatchObject({ status: 404 });
    expect(await world.start(damaged.path)).toMatchObject({ status: 404 });
  });

  it('is not clean when Items that are to be in sync could not be compared', async () => {
    const world = await createWorld();
    const [whole, broken, paused, superseded] = [
      await world.link(),
      await world.link(),
      await world.link(),
      await world.link(),
    ];
    await api.call('POST', `${paused.path}/pause`);
    await api.deps.db('items').where({ id: superseded.rowId }).update({ superseded_by: whole.rowId });
    const audited = async () => {
      const { heron_id: id } = (await world.start(world.path)).json.audit;
      await world.advance(4);
      for (const item of [whole, broken, paused, superseded]) await world.work(item);
      expect(await world.advance(4)).toBeNull();
      return (await world.get(id)).audit;
    };
    // Those that rest do not count against it.
    expect(await audited()).toMatchObject({ verdict: 'clean', reason: null, items: { not_audited: 2 } });
    await steerSimulator(simulator.url, 'POST', `/items/${broken.itemId}/break`, {
      error_code: 'ITEM_LOGIN_REQUIRED',
    });
    expect(await audited()).toMatchObject({
      ...{ state: 'done', verdict: 'incomplete', items: { clean: 1, not_audited: 3 } },
      reason: expect.stringMatching(/^\[ITEMS_NOT_AUDITED\] 1 of its Items/) as string,
    });
    expect((await world.list('verdict=incomplete')).audits).toHaveLength(1);
    await world.damage(whole);
    expect(await audited()).toMatchObject({ verdict: 'differs' });
  });

  it('is cancelled with its Items', async () => {
    const world = await createWorld();
    const item = await world.link({ transactions: 1 });
    const { heron_id: id } = (await world.start(world.path)).json.audit;
    await world.advance(1);
    expect(await world.cancel(id)).toMatchObject({ status: 200, json: { audit: { state: 'canceled' } } });
    expect((await world.list('', item.path)).audits).toMatchObject([
      { state: 'canceled', part_of_heron_id: id },
    ]);
  });
});

it('shows nothing of an Item that was erased', async () => {
  const world = await createWorld();
  const item = await world.link();
  await world.damage(item);
  const { heron_id: id } = (await world.start(item.path)).json.audit;
  await world.work(item);
  expect((await world.get(id)).examples).toHaveLength(3);
  expect((await api.call('DELETE', `${item.path}?erase=true`)).status).toBeLessThan(300);
  expect(await world.get(id)).toMatchObject({ audit: { verdict: 'differs' }, examples: [] });
});
