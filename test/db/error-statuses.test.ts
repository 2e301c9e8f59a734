import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinkPresenter } from '../../src/api/links/present.js';
import type { ItemAction, LinkStatus } from '../../src/domain/item-status.js';
import { CLASSIFIED_CODES } from '../../src/plaid/error-table.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';
import { createScriptedPlaid, plaidFailure, row, type ScriptedPlaid } from '../support/scripted-plaid.js';

/** What a link shows when Plaid refuses a sync with these error_codes. */
const SHOWN: readonly [LinkStatus, ItemAction | null, codes: string][] = [
  [
    'active',
    'wait',
    'INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE RATE_LIMIT TRANSACTIONS_SYNC_LIMIT TRANSACTIONS_LIMIT ' +
      'TRANSACTIONS_REFRESH_LIMIT ACCOUNTS_LIMIT BALANCE_LIMIT ACCOUNTS_BALANCE_GET_LIMIT ITEM_GET_LIMIT ' +
      'INSTITUTIONS_GET_LIMIT INSTITUTIONS_GET_BY_ID_LIMIT INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING ' +
      'INSTITUTION_NOT_AVAILABLE INSTITUTION_RATE_LIMIT PRODUCT_NOT_READY',
  ],
  ['active', null, 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'],
  [
    'erroring',
    'update_mode',
    'ITEM_LOGIN_REQUIRED PASSWORD_RESET_REQUIRED USER_SETUP_REQUIRED ITEM_LOCKED INVALID_CREDENTIALS INVALID_MFA ' +
      'INSUFFICIENT_CREDENTIALS ACCESS_NOT_GRANTED NO_ACCOUNTS MFA_NOT_SUPPORTED USER_INPUT_TIMEOUT ADDITIONAL_CONSENT_REQUIRED',
  ],
  ['deleted_in_plaid', 'new_link', 'ITEM_NOT_FOUND ITEM_CONCURRENTLY_DELETED USER_PERMISSION_REVOKED'],
  [
    'erroring',
    'new_link',
    'ITEM_NOT_SUPPORTED INVALID_ACCESS_TOKEN INSTITUTION_NO_LONGER_SUPPORTED UNSUPPORTED_RESPONSE UNAUTHORIZED_INSTITUTION ' +
      'INSTITUTION_REGISTRATION_REQUIRED PRODUCTS_NOT_SUPPORTED PRODUCT_NOT_ENABLED',
  ],
  [
    'erroring',
    'report',
    'MISSING_FIELDS UNKNOWN_FIELDS INVALID_FIELD INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION NOT_FOUND SANDBOX_ONLY ' +
      'SANDBOX_PRODUCT_NOT_ENABLED SANDBOX_WEBHOOK_INVALID INVALID_ACCOUNT_ID INVALID_INSTITUTION INVALID_PUBLIC_TOKEN ' +
      'INVALID_LINK_TOKEN INVALID_WEBHOOK_VERIFICATION_KEY_ID',
  ],
  [
    'erroring',
    'fix_keys',
    'INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT UNAUTHORIZED_ROUTE_ACCESS CREDITS_EXHAUSTED INCOMPATIBLE_API_VERSION ' +
      'NO_LONGER_AVAILABLE INVALID_PRODUCT',
  ],
];
const rows = SHOWN.flatMap(([status, action, codes]) =>
  codes.split(' ').map((code) => ({ status, action, code })),
);
const present = createLinkPresenter('https://ardea.example');

let plaid: ScriptedPlaid;
let engine: TestEngine;

beforeAll(async () => {
  engine = await createTestEngine({
    baseUrl: 'http://localhost',
    gateway: (keys) => plaid.gateway(keys),
    settings: { RETRY_SLOW_WAIT: 1 },
  });
});
afterAll(() => engine.close());

it('shows every code of the classifier', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...CLASSIFIED_CODES.keys()].sort());
});

describe('a link that Plaid refuses', () => {
  it.each(rows)('$code: $status, $action', async ({ code, status, action }) => {
    plaid = createScriptedPlaid(`item-${randomUUID()}`);
    plaid.sync = () => ({ added: [row(randomUUID())], cursor: 'synced' });
    const { id } = (await engine.link({ itemId: plaid.itemId, accessToken: 'access' })).link;
    await engine.settle(id);
    const shown = async () =>
      present((await engine.links.find(engine.organizationId, engine.integrationId, plaid.itemId))!);
    const lookNow = async (): Promise<void> => {
      await engine.db('items').where({ id }).update({ hold_until: null, next_sync_at: new Date() });
      await engine.links.requestSync(id);
      await engine.look(id).catch(() => null);
    };
    expect(await shown()).toMatchObject({ status: 'active', status_message: null, action: null });

    const before = new Date().toISOString();
    const refuse = (): never => {
      throw plaidFailure(code, { message: 'what Plaid says' });
    };
    plaid.sync = refuse;
    // /item/get agrees about an Item that is gone: nothing less ends it.
    if (CLASSIFIED_CODES.get(code) === 'terminal') plaid.itemError = refuse;
    await lookNow();
    const first = await shown();
    expect(first).toMatchObject({
      status,
      action,
      status_message: action === null ? null : `[${code}] what Plaid says`,
    });
    expect(new Date().toISOString() >= first.status_since).toBe(true);
    if (action !== null) expect(first.status_since >= before).toBe(true);

    // These pause the whole integration; test/db/integration-pauses tells how it comes back.
    if (action === 'fix_keys') {
      await engine.db('integrations').update({ paused_since: null, pause_code: null });
      return;
    }
    // The same again changes nothing of it, and what works again says so.
    await lookNow();
    expect(await shown()).toMatchObject({ status, action, status_since: first.status_since });
    if (status === 'deleted_in_plaid') return;
    plaid.sync = () => ({ cursor: 'again' });
    plaid.itemError = () => null;
    await lookNow();
    expect(await shown()).toMatchObject({ status: 'active', status_message: null, action: null });
  });
});
