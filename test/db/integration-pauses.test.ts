import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { createIntegrationProbes } from '../../src/activities/probe-integrations.js';
import { readBacklog } from '../../src/db/queries/backlog.js';
import { createIntegrationPauseQueries } from '../../src/db/queries/integration-pauses.js';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import { createSweepQueries } from '../../src/db/queries/sweep.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { generationsOf, liveIds, storedItem } from '../support/stored.js';
import { idsOf } from '../support/owned-rows.js';

let engine: TestEngine;
/** What Plaid says to every call of the client; null: nothing against it. */
let refusal: string | null;
const scripts = new Map<string, ScriptedPlaid>();

beforeEach(async () => {
  refusal = null;
  scripts.clear();
  engine = await createTestEngine({
    baseUrl: 'http://plaid.test',
    gateway: (keys) => {
      const of = (token: string) => scripts.get(token)?.gateway(keys);
      const ask = async <T>(
        token: string,
        call: (api: ReturnType<ScriptedPlaid['gateway']>) => Promise<T>,
      ) => {
        if (refusal !== null)
          throw plaidFailure(refusal, { errorType: 'INVALID_INPUT', message: 'refused for the test' });
        const api = of(token);
        if (!api) throw plaidFailure('INVALID_ACCESS_TOKEN');
        return call(api);
      };
      return {
        getItem: (token, options) => ask(token, (api) => api.getItem(token, options)),
        syncPage: (token, cursor, options) => ask(token, (api) => api.syncPage(token, cursor, options)),
        getAccounts: (token, options) => ask(token, (api) => api.getAccounts(token, options)),
        removeItem: (token, options) => ask(token, (api) => api.removeItem(token, options)),
        updateWebhook: () => Promise.reject(plaidFailure('INTERNAL_SERVER_ERROR')),
        getWebhookVerificationKey: () => Promise.reject(plaidFailure('INTERNAL_SERVER_ERROR')),
      };
    },
  });
});
afterEach(() => engine.close());
afterAll(() => scripts.clear());

interface Linked {
  id: string;
  plaid: ScriptedPlaid;
}

async function linked(): Promise<Linked> {
  const plaid = createScriptedPlaid(`item-${randomUUID()}`);
  plaid.sync = () => ({ added: [row(`row of ${plaid.itemId}`)], cursor: randomUUID() });
  scripts.set(`access-${plaid.itemId}`, plaid);
  const { link } = await engine.link({ itemId: plaid.itemId, accessToken: `access-${plaid.itemId}` });
  return { id: link.id, plaid };
}

const pauses = () => createIntegrationPauseQueries(engine.db);
const integrations = () =>
  createIntegrationQueries({ db: engine.db, secrets: engine.secrets, signalStaleAfterMs: 15_000 });
const integration = async () => (await integrations().find(engine.organizationId, engine.integrationId))!;
const owed = () => idsOf(createSweepQueries({ db: engine.db, signalStaleAfterMs: 0 }).takeOwed(500));
const links = () => engine.links.listByIntegration(engine.organizationId, engine.integrationId);
const newSecret = () =>
  integrations().update(engine.organizationId, engine.integrationId, {
    clientSecret: 'right',
    keysStatus: 'valid',
  });
const probes = () =>
  createIntegrationProbes({
    pauses: pauses(),
    secrets: engine.secrets,
    plaid: engine.deps.plaid,
    settings: { PROBE_INTERVAL: 3_600_000, PLAID_CHECK_TIMEOUT: 1_000 },
    logger: engine.deps.logger,
  });

