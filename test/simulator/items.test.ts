import type { CountryCode, Products } from 'plaid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkItem, plaidError, sdkFor, startSimulator, type RunningSimulator } from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const TRANSACTIONS = ['transactions' as Products];
const US = ['US' as CountryCode];
const publicToken = (options = {}) =>
  simulator.sdk.sandboxPublicTokenCreate({
    institution_id: 'ins_109508',
    initial_products: TRANSACTIONS,
    ...options,
  });

describe('Link', () => {
  it('makes link tokens that live four hours, half an hour in update mode', async () => {
    const { sdk } = simulator;
    const request = {
      client_name: 'Ardea',
      language: 'en',
      country_codes: US,
      user: { client_user_id: 'u1' },
    };
    const life = ({ expiration }: { expiration: string }) =>
      Date.parse(expiration) - Date.parse('2026-11-23T12:00:00Z');
    const created = await sdk.linkTokenCreate({ ...request, products: TRANSACTIONS });
    expect(created.data.link_token).toMatch(/^link-sandbox-[0-9a-f-]{36}$/);
    expect(life(created.data)).toBe(4 * 3_600_000);
    const { accessToken } = await linkItem(simulator);
    expect(life((await sdk.linkTokenCreate({ ...request, access_token: accessToken })).data)).toBe(1_800_000);
    expect((await plaidError(sdk.linkTokenCreate(request))).body).toMatchObject({
      error_code: 'INVALID_FIELD',
    });
    const product = sdk.linkTokenCreate({ ...request, products: ['gold' as Products] });
    expect((await plaidError(product)).body).toMatchObject({ error_code: 'INVALID_PRODUCT' });
  });

  it('takes a public token once and for 30 minutes', async () => {
    const { sdk, advance } = simulator;
    const { data } = await publicToken();
    expect(data.public_token).toMatch(/^public-sandbox-[0-9a-f-]{36}$/);
    const exchanged = await sdk.itemPublicTokenExchange({ public_token: data.public_token });
    expect(exchanged.data.access_token).toMatch(/^access-sandbox-[0-9a-f-]{36}$/);
    expect(exchanged.data.item_id).toHaveLength(37);
    const again = plaidError(sdk.itemPublicTokenExchange({ public_token: data.public_token }));
    expect(await again).toMatchObject({ status: 400, body: { error_code: 'INVALID_PUBLIC_TOKEN' } });
    const late = await publicToken();
    await advance('30m');
    const expired = await plaidError(sdk.itemPublicTokenExchange({ public_token: late.data.public_token }));
    expect(expired.body).toMatchObject({
      error_code: 'INVALID_PUBLIC_TOKEN',
      error_message: expect.stringContaining('expired') as unknown,
    });
  });

  it('refuses unknown institutions, wrong passwords and forced errors', async () => {
    const code = async (request: object) => (await plaidError(publicToken(request))).body['error_code'];
    expect(await code({ institution_id: 'ins_0' })).toBe('INVALID_INSTITUTION');
    expect(await code({ options: { override_password: 'wrong' } })).toBe('INVALID_CREDENTIALS');
    expect(await code({ options: { override_username: 'nobody' } })).toBe('INVALID_CREDENTIALS');
    expect(await code({ options: { override_password: 'error_ITEM_LOCKED' } })).toBe('ITEM_LOCKED');
    expect(await code({ initial_products: [] })).toBe('INVALID_FIELD');
    expect(await code({ options: { webhook: 'not a url' } })).toBe('INVALID_FIELD');
  });
});

