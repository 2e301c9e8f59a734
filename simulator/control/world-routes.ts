import { durationMs } from '../model/duration.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';
import { presentClock, presentDelivery, presentKey } from './present.js';
import { ControlError, queryInteger, type ControlCall, type ControlRoute } from './route.js';

const durationIn = (call: ControlCall, field: string): number => {
  const ms = durationMs(call.body[field]);
  if (ms === null)
    throw new PlaidApiError('INVALID_FIELD', `${field} must be milliseconds or a duration like "30s", "1d"`);
  return ms;
};

const clockOf = ({ context: { clock, store } }: ControlCall) => ({
  clock: presentClock(clock, store.settings.clock),
});

const overview: ControlRoute = {
  method: 'get',
  path: '/',
  answer: (call) => ({
    ...clockOf(call),
    seed: call.context.store.settings.seed,
    items: call.context.store.items.size,
    webhooks: {
      paused: call.context.store.settings.webhooksPaused,
      undelivered: [...call.context.store.deliveries.values()].filter(
        ({ state }) => state === 'held' || state === 'waiting',
      ).length,
    },
    latency_ms: call.latency.ms,
    clients: [...call.context.store.clients.keys()],
  }),
};

const clockGet: ControlRoute = { method: 'get', path: '/clock', answer: clockOf };

const clockAdvance: ControlRoute = {
  method: 'post',
  path: '/clock/advance',
  fields: { by: { kind: 'any', required: true } },
  answer: async (call) => {
    await call.context.clock.advance(durationIn(call, 'by'));
    return clockOf(call);
  },
};

const clockFreeze: ControlRoute = {
  method: 'post',
  path: '/clock/freeze',
  fields: { at: { kind: 'string' } },
  answer: (call) => {
    const at = call.body['at'] === undefined ? undefined : Date.parse(call.body['at'] as string);
    if (at !== undefined && Number.isNaN(at))
      throw new ControlError(400, 'at must be an instant in ISO 8601');
    call.context.clock.freeze(at);
    return clockOf(call);
  },
};

const clockResume: ControlRoute = {
  method: 'post',
  path: '/clock/resume',
  answer: (call) => {
    call.context.clock.resume();
    return clockOf(call);
  },
};

const latency: ControlRoute = {
  method: 'put',
  path: '/latency',
  fields: { latency: { kind: 'any', required: true } },
  answer: (call) => {
    call.latency.ms = durationIn(call, 'latency');
    return { latency_ms: call.latency.ms };
  },
};

const client: ControlRoute = {
  method: 'put',
  path: '/clients/:clientId',
  fields: { secret: { kind: 'string', required: true, min: 1 } },
  answer: ({ context, params, body }) => {
    const clientId = params['clientId'] ?? '';
    context.store.save({ kind: 'client', clientId, secret: String(body['secret']) });
    return { client_id: clientId };
  },
};

const keysGet: ControlRoute = {
  method: 'get',
  path: '/keys',
  answer: ({ context }) => ({ keys: context.store.keys.map(presentKey) }),
};

const keysRotate: ControlRoute = {
  method: 'post',
  path: '/keys/rotate',
  answer: async ({ keys }) => ({ key: presentKey(await keys.rotate()) }),
};

const webhooks: ControlRoute = {
  method: 'get',
  path: '/webhooks',
  answer: (call) => {
    const after = queryInteger(call, 'after', 0);
    const limit = queryInteger(call, 'limit', 100);
    const { item_id: itemId, state } = call.query;
    const found = [...call.context.store.deliveries.values()].filter(
      (delivery) =>
        delivery.id > after &&
        (itemId === undefined || delivery.itemId === itemId) &&
        (state === undefined || delivery.state === state),
    );
    return { webhooks: found.slice(0, limit).map(presentDelivery), has_more: found.length > limit };
  },
};

const redeliver: ControlRoute = {
  method: 'post',
  path: '/webhooks/:webhookId/redeliver',
  fields: { same_token: { kind: 'boolean' } },
  answer: ({ context, params, body }) => {
    const delivery = context.store.deliveries.get(Number(params['webhookId']));
    if (delivery === undefined) throw new ControlError(404, `webhook ${params['webhookId']} does not exist`);
    context.webhooks.redeliver(delivery, { sameToken: body['same_token'] === true });
    return { webhook: presentDelivery(delivery) };
  },
};

const pause: ControlRoute = {
  method: 'post',
  path: '/webhooks/pause',
  answer: ({ context }) => {
    context.webhooks.pause();
    return { paused: true };
  },
};

const resume: ControlRoute = {
  method: 'post',
  path: '/webhooks/resume',
  answer: ({ context }) => {
    context.webhooks.resume();
    return { paused: false };
  },
};

/** What is not of one Item: clock, keys, clients, webhook deliveries, latency. */
export const WORLD_ROUTES: readonly ControlRoute[] = [
  overview,
  clockGet,
  clockAdvance,
  clockFreeze,
  clockResume,
  latency,
  client,
  keysGet,
  keysRotate,
  webhooks,
  pause,
  resume,
  redeliver,
];