describe('a client that Plaid refuses', () => {
  it.each([
    ['INVALID_API_KEYS', 'invalid'],
    ['UNAUTHORIZED_ENVIRONMENT', 'invalid'],
    ['CREDITS_EXHAUSTED', 'valid'],
    ['INCOMPATIBLE_API_VERSION', 'valid'],
  ])('%s pauses the integration, and no Item by itself', async (code, keysStatus) => {
    const item = await linked();
    refusal = code;
    expect(await engine.look(item.id)).toMatchObject({
      kind: 'paused',
      status: 'erroring',
      detail: expect.stringMatching(new RegExp(`^\\[${code}\\] refused for the test\\. Correct`)) as string,
      wakeAt: null,
    });
    expect(await integration()).toMatchObject({
      pause_code: code,
      pause_message: 'refused for the test',
      keys_status: keysStatus,
    });
    expect((await integration()).paused_since).toBeInstanceOf(Date);
    expect(await storedItem(engine, item.id)).toMatchObject({
      health: 'pending',
      status_code: null,
      action: null,
      failures: 0,
      syncing_since: null,
    });
  });

  it('lets all its Items rest, dirty, without asking Plaid or being signalled', async () => {
    const items = [await linked(), await linked(), await linked()];
    refusal = 'INVALID_API_KEYS';
    await engine.look(items[0]!.id);
    refusal = null;
    for (const { id, plaid } of items) {
      expect(await engine.look(id)).toMatchObject({ kind: 'paused', status: 'erroring' });
      expect(plaid.calls).toEqual([]);
      const { dirty, synced } = await generationsOf(engine, id);
      expect(synced).toBeLessThan(dirty);
    }
    await engine.db('items').update({ next_sync_at: engine.db.raw(`now() - interval '1 hour'`) });
    expect(await owed()).toEqual([]);
    for (const link of await links())
      expect(link).toMatchObject({ pause_code: 'INVALID_API_KEYS', status_code: null });
    // An alert on late work would tell of the keys what the status tells already.
    expect(await readBacklog(engine.db)).toMatchObject({ dirtyItems: 0, items: new Map([['erroring', 3]]) });
  });

  it('still stops what the user pauses', async () => {
    const item = await linked();
    refusal = 'INVALID_API_KEYS';
    await engine.look(item.id);
    await engine.links.setDesiredState(item.id, 'paused');
    await engine.db('item_sync').update({ signalled_at: null });
    expect(await owed()).toEqual([item.id]);
  });

  it('goes on with all its Items once the secret is corrected, a batch at a time and as bulk work', async () => {
    const items: Linked[] = [];
    for (let n = 0; n < 103; n++) items.push(await linked());
    await engine.look(items[0]!.id);
    refusal = 'INVALID_API_KEYS';
    await engine.look(items[1]!.id);
    refusal = null;
    const revived = (await newSecret())!;
    expect(revived.integration).toMatchObject({ paused_since: null, pause_code: null, keys_status: 'valid' });
    expect(revived.items).toHaveLength(103);
    expect(revived.items.filter(({ signal }) => signal)).toHaveLength(100);
    // The others are signalled by the next sweep.
    const left = revived.items.filter(({ signal }) => !signal).map(({ itemId }) => itemId);
    await engine
      .db('item_sync')
      .whereNotIn('item_id', left)
      .update({ signalled_at: engine.db.raw(`now() + interval '1 hour'`) });
    expect((await owed()).sort()).toEqual(left.sort());
    const rows = await engine.deps.looks.claim(items[0]!.id);
    expect(rows).toMatchObject({ dirty: true, fresh: false });
    await engine.settle(items[1]!.id);
    expect(await liveIds(engine, items[1]!.id)).toHaveLength(1);
  });

  it('is not paused by a verdict on a secret that has been corrected meanwhile', async () => {
    const item = await linked();
    item.plaid.sync = async () => {
      await newSecret();
      throw plaidFailure('INVALID_API_KEYS');
    };
    expect(await engine.look(item.id)).toEqual({ kind: 'superseded' });
    expect(await integration()).toMatchObject({ paused_since: null, keys_status: 'valid' });
    item.plaid.sync = () => ({ added: [row('now')], cursor: 'a' });
    await engine.settle(item.id);
    expect(await liveIds(engine, item.id)).toEqual(['now']);
  });

  it('is not revived by an old verdict either', async () => {
    const item = await linked();
    const before = await integration();
    refusal = 'INVALID_API_KEYS';
    await newSecret();
    await engine.look(item.id);
    expect(
      await pauses().confirm({ integrationId: engine.integrationId, keysVersion: before.keys_version }),
    ).toBeNull();
    expect((await integration()).paused_since).not.toBeNull();
  });

  it('keeps its time of pause however many looks find it out', async () => {
    const [one, other] = [await linked(), await linked()];
    refusal = 'INVALID_API_KEYS';
    await engine.look(one.id);
    const since = (await integration()).paused_since;
    const { keys_version: keysVersion } = await integration();
    await pauses().pause(
      { integrationId: engine.integrationId, keysVersion },
      { code: 'INVALID_API_KEYS', message: 'again', probeAt: new Date(), asked: other.id },
    );
    expect((await integration()).paused_since).toEqual(since);
  });
});

