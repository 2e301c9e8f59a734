import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../simulator/config.js';
import { drawScript } from '../../simulator/script/draw.js';
import { linkItem, newReader, readUpdate, startSimulator, type RunningSimulator } from './support/sdk.js';
import { expectTruth, truthOf, type ControlItem } from './support/incidents.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

interface Step {
  step: number;
  at_ms: number;
  kind: string;
  params: Record<string, unknown>;
  item_id: string | null;
  same_item_as_step?: number;
  state: string;
  note?: string;
}
interface Script {
  id: number;
  state: string;
  steps: Step[];
}

const start = async (running: RunningSimulator, request: object): Promise<Script> => {
  const { status, text, body } = await running.control<{ script: Script }>('POST', '/faults/script', request);
  expect([status, text]).toEqual([200, text]);
  return body.script;
};

const scriptsOf = async (running: RunningSimulator): Promise<Script[]> =>
  (await running.control<{ scripts: Script[] }>('GET', '/faults/script')).body.scripts;

const kindsOf = async ({ control }: RunningSimulator): Promise<string[]> =>
  (await control<{ kinds: { kind: string }[] }>('GET', '/faults/kinds')).body.kinds.map(({ kind }) => kind);

/** Reads one update as a client does that starts over after every failure, from nothing when its cursor is spoilt. */
const readStubbornly = async (running: RunningSimulator, accessToken: string) => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const reader = newReader();
    const done = await readUpdate(running.sdk, accessToken, reader, 50).then(
      () => true,
      () => false,
    );
    if (done) return reader;
  }
  throw new Error('never read');
};

