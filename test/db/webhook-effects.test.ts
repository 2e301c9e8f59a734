import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLinkPresenter } from '../../src/api/links/present.js';
import type { link as linkSchema } from '../../src/api/links/schema.js';
import { createInboxQueries } from '../../src/db/queries/inbox.js';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { armFailpoints } from '../../src/failpoints.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { account, createScriptedPlaid, row, type ScriptedPlaid } from '../support/scripted-plaid.js';
import { generationsOf, liveIds } from '../support/stored.js';

const DAY = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
const present = createLinkPresenter('https://ardea.example');
const LOGIN_REQUIRED = {
  error_type: 'ITEM_ERROR',
  error_code: 'ITEM_LOGIN_REQUIRED',
  error_message: 'the login details have changed',
};

let plaid: ScriptedPlaid;
let engine: TestEngine;
let itemId: string;

beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost', gateway: (keys) => plaid.gateway(keys) });
});
afterAll(() => engine.close());
beforeEach(async () => {
  plaid = createScriptedPlaid(`item-${randomUUID()}`);
  plaid.sync = (cursor) => ({
    added: cursor === null ? [row('a'), row('b', { account_id: 'second' })] : [],
    cursor: 'synced',
  });
  listAccounts('account', 'second');
  itemId = (await engine.link({ itemId: plaid.itemId, accessToken: 'access' })).link.id;
  await engine.settle(itemId);
  plaid.calls.length = 0;
});

const listAccounts = (...ids: string[]): void => {
  plaid.accounts = () => JSON.stringify({ accounts: ids.map((id) => account(id)) });
};
const receive = (type: string, code: string, body: Record<string, unknown> = {}) =>
  createInboxQueries({ db: engine.db, signalStaleAfterMs: 1_000, maxRejected: 1 }).receive({
    organizationId: engine.organizationId,
    integrationId: engine.integrationId,
    verdict: 'verified',
    plaidItemId: plaid.itemId,
    webhookType: type,
    webhookCode: code,
    body: Buffer.from(
      JSON.stringify({ webhook_type: type, webhook_code: code, item_id: plaid.itemId, ...body }),
    ),
    headers: {},
    jwtHash: randomBytes(32),
    forward: false,
  });
const webhook = async (type: string, code: string, body?: Record<string, unknown>): Promise<void> => {
  await receive(type, code, body);
  await engine.settle(itemId);
};
const look = async (): Promise<void> => {
  await engine.links.requestSync(itemId);
  await engine.settle(itemId);
};
const link = async (): Promise<z.input<typeof linkSchema>> =>
  present((await engine.links.find(engine.organizationId, engine.integrationId, plaid.itemId))!);
const attention = async () => (await link()).attention;
const stored = (id: string) =>
  engine
    .db('accounts')
    .where({ item_id: itemId, account_id: id })
    .first<{ closed_at: Date | null; revoked_at: Date | null }>();

describe('TRANSACTIONS', () => {
  // The bodies lie on purpose: what they say of transactions is never believed.
  it.each([
    ['SYNC_UPDATES_AVAILABLE', { initial_update_complete: true, historical_update_complete: true }],
    ['INITIAL_UPDATE', { new_transactions: 19 }],
    ['HISTORICAL_UPDATE', { new_transactions: 231 }],
    ['DEFAULT_UPDATE', { new_transactions: 3 }],
    ['TRANSACTIONS_REMOVED', { removed_transactions: ['a'] }],
    // Kept in the inbox for what reads recurring streams; here it costs one sync, which does no harm.
    ['RECURRING_TRANSACTIONS_UPDATE', { account_ids: ['account'] }],
    ['A_CODE_OF_NEXT_YEAR', {}],
  ])('%s is a hint: one sync, and nothing else', async (code, body) => {
    await webhook('TRANSACTIONS', code, body);
    expect(plaid.calls).toEqual(['sync:synced']);
    expect(await liveIds(engine, itemId)).toEqual(['a', 'b']);
    expect(await link()).toMatchObject({ status: 'active', attention: [] });
    const { dirty, synced } = await generationsOf(engine, itemId);
    expect(synced).toBe(dirty);
  });
});