describe('the probe of a paused integration', () => {
  const dueNow = () => engine.db('integrations').update({ probe_at: engine.db.raw('now()') });

  it('revives it when Plaid takes the same keys again, and asks no sooner than it is due', async () => {
    const item = await linked();
    refusal = 'INVALID_API_KEYS';
    await engine.look(item.id);
    refusal = null;
    expect(await probes().probeDue()).toBe(0);
    await dueNow();
    refusal = 'INVALID_API_KEYS';
    expect(await probes().probeDue()).toBe(0);
    expect((await integration()).paused_since).not.toBeNull();
    refusal = null;
    expect(await probes().probeDue()).toBe(0);
    await dueNow();
    expect(await probes().probeDue()).toBe(1);
    expect(await integration()).toMatchObject({ paused_since: null, keys_status: 'valid' });
    expect(await engine.look(item.id)).toMatchObject({ kind: 'synced' });
  });

  it('tells what Plaid says now', async () => {
    const item = await linked();
    refusal = 'INVALID_API_KEYS';
    await engine.look(item.id);
    await dueNow();
    refusal = 'CREDITS_EXHAUSTED';
    await probes().probeDue();
    expect(await integration()).toMatchObject({ pause_code: 'CREDITS_EXHAUSTED' });
  });

  it('does not take silence for an answer', async () => {
    const item = await linked();
    refusal = 'INVALID_API_KEYS';
    await engine.look(item.id);
    await dueNow();
    refusal = 'INTERNAL_SERVER_ERROR';
    expect(await probes().probeDue()).toBe(0);
    expect((await integration()).pause_code).toBe('INVALID_API_KEYS');
  });
});

describe('secrets that cannot be read', () => {
  const garble = (table: string, column: string) =>
    engine.db(table).update({ [column]: Buffer.from('garbage that opens with no key at all') });

  it('of the integration pause the integration', async () => {
    const item = await linked();
    await garble('integrations', 'client_secret_ciphertext');
    expect(await engine.look(item.id)).toMatchObject({ kind: 'paused', wakeAt: null });
    expect(await integration()).toMatchObject({ pause_code: 'SECRET_UNREADABLE' });
    expect(await storedItem(engine, item.id)).toMatchObject({ status_code: null });
  });

  it('of an Item pause the Item', async () => {
    const item = await linked();
    await garble('items', 'access_token_ciphertext');
    expect(await engine.look(item.id)).toMatchObject({ kind: 'paused' });
    expect(await integration()).toMatchObject({ paused_since: null });
    expect(await storedItem(engine, item.id)).toMatchObject({
      status_code: 'SECRET_UNREADABLE',
      action: 'fix_keys',
    });
  });
});

describe('turns in the rate budget', () => {
  it.each([
    ['another client', { clientId: 'another' }, true],
    ['another environment', { baseUrl: 'http://other.test' }, true],
    ['a new secret of the same client', { clientSecret: 'another' }, false],
    ['nothing new', { clientId: 'client', baseUrl: 'http://plaid.test' }, false],
  ])('with %s', async (_, changes, forgotten) => {
    const { id } = await linked();
    await integrations().update(engine.organizationId, engine.integrationId, { clientId: 'client' });
    const budgetUntil = new Date(Date.now() + 3_600_000);
    await engine.db('items').where({ id }).update({ budget_until: budgetUntil, budget_priority: 'fresh' });
    await engine.deps.looks.claim(id);
    expect(await owed()).toEqual([]);
    await integrations().update(engine.organizationId, engine.integrationId, {
      ...changes,
      keysStatus: 'valid',
    });
    expect(await storedItem(engine, id)).toMatchObject(
      forgotten
        ? { budget_until: null, budget_priority: null }
        : { budget_until: budgetUntil, budget_priority: 'fresh' },
    );
    expect(await owed()).toEqual(forgotten ? [id] : []);
  });
});