describe('a script', () => {
  it('is the same list for the same seed and another for another, and has every kind', async () => {
    const request = { steps: 200, durationMs: 600_000, kinds: [], itemIds: [] };
    const list = drawScript({ ...request, seed: 'one' });
    expect(drawScript({ ...request, seed: 'one' })).toEqual(list);
    expect(drawScript({ ...request, seed: 'other' })).not.toEqual(list);
    expect([...new Set(list.map(({ kind }) => kind))].sort()).toEqual((await kindsOf(simulator)).sort());
    expect(list.map(({ at }) => at)).toEqual(list.map(({ at }) => at).sort((a, b) => a - b));
    expect(list.map(({ step }) => step)).toEqual(list.map((_, index) => index + 1));
    for (const { kind, sameItemAs, step } of list.filter(({ kind }) => kind === 'repair')) {
      const cause = list[(sameItemAs ?? 0) - 1];
      expect([kind, ['break', 'error'].includes(cause?.kind ?? '')]).toEqual(['repair', true]);
      expect(cause?.step).toBeLessThan(step);
    }
  });

  it('happens over the virtual time, and every reader ends up with the truth', async () => {
    const running = await startSimulator();
    try {
      const items = [await linkItem(running), await linkItem(running), await linkItem(running)];
      await running.advance('5s');
      for (const { accessToken } of items) await running.sdk.transactionsSync({ access_token: accessToken });
      const script = await start(running, { seed: 'storm', minutes: 10, steps: 150 });
      expect(script.steps.every(({ state }) => state === 'due')).toBe(true);
      for (let minute = 0; minute < 10; minute++) {
        await running.advance('1m');
        // Somebody reads, so that faults have something to hit.
        for (const { accessToken } of items)
          await running.sdk
            .transactionsSync({ access_token: accessToken, count: 10 }, { timeout: 500 })
            .catch(() => null);
      }
      const [after] = await scriptsOf(running);
      expect(after?.state).toBe('ended');
      const states = (after?.steps ?? []).map(({ state }) => state);
      expect(states.filter((state) => state === 'done').length).toBeGreaterThan(100);
      expect(states.filter((state) => state !== 'done' && state !== 'skipped')).toEqual([]);
      for (const { state, note } of after?.steps ?? [])
        if (state === 'skipped') expect(note).toEqual(expect.any(String));
      const { body } = await running.control<{
        faults: { active: boolean }[];
        fired_by_kind: Record<string, number>;
      }>('GET', '/faults');
      expect(body.faults.filter(({ active }) => active)).toEqual([]);
      expect(Object.keys(body.fired_by_kind).length).toBeGreaterThan(20);
      const all = (await running.control<{ items: ControlItem[] }>('GET', '/items')).body.items;
      expect(all.length).toBeGreaterThan(items.length);
      for (const { item_id: itemId, access_token: accessToken, removed_at, error } of all) {
        if (removed_at !== null || error?.code === 'USER_PERMISSION_REVOKED') continue;
        if (error !== null) await running.control('POST', `/items/${itemId}/repair`);
        const reader = await readStubbornly(running, accessToken);
        // The SDK parses amounts as doubles; the truth is compared through the same eyes.
        await expectTruth(running, itemId, reader);
      }
    } finally {
      await running.close();
    }
  });

  it('keeps to the kinds and Items that it is given, and stops with the faults', async () => {
    const [one, other] = [await linkItem(simulator), await linkItem(simulator)];
    await simulator.advance('5s');
    const before = (await truthOf(simulator, other.itemId)).transactions;
    const script = await start(simulator, {
      seed: 's',
      steps: 20,
      kinds: ['churn', 'page_size'],
      item_ids: [one.itemId],
    });
    expect(new Set(script.steps.map(({ kind }) => kind))).toEqual(new Set(['churn', 'page_size']));
    expect(new Set(script.steps.map(({ item_id }) => item_id))).toEqual(new Set([one.itemId]));
    await simulator.advance('50s');
    await simulator.control('DELETE', '/faults');
    await simulator.advance('1h');
    const stopped = (await scriptsOf(simulator)).find(({ id }) => id === script.id);
    expect(stopped?.state).toBe('stopped');
    expect(new Set(stopped?.steps.map(({ state }) => state))).toEqual(new Set(['done', 'stopped']));
    expect((await truthOf(simulator, other.itemId)).transactions).toEqual(before);
  });

  it('names what is wrong with a request', async () => {
    const refused = async (request: object) => {
      const { status, body } = await simulator.control<{ error: { message: string } }>(
        'POST',
        '/faults/script',
        request,
      );
      return [status, body.error.message];
    };
    for (const [request, named] of [
      [{ steps: 5 }, 'seed'],
      [{ seed: 'x' }, 'minutes'],
      [{ seed: 'x', steps: 5, kinds: ['comet'] }, 'comet'],
      [{ seed: 'x', steps: 5, item_ids: ['nobody'] }, 'nobody'],
    ] as const)
      expect(await refused(request)).toEqual([400, expect.stringContaining(named)]);
  });
});

describe('SIMULATOR_FAULTS', () => {
  it('switches faults, limits and a script on from the start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ardea-faults-'));
    const path = join(folder, 'faults.json');
    try {
      writeFileSync(
        path,
        JSON.stringify({
          faults: [{ kind: 'internal_error', probability: 0.1, times: null }],
          rate_limits: { enabled: true, environment: 'production' },
          script: { seed: 'day', minutes: 5 },
        }),
      );
      const { faults } = readConfig({ SIMULATOR_FAULTS: path });
      const running = await startSimulator({ faults });
      try {
        const list = await running.control<{ faults: { kind: string }[] }>('GET', '/faults');
        expect(list.body.faults.map(({ kind }) => kind)).toEqual(['internal_error']);
        const limits = await running.control('GET', '/rate-limits');
        expect(limits.body).toMatchObject({ enabled: true });
        const [script] = await scriptsOf(running);
        expect(script?.steps.length).toBeGreaterThanOrEqual(60);
      } finally {
        await running.close();
      }
      writeFileSync(path, '{"fualts": []}');
      expect(() => readConfig({ SIMULATOR_FAULTS: path })).toThrow(/SIMULATOR_FAULTS.*fualts/);
      writeFileSync(path, '{');
      expect(() => readConfig({ SIMULATOR_FAULTS: path })).toThrow(ConfigError);
      await expect(startSimulator({ faults: { faults: [{ kind: 'gremlins' }] } })).rejects.toThrow(
        'gremlins',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
