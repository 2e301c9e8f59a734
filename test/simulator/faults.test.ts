import { isAxiosError } from 'axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  linkItem,
  newReader,
  plaidError,
  readUpdate,
  sdkFor,
  startSimulator,
  type RunningSimulator,
} from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
afterEach(() => simulator.control('DELETE', '/faults'));

interface FaultAnswer {
  fault: { id: number; kind: string; active: boolean; fired: number };
}

/** Switches a fault on. */
const inject = async (fault: object): Promise<number> => {
  const { status, body, text } = await simulator.control<FaultAnswer>('POST', '/faults', fault);
  expect([status, text]).toEqual([200, text]);
  return body.fault.id;
};

const firedOf = async (id: number): Promise<number> =>
  (await simulator.control<FaultAnswer>('GET', `/faults/${id}`)).body.fault.fired;

const readyItem = async () => {
  const item = await linkItem(simulator);
  await simulator.advance('5s');
  return item;
};

const sync = (accessToken: string, cursor?: string, count = 500) =>
  simulator.sdk.transactionsSync({
    access_token: accessToken,
    count,
    ...(cursor === undefined ? {} : { cursor }),
  });

const rawSync = (accessToken: string) =>
  fetch(`${simulator.url}/transactions/sync`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'PLAID-CLIENT-ID': 'ardea_simulator_client',
      'PLAID-SECRET': 'ardea_simulator_secret',
    },
    body: JSON.stringify({ access_token: accessToken, count: 500 }),
  });

/** The failure of a call: status, code and headers of an answer, or the code of a connection that broke. */
const failureOf = async (call: Promise<unknown>) => {
  try {
    await call;
  } catch (error) {
    if (!isAxiosError(error)) throw error;
    const data = (error.response?.data ?? {}) as Record<string, unknown>;
    return {
      status: error.response?.status,
      code: data['error_code'] ?? error.code,
      response: error.response,
    };
  }
  throw new Error('the call succeeded');
};