describe('ITEM', () => {
  it('ERROR: Plaid is asked, and its answer counts', async () => {
    await webhook('ITEM', 'ERROR', { error: LOGIN_REQUIRED });
    expect(plaid.calls).toEqual(['item', 'sync:synced']);
    expect(await link()).toMatchObject({ status: 'active', action: null });
    plaid.itemError = () => LOGIN_REQUIRED;
    plaid.calls.length = 0;
    await webhook('ITEM', 'ERROR', { error: { error_code: 'SOMETHING_ELSE' } });
    expect(plaid.calls).toEqual(['item']);
    expect(await link()).toMatchObject({
      status: 'erroring',
      action: 'update_mode',
      status_message: '[ITEM_LOGIN_REQUIRED] the login details have changed',
    });
  });

  it('LOGIN_REPAIRED: revives the Item if Plaid agrees', async () => {
    plaid.itemError = () => LOGIN_REQUIRED;
    await webhook('ITEM', 'ERROR');
    await webhook('ITEM', 'LOGIN_REPAIRED');
    expect(await link()).toMatchObject({ status: 'erroring' });
    plaid.itemError = () => null;
    plaid.calls.length = 0;
    await webhook('ITEM', 'LOGIN_REPAIRED');
    expect(plaid.calls).toEqual(['item', 'sync:synced']);
    expect(await link()).toMatchObject({ status: 'active', status_message: null, action: null });
  });

  it('PENDING_EXPIRATION: the deadline is shown until a later consent', async () => {
    const deadline = inDays(7);
    plaid.consentExpires = deadline;
    await webhook('ITEM', 'PENDING_EXPIRATION', { consent_expiration_time: deadline });
    expect(await link()).toMatchObject({
      status: 'active',
      consent_expires: deadline,
      attention: [{ code: 'PENDING_EXPIRATION', deadline, reason: null, action: 'update_mode' }],
    });
    await look();
    expect(await attention()).toHaveLength(1);
    plaid.consentExpires = inDays(180);
    await look();
    expect(await link()).toMatchObject({ consent_expires: plaid.consentExpires, attention: [] });
  });

  it.each([{ consent_expiration_time: 'garbage' }, {}])(
    'PENDING_EXPIRATION: %j takes no good deadline away',
    async (body) => {
      const deadline = inDays(7);
      await webhook('ITEM', 'PENDING_EXPIRATION', { consent_expiration_time: deadline });
      await webhook('ITEM', 'PENDING_EXPIRATION', body);
      expect(await attention()).toMatchObject([{ code: 'PENDING_EXPIRATION', deadline }]);
      const earlier = inDays(3);
      await webhook('ITEM', 'PENDING_EXPIRATION', { consent_expiration_time: earlier });
      expect(await attention()).toMatchObject([{ deadline: earlier }]);
    },
  );

  it('PENDING_DISCONNECT: deadline and reason are shown until the deadline has passed without harm', async () => {
    const body = { reason: 'INSTITUTION_MIGRATION', disconnect_time: inDays(7) };
    await webhook('ITEM', 'PENDING_DISCONNECT', body);
    const [entry] = await attention();
    expect(entry).toMatchObject({
      code: 'PENDING_DISCONNECT',
      reason: 'INSTITUTION_MIGRATION',
      deadline: body.disconnect_time,
      action: 'update_mode',
      message: expect.stringContaining('before the deadline') as string,
    });
    // Sent again: the newer deadline, since when it was.
    await webhook('ITEM', 'PENDING_DISCONNECT', { ...body, disconnect_time: inDays(8) });
    expect(await attention()).toMatchObject([{ since: entry!.since }]);

    engine.deps.now = () => Date.now() + 9 * DAY;
    try {
      plaid.itemError = () => LOGIN_REQUIRED;
      await look();
      expect(await link()).toMatchObject({ status: 'erroring', attention: [{ code: 'PENDING_DISCONNECT' }] });
      plaid.itemError = () => null;
      await look();
      expect(await link()).toMatchObject({ status: 'active', attention: [] });
    } finally {
      engine.deps.now = Date.now;
    }
  });

  it('a repair ends what was announced before it, not after', async () => {
    await receive('ITEM', 'PENDING_EXPIRATION', { consent_expiration_time: inDays(7) });
    await receive('ITEM', 'NEW_ACCOUNTS_AVAILABLE');
    await receive('ITEM', 'LOGIN_REPAIRED');
    await webhook('ITEM', 'PENDING_DISCONNECT', { reason: 'X', disconnect_time: inDays(5) });
    expect((await attention()).map(({ code }) => code)).toEqual(['PENDING_DISCONNECT']);
    await webhook('ITEM', 'LOGIN_REPAIRED');
    expect(await attention()).toEqual([]);
  });

  it('is not lost when Plaid cannot be asked, or the Item is in error', async () => {
    plaid.itemError = () => LOGIN_REQUIRED;
    await webhook('ITEM', 'PENDING_DISCONNECT', { reason: 'X', disconnect_time: 'no time' });
    expect(await link()).toMatchObject({
      status: 'erroring',
      // There is none to name.
      attention: [
        {
          code: 'PENDING_DISCONNECT',
          deadline: null,
          message: expect.stringMatching(/in update mode soon\.$/) as string,
        },
      ],
    });
  });

  it('USER_PERMISSION_REVOKED: Plaid says that the Item is gone', async () => {
    await webhook('ITEM', 'USER_PERMISSION_REVOKED');
    expect(await link()).toMatchObject({ status: 'active' });
    plaid.itemError = () => ({
      error_type: 'INVALID_INPUT',
      error_code: 'USER_PERMISSION_REVOKED',
      error_message: 'the holder of this account has revoked their permission',
    });
    await webhook('ITEM', 'USER_PERMISSION_REVOKED');
    expect(await link()).toMatchObject({ status: 'deleted_in_plaid', action: 'new_link', attention: [] });
    expect(await liveIds(engine, itemId)).toEqual(['a', 'b']);
  });

  it('USER_ACCOUNT_REVOKED: the account is marked once the list of accounts lacks it, and its rows stay', async () => {
    await webhook('ITEM', 'USER_ACCOUNT_REVOKED', { account_id: 'second' });
    expect(plaid.calls).toEqual(['item', 'sync:synced', 'accounts']);
    expect(await stored('second')).toMatchObject({ closed_at: null, revoked_at: null });
    listAccounts('account');
    await webhook('ITEM', 'USER_ACCOUNT_REVOKED', { account_id: 'second' });
    expect(await stored('second')).toMatchObject({
      closed_at: expect.any(Date) as Date,
      revoked_at: expect.any(Date) as Date,
    });
    expect(await stored('account')).toMatchObject({ closed_at: null, revoked_at: null });
    expect(await link()).toMatchObject({ status: 'active', attention: [] });
    expect(await liveIds(engine, itemId)).toEqual(['a', 'b']);
    // Shared again.
    listAccounts('account', 'second');
    await webhook('ITEM', 'NEW_ACCOUNTS_AVAILABLE');
    expect(await stored('second')).toMatchObject({ closed_at: null, revoked_at: null });
  });

  it('USER_ACCOUNT_REVOKED: is checked again when the list could not be read', async () => {
    plaid.accounts = () => Promise.reject(new Error('unreadable'));
    await webhook('ITEM', 'USER_ACCOUNT_REVOKED', { account_id: 'second' });
    expect(await attention()).toMatchObject([{ code: 'USER_ACCOUNT_REVOKED', reason: 'second' }]);
    listAccounts('account');
    await look();
    expect(await stored('second')).toMatchObject({ revoked_at: expect.any(Date) as Date });
    expect(await attention()).toEqual([]);
  });

  it('USER_ACCOUNT_REVOKED: is not forgotten when the commit that was to mark it fails', async () => {
    plaid.accounts = () => Promise.reject(new Error('unreadable'));
    await webhook('ITEM', 'USER_ACCOUNT_REVOKED', { account_id: 'second' });
    listAccounts('account');
    armFailpoints([{ name: 'look.before_commit', hit: 1, action: { kind: 'error' } }], engine.deps.logger);
    await expect(look()).rejects.toThrow('failpoint');
    armFailpoints([], engine.deps.logger);
    await look();
    expect(await stored('second')).toMatchObject({ revoked_at: expect.any(Date) as Date });
    expect(await attention()).toEqual([]);
  });

  it('NEW_ACCOUNTS_AVAILABLE: is shown until the list of accounts grows', async () => {
    await webhook('ITEM', 'NEW_ACCOUNTS_AVAILABLE');
    expect(await attention()).toMatchObject([
      { code: 'NEW_ACCOUNTS_AVAILABLE', action: 'update_mode', message: /account_selection_enabled/ },
    ]);
    await look();
    expect(await attention()).toHaveLength(1);
    listAccounts('account', 'second', 'third');
    await engine.db('items').where({ id: itemId }).update({ next_sync_at: new Date() });
    await engine.settle(itemId);
    expect(await attention()).toEqual([]);
    expect(await stored('third')).toMatchObject({ closed_at: null });
  });

  it('WEBHOOK_UPDATE_ACKNOWLEDGED: the webhook is read from Plaid, not from the body', async () => {
    plaid.webhook = 'https://example.com/real';
    await webhook('ITEM', 'WEBHOOK_UPDATE_ACKNOWLEDGED', { new_webhook_url: 'https://example.com/said' });
    expect(await link()).toMatchObject({
      plaid_webhook_url: 'https://example.com/real',
      webhook_delivery: 'forwarded',
      webhook_message: null,
    });
  });
});

