import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { createEventHub } from '../../src/api/events/hub.js';
import type { eventBatch } from '../../src/api/events/schema.js';
import { toPublicId } from '../../src/domain/ids.js';
import type { LiveEvent } from '../../src/domain/live-event.js';
import { createTestApi, type TestApi } from '../support/api.js';
import { putIntegration, putItem, putTransactions, type TestItem } from '../support/transactions.js';

let api: TestApi;
let integrationId: string;
let item: TestItem;
const open: AbortController[] = [];

beforeAll(async () => {
  api = await createTestApi();
  integrationId = await putIntegration(api.deps, api.organizationId);
  item = await putItem(api.deps.db, { organizationId: api.organizationId, integrationId, endUserId: 'acme' });
});
afterAll(() => api.close());
afterEach(() => {
  for (const each of open.splice(0)) each.abort();
});

const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 20_000, interval: 20 });

type Event = z.output<typeof eventBatch>['events'][number];

/** Follows over HTTP; `events` grows as they come. */
async function follow(key = api.key): Promise<{ events: Event[]; batches: Event[][]; ended: Promise<void> }> {
  const controller = new AbortController();
  open.push(controller);
  const response = await fetch(`${api.url}/api/events`, {
    headers: { 'x-api-key': key },
    signal: controller.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events: Event[] = [];
  const batches: Event[][] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      const messages = text.split('\n\n');
      text = messages.pop()!;
      for (const message of messages)
        if (message.startsWith('data: '))
          batches.push((JSON.parse(message.slice(6)) as { events: Event[] }).events);
      events.splice(0, Infinity, ...batches.flat());
    }
  };
  return { events, batches, ended: read().catch(() => undefined) };
}

const insertWebhook = async (): Promise<string> => {
  const { rows } = await api.deps.db.raw<{ rows: [{ id: string }] }>(
    `insert into plaid_webhooks (organization_id, integration_id, item_id, plaid_item_id, verdict, body, headers)
     values (?, ?, ?, ?, 'verified', '{}', '{}') returning id`,
    [api.organizationId, integrationId, item.id, item.plaidItemId],
  );
  return rows[0].id;
};

it('tells each who follows what has changed, once, and nobody else', async () => {
  await insertWebhook();
  const [first, second, foreign] = [await follow(), await follow(), await follow(api.foreignKey)];
  const ids = {
    item_id: item.plaidItemId,
    integration_heron_id: toPublicId('integration', integrationId),
    end_user_heron_id: toPublicId('endUser', item.endUserRowId),
  };
  await putTransactions(api.deps.db, item, [{ referenceId: 'one' }, { referenceId: 'two' }]);
  await eventually(() => expect(first.events).toContainEqual({ type: 'transactions', ...ids }));
  await api.deps.db('items').where({ id: item.id }).update({ health: 'erroring' });
  await eventually(() => expect(first.events).toContainEqual({ type: 'item', ...ids }));
  const webhook = await insertWebhook();
  const { end_user_heron_id: _none, ...ofWebhook } = ids;
  await eventually(() =>
    expect(first.events).toContainEqual({
      type: 'webhook',
      heron_id: toPublicId('inboxWebhook', webhook),
      ...ofWebhook,
    }),
  );
  await api.deps.db('integrations').where({ id: integrationId }).update({ name: 'Renamed' });
  await eventually(() => expect(first.events.at(-1)?.type).toBe('integration'));
  await eventually(() => expect(second.events).toEqual(first.events));
  expect(first.events.map(({ type }) => type)).toEqual(['transactions', 'item', 'webhook', 'integration']);
  expect(foreign.events).toEqual([]);
});

it('gives signs of life that a browser hears: batches of nothing', async () => {
  const { batches } = await follow();
  await eventually(() => expect(batches).toContainEqual([]));
});

it('says nothing of what nobody sees', async () => {
  const { events } = await follow();
  await api.deps.db('items').where({ id: item.id }).update({ sync_version: 7, updated_at: new Date() });
  await api.deps.db('items').where({ id: item.id }).update({ status_message: 'seen' });
  await eventually(() => expect(events.map(({ type }) => type)).toEqual(['item']));
});

it('ends when the server stops, and lets only so many in', async () => {
  const listened: { closed: boolean }[] = [];
  const hub = createEventHub({
    reads: api.deps.eventReads,
    logger: api.deps.logger,
    databaseUrl: '',
    name: 'test',
    encode: (events: readonly LiveEvent[] | null) => JSON.stringify(events),
    limits: { inAll: 2, perOrganization: 1 },
    listen: () => {
      const listener = { closed: false };
      listened.push(listener);
      return { ready: Promise.resolve(), close: async () => void (listener.closed = true) };
    },
  });
  const stop = new AbortController();
  const stream = await hub.follow(api.organizationId, stop.signal);
  await expect(hub.follow(api.organizationId, stop.signal)).rejects.toMatchObject({
    code: 'service.unavailable',
  });
  await hub.follow(api.foreignOrganizationId, stop.signal);
  expect(listened).toHaveLength(1);
  stop.abort();
  for await (const chunk of stream) expect(String(chunk)).toBe('null');
  expect(listened).toEqual([{ closed: true }]);
  const again = new AbortController();
  await hub.follow(api.organizationId, again.signal);
  again.abort();
});

it('says that everything may have changed when it could not listen for a while, or too much comes', async () => {
  const { events } = await follow();
  await api.deps.db.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'api-events' and datname = current_database()`,
  );
  await eventually(() => expect(events).toEqual([{ type: 'reset' }]));
});
