import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { auditsAnswer } from '../../src/api/audits/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import type { Simulator } from '../../simulator/create-simulator.js';
import { createSimulatorIntegration, type TestApi } from '../support/api.js';
import {
  startAuditedApi,
  type AuditedApi,
  type AuditWorld,
  type LinkedItem,
} from '../support/audit-world.js';
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

describe('an Item that cannot be audited', () => {
  const cases: [string, string, (world: AuditWorld) => Promise<LinkedItem>][] = [
    [
      'paused',
      '[LINK_PAUSED] ',
      async (world) => {
        const item = await world.link();
        expect((await api.call('POST', `${item.path}/pause`)).status).toBe(200);
        return item;
      },
    ],
    [
      'deleted',
      '[LINK_DELETED] ',
      async (world) => {
        const item = await world.link();
        expect((await api.call('DELETE', item.path)).status).toBeLessThan(300);
        return item;
      },
    ],
    [
      'erroring',
      '[ITEM_LOGIN_REQUIRED] ',
      async (world) => {
        const item = await world.link();
        await steerSimulator(simulator.url, 'POST', `/items/${item.itemId}/break`, {
          error_code: 'ITEM_LOGIN_REQUIRED',
        });
        return item;
      },
    ],
    [
      'gone at Plaid',
      '[',
      async (world) => {
        const item = await world.link();
        await steerSimulator(simulator.url, 'POST', `/items/${item.itemId}/revoke`);
        return item;
      },
    ],
    [
      'superseded',
      '[SUPERSEDED] ',
      async (world) => {
        const [item, newer] = [await world.link(), await world.link()];
        await api.deps.db('items').where({ id: item.rowId }).update({ superseded_by: newer.rowId });
        return item;
      },
    ],
    [
      'of a paused integration',
      '[INVALID_API_KEYS] ',
      async (world) => {
        const item = await world.link();
        await api.deps.db('integrations').where({ id: world.engine.integrationId }).update({
          paused_since: api.deps.db.fn.now(),
          pause_code: 'INVALID_API_KEYS',
          pause_message: 'invalid client_id or secret provided',
        });
        return item;
      },
    ],
    ['without its whole history', '[HISTORY_NOT_COMPLETE] ', (world) => world.link({ ready: false })],
  ];
  it.each(cases)('%s: the audit ends and says why', async (_, reason, make) => {
    const world = await createWorld();
    const item = await make(world);
    const started = await world.start(item.path);
    expect(started.status).toBe(202);
    await world.work(item);
    const { audit, examples } = await world.get(started.json.audit.heron_id);
    expect(audit).toMatchObject({ state: 'done', verdict: 'not_audited', phase: null, replays: 0 });
    expect(audit.reason?.slice(0, reason.length)).toBe(reason);
    expect(audit.reason).toMatch(/^\[[A-Z_]+\] .{10,}/);
    expect(examples).toEqual([]);
    expect(await world.repair(audit.heron_id)).toMatchObject({ status: 409 });
  });
});

it('is not started with options that it does not know', async () => {
  const world = await createWorld();
  const item = await world.link();
  for (const path of [item.path, world.path])
    expect(await api.call('POST', `${path}/audit`, { body: { item_ids: [item.itemId] } })).toMatchObject({
      status: 422,
      json: { description: { json: { item_ids: ['Unknown parameter.'] } } },
    });
  expect(await api.call('POST', `${item.path}/audit`, { body: {} })).toMatchObject({ status: 202 });
});

describe('an audit of another organisation, integration, or none (invariant I8)', () => {
  it('is not there, whatever is asked', async () => {
    const world = await createWorld();
    const item = await world.link();
    const { heron_id: id } = (await world.start(item.path)).json.audit;
    const sibling = await createSimulatorIntegration(api, simulator.url);
    const none = toPublicId('audit', randomUUID());
    const routes = (integration: string, itemId: string, auditId: string) =>
      [
        ['POST', `/api/integrations/${integration}/links/${itemId}/audit`],
        ['GET', `/api/integrations/${integration}/links/${itemId}/audits`],
        ['GET', `/api/integrations/${integration}/audits?item_id=${itemId}`],
        ['GET', `/api/integrations/${integration}/audits/${auditId}`],
        ['POST', `/api/integrations/${integration}/audits/${auditId}/repair`],
        ['POST', `/api/integrations/${integration}/audits/${auditId}/cancel`],
      ] as const;
    const whole = [
      ['POST', `${world.path}/audit`],
      ['GET', `${world.path}/audits`],
    ] as const;
    for (const [method, path] of [...routes(world.integration.id, item.itemId, id), ...whole])
      expect(await api.call(method, path, { key: api.foreignKey }), path).toMatchObject({
        status: 404,
        json: { error: 'integration.not_found' },
      });
    for (const [method, path] of [
      ...routes(sibling.id, item.itemId, id),
      ...routes(world.integration.id, 'nobody', none),
      ...routes(world.integration.id, 'nobody', 'aud_nonsense'),
    ])
      expect(await api.call(method, path), path).toMatchObject({
        status: 404,
        json: { error: path.includes('/audits/') ? 'audit.not_found' : 'link.not_found' },
      });
    // A foreign audit as a filter finds nothing either.
    const { json } = await api.call<z.output<typeof auditsAnswer>>(
      'GET',
      `/api/integrations/${sibling.id}/audits?part_of_heron_id=${id}`,
    );
    expect(json.audits).toEqual([]);
    expect((await world.get(id)).audit.state).toBe('queued');
    for (const [method, path] of routes(world.integration.id, item.itemId, id))
      expect((await api.call(method, path, { key: null })).status).toBe(401);
  });
});