describe('Items', () => {
  it('show themselves, their accounts and their institution', async () => {
    const { sdk } = simulator;
    const { accessToken, itemId } = await linkItem(simulator);
    const { data } = await sdk.itemGet({ access_token: accessToken });
    expect(data.item).toMatchObject({
      item_id: itemId,
      institution_id: 'ins_109508',
      institution_name: 'First Platypus Bank',
      webhook: null,
      error: null,
      products: ['transactions'],
      update_type: 'background',
    });
    expect(data.request_id).toMatch(/^[A-Za-z0-9]{15}$/);
    const { accounts } = (await sdk.accountsGet({ access_token: accessToken })).data;
    expect(accounts.map(({ type, mask }) => [type, mask])).toEqual([
      ['depository', '0000'],
      ['credit', '3333'],
    ]);
    const one = await sdk.accountsGet({
      access_token: accessToken,
      options: { account_ids: [accounts[1]?.account_id ?? ''] },
    });
    expect(one.data.accounts).toEqual([accounts[1]]);
    const bank = await sdk.institutionsGetById({ institution_id: 'ins_109508', country_codes: US });
    expect(bank.data.institution.name).toBe('First Platypus Bank');
    const unknown = sdk.institutionsGetById({ institution_id: 'ins_0', country_codes: US });
    expect((await plaidError(unknown)).body).toMatchObject({ error_code: 'INVALID_INSTITUTION' });
  });

  it('keep the persistent ids of their accounts when they are linked again', async () => {
    const { sdk } = simulator;
    const ids = async () => {
      const created = await publicToken({ institution_id: 'ins_56' });
      const { data } = await sdk.itemPublicTokenExchange({ public_token: created.data.public_token });
      const { accounts } = (await sdk.accountsGet({ access_token: data.access_token })).data;
      return accounts.map(({ persistent_account_id: persistent, account_id: id }) => ({ persistent, id }));
    };
    const [first, second] = [await ids(), await ids()];
    expect(first[0]?.persistent).toEqual(expect.any(String));
    expect(first.map(({ persistent }) => persistent)).toEqual(second.map(({ persistent }) => persistent));
    expect(first[0]?.id).not.toBe(second[0]?.id);
  });

  it('fail while their login is broken, except for /item/get', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await linkItem(simulator);
    expect((await sdk.sandboxItemResetLogin({ access_token: accessToken })).data.reset_login).toBe(true);
    const expected = {
      status: 400,
      body: {
        error_type: 'ITEM_ERROR',
        error_code: 'ITEM_LOGIN_REQUIRED',
        display_message: expect.any(String) as unknown,
      },
    };
    expect(await plaidError(sdk.transactionsSync({ access_token: accessToken }))).toMatchObject(expected);
    expect(await plaidError(sdk.accountsGet({ access_token: accessToken }))).toMatchObject(expected);
    const { data } = await sdk.itemGet({ access_token: accessToken });
    expect(data.item.error).toMatchObject({ error_code: 'ITEM_LOGIN_REQUIRED' });
    await control('POST', `/items/${itemId}/repair`);
    expect((await sdk.itemGet({ access_token: accessToken })).data.item.error).toBeNull();
    await sdk.transactionsSync({ access_token: accessToken });
  });

  it('fail with the error they were given, or with USER_PERMISSION_REVOKED', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await linkItem(simulator);
    await control('POST', `/items/${itemId}/break`, { error_code: 'INSTITUTION_DOWN' });
    expect((await plaidError(sdk.accountsGet({ access_token: accessToken }))).body).toMatchObject({
      error_type: 'INSTITUTION_ERROR',
      error_code: 'INSTITUTION_DOWN',
    });
    await control('POST', `/items/${itemId}/revoke`);
    expect((await plaidError(sdk.transactionsSync({ access_token: accessToken }))).body).toMatchObject({
      error_type: 'INVALID_INPUT',
      error_code: 'USER_PERMISSION_REVOKED',
    });
    expect((await control('POST', `/items/${itemId}/break`, { error_code: 'NO_SUCH' })).status).toBe(400);
  });

  it('count as incidents, whichever way they came', async () => {
    const { control } = simulator;
    const { itemId } = await linkItem(simulator);
    const fired = async () =>
      (await control<{ fired_by_kind: Record<string, number> }>('GET', '/faults')).body.fired_by_kind;
    const before = await fired();
    await control('POST', `/items/${itemId}/break`);
    await control('POST', `/items/${itemId}/repair`);
    await control('POST', `/items/${itemId}/repair`);
    await control('POST', `/items/${itemId}/revoke`);
    const after = await fired();
    const more = (kind: string) => (after[kind] ?? 0) - (before[kind] ?? 0);
    expect(['break', 'repair', 'permission_revoked'].map(more)).toEqual([1, 1, 1]);
  });

  it('stay revoked, whatever happens to them later', async () => {
    const { sdk, control } = simulator;
    const { accessToken, itemId } = await linkItem(simulator);
    await control('POST', `/items/${itemId}/revoke`);
    await control('POST', `/items/${itemId}/break`, { error_code: 'INSTITUTION_DOWN' });
    const refused = await control('POST', `/items/${itemId}/repair`);
    expect(refused.status).toBe(409);
    expect(JSON.stringify(refused.body)).toContain('only a new link helps');
    expect((await plaidError(sdk.transactionsSync({ access_token: accessToken }))).body).toMatchObject({
      error_code: 'USER_PERMISSION_REVOKED',
    });
  });

  it('break by themselves after 30 days', async () => {
    const { sdk, advance } = simulator;
    const { accessToken } = await linkItem(simulator);
    await advance('30d');
    expect((await sdk.itemGet({ access_token: accessToken })).data.item.error).toMatchObject({
      error_code: 'ITEM_LOGIN_REQUIRED',
    });
  });

  it('are gone at once when removed', async () => {
    const { sdk } = simulator;
    const { accessToken } = await linkItem(simulator);
    await sdk.itemRemove({ access_token: accessToken });
    for (const call of [sdk.itemGet, sdk.itemRemove, sdk.transactionsSync, sdk.accountsGet])
      expect((await plaidError(call.call(sdk, { access_token: accessToken }))).body).toMatchObject({
        error_code: 'ITEM_NOT_FOUND',
        error_type: 'ITEM_ERROR',
      });
  });
});