describe('faults of requests', () => {
  it('answer 429 with a wait in seconds, as a date, or without one, for one Item alone', async () => {
    const [one, other] = [await readyItem(), await readyItem()];
    await inject({ kind: 'rate_limited', item_id: one.itemId, retry_after: 7 });
    await inject({ kind: 'rate_limited', item_id: one.itemId, retry_after: 90, retry_after_as: 'http_date' });
    await inject({ kind: 'rate_limited', item_id: one.itemId });
    await sync(other.accessToken);
    const failures = [
      await failureOf(sync(one.accessToken)),
      await failureOf(sync(one.accessToken)),
      await failureOf(sync(one.accessToken)),
    ];
    for (const { status, code, response } of failures) {
      expect([status, code]).toEqual([429, 'TRANSACTIONS_SYNC_LIMIT']);
      expect(response?.data).toMatchObject({
        error_type: 'RATE_LIMIT_EXCEEDED',
        request_id: expect.any(String) as string,
      });
    }
    const headers = failures.map(({ response }) => response?.headers['retry-after'] as string | undefined);
    expect(headers[0]).toBe('7');
    expect(headers[1]).toMatch(/GMT$/);
    expect(Math.abs(Date.parse(headers[1] ?? '') - Date.now() - 90_000)).toBeLessThan(30_000);
    expect(headers[2]).toBeUndefined();
    await sync(one.accessToken);
  });

  it('hit a client, and its other endpoints only when they are meant', async () => {
    const { accessToken } = await readyItem();
    await simulator.control('PUT', '/clients/second', { secret: 'its secret' });
    const id = await inject({
      kind: 'rate_limited',
      client_id: 'ardea_simulator_client',
      endpoint: '/item/get',
      times: null,
    });
    expect(await failureOf(simulator.sdk.itemGet({ access_token: accessToken }))).toMatchObject({
      status: 429,
      code: 'ITEM_GET_LIMIT',
    });
    await sync(accessToken);
    const second = sdkFor(simulator.url, 'its secret');
    const asSecond = second.itemGet(
      { access_token: accessToken, client_id: 'second', secret: 'its secret' },
      { headers: { 'PLAID-CLIENT-ID': 'second' } },
    );
    expect(await failureOf(asSecond)).toMatchObject({ status: 400, code: 'INVALID_ACCESS_TOKEN' });
    expect(await firedOf(id)).toBe(1);
  });

  it('answer 500, HTML, and errors of any code', async () => {
    const { accessToken, itemId } = await readyItem();
    await inject({ kind: 'internal_error', item_id: itemId });
    expect(await failureOf(sync(accessToken))).toMatchObject({ status: 500, code: 'INTERNAL_SERVER_ERROR' });
    await inject({ kind: 'bad_gateway_html', item_id: itemId });
    const html = await rawSync(accessToken);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(await html.text()).toContain('<h1>502 Bad Gateway</h1>');
    await inject({ kind: 'error', item_id: itemId, error_code: 'INSTITUTION_DOWN' });
    expect((await plaidError(sync(accessToken))).body).toMatchObject({
      error_type: 'INSTITUTION_ERROR',
      error_code: 'INSTITUTION_DOWN',
    });
    await inject({
      kind: 'error',
      item_id: itemId,
      error_code: 'PLANNED_MAINTENANCE',
      error_message: 'soon',
    });
    expect(await plaidError(sync(accessToken))).toMatchObject({
      status: 503,
      body: { error_message: 'soon' },
    });
    await inject({ kind: 'unknown_error_code', item_id: itemId });
    expect(await plaidError(sync(accessToken))).toMatchObject({
      status: 400,
      body: { error_code: 'FLUX_CAPACITOR_EMPTY', error_type: 'FLUX_ERROR' },
    });
    await sync(accessToken);
  });

  it('answer late, cut the connection, and break JSON off', async () => {
    const { accessToken, itemId } = await readyItem();
    await inject({ kind: 'latency', item_id: itemId, latency: '300ms' });
    const started = performance.now();
    await sync(accessToken);
    expect(performance.now() - started).toBeGreaterThan(290);
    await inject({ kind: 'latency', item_id: itemId });
    const impatient = simulator.sdk.transactionsSync({ access_token: accessToken }, { timeout: 200 });
    expect(await failureOf(impatient)).toMatchObject({ code: 'ECONNABORTED' });
    await inject({ kind: 'cut_body', item_id: itemId });
    const cut = await failureOf(sync(accessToken));
    expect(['ECONNRESET', 'ERR_BAD_RESPONSE', 'ECONNABORTED']).toContain(cut.code);
    await inject({ kind: 'truncated_json', item_id: itemId, at: 0.9 });
    const truncated = await rawSync(accessToken);
    const text = await truncated.text();
    expect(truncated.status).toBe(200);
    expect(() => JSON.parse(text) as unknown).toThrow();
    await inject({ kind: 'new_fields', item_id: itemId });
    expect((await sync(accessToken)).data).toMatchObject({ flux_level: { value: 1.21 }, has_more: false });
  });

  it('fire after some occasions, so many times, and with a probability that the seed decides', async () => {
    const { accessToken, itemId } = await readyItem();
    const outcome = async () => {
      const result = await sync(accessToken).then(
        () => 'ok',
        () => 'failed',
      );
      return result;
    };
    await inject({ kind: 'internal_error', item_id: itemId, after: 1, times: 2 });
    expect([await outcome(), await outcome(), await outcome(), await outcome()]).toEqual([
      'ok',
      'failed',
      'failed',
      'ok',
    ]);
    const id = await inject({ kind: 'internal_error', item_id: itemId, times: null, probability: 0.5 });
    const outcomes: string[] = [];
    for (let i = 0; i < 30; i++) outcomes.push(await outcome());
    const failed = outcomes.filter((result) => result === 'failed').length;
    expect(failed).toBe(await firedOf(id));
    expect(failed).toBeGreaterThan(5);
    expect(failed).toBeLessThan(25);
    await simulator.control('DELETE', `/faults/${id}`);
    expect(await outcome()).toBe('ok');
    const { body } = await simulator.control<{ fired_by_kind: Record<string, number> }>('GET', '/faults');
    expect(body.fired_by_kind['internal_error']).toBeGreaterThanOrEqual(failed + 2);
  });
});