it('of an Item that was erased before any look do not keep a later link of it from being synced', async () => {
  await receive('ITEM', 'PENDING_DISCONNECT', { disconnect_time: inDays(7) });
  await createItemRemovalQueries({ db: engine.db, signalStaleAfterMs: 1_000 }).remove(
    engine.organizationId,
    itemId,
    { removedAtPlaid: false, erase: true },
  );
  await engine.link({ itemId: plaid.itemId, accessToken: 'access' });
  await engine.settle(itemId);
  expect(await link()).toMatchObject({ status: 'active', attention: [] });
});

describe('a link without webhooks', () => {
  it('says where they go and what to do', async () => {
    expect(await link()).toMatchObject({ webhook_delivery: 'none', last_webhook: null });
    plaid.webhook = 'https://integrator.example/plaid';
    await engine.db('items').where({ id: itemId }).update({ token_checked_at: null });
    await look();
    const shown = await link();
    expect(shown).toMatchObject({ status: 'active', webhook_delivery: 'elsewhere' });
    expect(shown.webhook_message).toContain('https://integrator.example/plaid');
    expect(shown.webhook_message).toContain(`https://ardea.example/webhooks/plaid/itg_`);
    await webhook('TRANSACTIONS', 'DEFAULT_UPDATE');
    expect(await link()).toMatchObject({
      webhook_delivery: 'forwarded',
      webhook_message: null,
      last_webhook: expect.any(String) as string,
    });
  });
});
