import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { auditAnswer, auditsAnswer, auditWithExamples } from '../../src/api/audits/schema.js';
import { createSimulator, type Simulator } from '../../simulator/create-simulator.js';
import { createSimulatorIntegration, createTestApi, type TestApi, type TestIntegration } from './api.js';
import { engineOf } from './api-engine.js';
import { createTestAudits } from './audits.js';
import { createSimulatorItem, steerSimulator } from './simulator.js';

export type Audit = z.output<typeof auditAnswer>['audit'];
type Detail = z.output<typeof auditWithExamples>;

/** Of each Item, unless said otherwise. */
export const ROWS = 12;

export interface LinkedItem {
  /** Plaid's. */
  itemId: string;
  rowId: string;
  path: string;
}

/** An integration of the test's own, and what its worker would do. */
export const createAuditWorld = async (api: TestApi, simulator: Simulator) => {
  const integration: TestIntegration = await createSimulatorIntegration(api, simulator.url);
  const engine = engineOf(api, integration.id);
  const audits = createTestAudits(engine);
  const path = `/api/integrations/${integration.id}`;
  const one = <T = { audit: Audit }>(method: string, where: string) =>
    api.call<T>(method, `${path}/audits/${where}`);
  return {
    integration,
    engine,
    path,
    start: (where: string) => api.call<{ audit: Audit }>('POST', `${where}/audit`),
    get: async (id: string): Promise<Detail> => {
      const { status, json } = await one<Detail>('GET', id);
      expect(status).toBe(200);
      return json;
    },
    repair: (id: string) => one('POST', `${id}/repair`),
    cancel: (id: string) => one('POST', `${id}/cancel`),
    list: async (query = '', where = path) => {
      const { status, json } = await api.call<z.output<typeof auditsAnswer>>(
        'GET',
        `${where}/audits?${query}`,
      );
      expect(status).toBe(200);
      return json;
    },
    async link(options: Record<string, unknown> = {}): Promise<LinkedItem> {
      const item = await createSimulatorItem(simulator.url, {
        ...{ transactions: ROWS, ready: true, long_amounts: true },
        ...options,
      });
      const { status } = await api.call('POST', integration.linkPath, {
        body: { item_id: item.itemId, access_token: item.accessToken, end_user_id: randomUUID() },
      });
      expect(status).toBe(201);
      const row = await engine.db('items').where({ plaid_item_id: item.itemId }).first<{ id: string }>('id');
      await engine.settle(row.id);
      return { itemId: item.itemId, rowId: row.id, path: `${integration.linkPath}/${item.itemId}` };
    },
    /** Deletes the first row of the Item, tombstones the second, and alters the third. */
    async damage({ rowId }: LinkedItem): Promise<string[]> {
      const rows = await engine
        .db('transactions')
        .where({ item_id: rowId })
        .orderBy('reference_id')
        .limit(3)
        .select<{ id: string; reference_id: string }[]>('id', 'reference_id');
      const [lost, buried, altered] = rows.map(({ id }) => id);
      await engine.db('transactions').where({ id: lost }).delete();
      await engine.db('transactions').where({ id: buried }).update({ removed_at: engine.db.fn.now() });
      await engine.db('transactions').where({ id: altered }).update({ amount: '123456789012345678.1234567' });
      return rows.map((row) => row.reference_id);
    },
    /** What the workflow of the Item's audit does. */
    work: ({ rowId }: LinkedItem) => audits.run(rowId),
    advance: (atOnce: number) => audits.deps.fleets.advance(engine.integrationId, atOnce),
    settle: ({ rowId }: LinkedItem) => engine.settle(rowId),
  };
};

export type AuditWorld = Awaited<ReturnType<typeof createAuditWorld>>;

/** An API beside a simulator whose clock stands still, for worlds side by side. */
export const startAuditedApi = async () => {
  const simulator = await createSimulator({ seed: 'audits' });
  await steerSimulator(simulator.url, 'POST', '/clock/freeze', { at: '2026-11-23T12:00:00Z' });
  const api = await createTestApi({ plaidUrl: simulator.url });
  return {
    api,
    simulator,
    createWorld: () => createAuditWorld(api, simulator),
    async close(): Promise<void> {
      await api.close();
      await simulator.close();
    },
  };
};

export type AuditedApi = Awaited<ReturnType<typeof startAuditedApi>>;