describe('faults of pages', () => {
  it('are a mutation on the first, a middle or the last page, and again after the restart', async () => {
    const { accessToken, itemId } = await readyItem();
    await inject({ kind: 'page_size', item_id: itemId, rows: 100 });
    /** Reads one update; says at which page it failed, or how many pages there were. */
    const read = async (): Promise<string> => {
      let cursor: string | undefined;
      for (let page = 1; ; page++) {
        const asked = sync(accessToken, cursor);
        const answer = await asked.catch(() => null);
        if (answer === null) return `${String((await plaidError(asked)).body['error_code'])} at ${page}`;
        expect(answer.data.added.length).toBeLessThanOrEqual(100);
        cursor = answer.data.next_cursor;
        if (!answer.data.has_more) return `${page} pages`;
      }
    };
    const pages = Number((await read()).split(' ')[0]);
    expect(pages).toBeGreaterThan(2);
    const code = 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION';
    await inject({ kind: 'mutation', item_id: itemId, on_page: 'first', times: 2 });
    expect([await read(), await read(), await read()]).toEqual([
      `${code} at 1`,
      `${code} at 1`,
      `${pages} pages`,
    ]);
    await inject({ kind: 'mutation', item_id: itemId });
    expect([await read(), await read()]).toEqual([`${code} at 2`, `${pages} pages`]);
    await inject({ kind: 'mutation', item_id: itemId, on_page: 'last' });
    expect([await read(), await read()]).toEqual([`${code} at ${pages}`, `${pages} pages`]);
    await inject({ kind: 'mutation', item_id: itemId, on_page: 3 });
    expect([await read(), await read()]).toEqual([`${code} at 3`, `${pages} pages`]);
    await inject({
      kind: 'error',
      item_id: itemId,
      error_code: 'ITEM_LOGIN_REQUIRED',
      on_page: 'last',
      break_item: true,
    });
    expect([await read(), await read()]).toEqual([
      `ITEM_LOGIN_REQUIRED at ${pages}`,
      'ITEM_LOGIN_REQUIRED at 1',
    ]);
    const { data } = await simulator.sdk.itemGet({ access_token: accessToken });
    expect(data.item.error?.error_code).toBe('ITEM_LOGIN_REQUIRED');
    await simulator.control('POST', `/items/${itemId}/repair`);
    expect(await read()).toBe(`${pages} pages`);
  });

  it('spoil every stored cursor for ever, so that only the null cursor helps', async () => {
    const { sdk } = simulator;
    for (const fault of [{ kind: 'mutation', from_stored_cursor: true }, { kind: 'foreign_cursor' }]) {
      const { accessToken, itemId } = await readyItem();
      const reader = newReader();
      await readUpdate(sdk, accessToken, reader);
      await inject({ ...fault, item_id: itemId });
      for (let i = 0; i < 5; i++)
        expect((await plaidError(sync(accessToken, reader.cursor ?? ''))).body).toMatchObject(
          fault.kind === 'mutation'
            ? { error_code: 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION' }
            : { error_code: 'INVALID_FIELD', error_message: 'cursor not associated with access_token' },
        );
      const fresh = newReader();
      await readUpdate(sdk, accessToken, fresh, 100);
      expect([...fresh.rows.keys()].sort()).toEqual([...reader.rows.keys()].sort());
      await simulator.control('POST', `/items/${itemId}/transactions`, { amount: 3 });
      const [page] = await readUpdate(sdk, accessToken, fresh);
      expect(page?.added).toHaveLength(1);
      expect((await plaidError(sync(accessToken, reader.cursor ?? ''))).status).toBe(400);
    }
  });
});

describe('the list of faults', () => {
  it('describes every kind with its parameters', async () => {
    const { body } = await simulator.control<{
      kinds: {
        kind: string;
        acts_as: string;
        summary: string;
        params: Record<string, { meaning: string }>;
      }[];
    }>('GET', '/faults/kinds');
    const names = body.kinds.map(({ kind }) => kind);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['rate_limited', 'mutation', 'cut_body', 'webhook_lost']));
    for (const { summary, params } of body.kinds) {
      expect(summary).not.toBe('');
      for (const { meaning } of Object.values(params)) expect(meaning).not.toBe('');
    }
  });

  it('refuses what it does not know, and names it', async () => {
    const refusal = async (fault: object) => {
      const { status, body } = await simulator.control<{ error?: { message: string } }>(
        'POST',
        '/faults',
        fault,
      );
      return [status, body.error?.message];
    };
    const { itemId } = await readyItem();
    for (const [fault, named] of [
      [{ kind: 'gremlins' }, 'gremlins'],
      [{}, 'kind'],
      [{ kind: 'mutation', item_id: 'nobody' }, 'nobody'],
      [{ kind: 'mutation', item_id: itemId, client_id: 'ardea_simulator_client' }, 'exclude'],
      [{ kind: 'mutation', on_page: 'every' }, 'on_page'],
      [{ kind: 'mutation', endpoint: '/item/get' }, '/transactions/sync'],
      [{ kind: 'latency', latency: 'long' }, 'latency'],
      [{ kind: 'latency', endpoint: '/nowhere' }, '/nowhere'],
      [{ kind: 'error' }, 'error_code'],
      [{ kind: 'internal_error', rows: 4 }, 'rows'],
      [{ kind: 'internal_error', times: 0 }, 'times'],
      [{ kind: 'internal_error', probability: 2 }, 'probability'],
    ] as const)
      expect(await refusal(fault)).toEqual([400, expect.stringContaining(named)]);
    expect((await simulator.control('GET', '/faults/99999')).status).toBe(404);
  });
});