describe('errors', () => {
  it('have the shape and the codes of Plaid', async () => {
    const { sdk, url } = simulator;
    const failed = await plaidError(
      sdk.itemGet({ access_token: 'access-sandbox-00000000-0000-4000-8000-000000000000' }),
    );
    expect(failed).toEqual({
      status: 400,
      body: {
        display_message: null,
        documentation_url: expect.stringContaining('https://plaid.com/docs/') as unknown,
        error_code: 'INVALID_ACCESS_TOKEN',
        error_message: 'could not find matching access token',
        error_type: 'INVALID_INPUT',
        request_id: expect.stringMatching(/^[A-Za-z0-9]{15}$/) as unknown,
        suggested_action: null,
      },
    });
    const code = async (call: Promise<unknown>) => {
      const { status, body } = await plaidError(call);
      return [status, body['error_code'], body['error_message']];
    };
    expect(await code(sdk.itemGet({ access_token: 'nonsense' }))).toEqual([
      400,
      'INVALID_ACCESS_TOKEN',
      expect.stringContaining('format'),
    ]);
    expect(await code(sdk.itemGet({ access_token: 'access-production-1' }))).toEqual([
      400,
      'INVALID_ACCESS_TOKEN',
      expect.stringContaining('environment'),
    ]);
    expect(await code(sdkFor(url, 'wrong').itemGet({ access_token: 'x' }))).toEqual([
      400,
      'INVALID_API_KEYS',
      'invalid client_id or secret provided',
    ]);
    expect(await code(sdk.itemGet({} as never))).toEqual([
      400,
      'MISSING_FIELDS',
      'the following required fields are missing: access_token',
    ]);
    expect(await code(sdk.itemGet({ access_token: 'x', extra: 1, other: 2 } as never))).toEqual([
      400,
      'UNKNOWN_FIELDS',
      'the following fields are not recognized by this endpoint: extra, other',
    ]);
    for (const count of [0, 501, 1.5]) {
      const call = sdk.transactionsSync({ access_token: 'access-sandbox-x', count });
      expect(await code(call)).toEqual([400, 'INVALID_FIELD', expect.stringContaining('count')]);
    }
    const options = sdk.transactionsSync({ access_token: 'access-sandbox-x', options: null as never });
    expect(await code(options)).toEqual([400, 'INVALID_FIELD', 'options must not be null']);
  });

  it('answer what is no request of Plaid at all', async () => {
    const post = async (path: string, body: string) => {
      const response = await fetch(simulator.url + path, { method: 'POST', body });
      return [response.status, ((await response.json()) as { error_code: string }).error_code];
    };
    expect(await post('/item/get', '{')).toEqual([400, 'INVALID_BODY']);
    expect(await post('/item/get', '{"access_token":"x"}')).toEqual([400, 'MISSING_FIELDS']);
    expect(await post('/no/such/route', '{}')).toEqual([404, 'NOT_FOUND']);
    const keys = '"client_id":"ardea_simulator_client","secret":"ardea_simulator_secret"';
    expect(await post('/item/get', `{${keys},"access_token":"access-sandbox-x"}`)).toEqual([
      400,
      'INVALID_ACCESS_TOKEN',
    ]);
  });

  it('follow a secret that is changed', async () => {
    const other = await startSimulator();
    await other.control('PUT', '/clients/ardea_simulator_client', { secret: 'new' });
    expect((await plaidError(linkItem(other))).body['error_code']).toBe('INVALID_API_KEYS');
    await linkItem({ sdk: sdkFor(other.url, 'new') });
    await other.close();
  });
});
