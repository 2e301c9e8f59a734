import type { Delivery } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import type { Store } from '../model/store.js';
import type { VirtualClock } from '../model/virtual-clock.js';
import type { WebhookBody } from './bodies.js';
import { nextAttemptAt } from './retry-schedule.js';
import type { SigningKeys } from './signing-keys.js';

export interface WebhookSender {
  /** Writes the webhook down and sends it as soon as the clock lets it; null when the Item has no webhook URL. */
  send(item: Item, body: WebhookBody): Delivery | null;
  /** Sends a delivery once more whatever became of it; `sameToken` repeats the last signature byte by byte. */
  redeliver(delivery: Delivery, options: { sameToken: boolean }): void;
  /** While paused, webhooks are held and nothing is retried; resuming sends what was held. */
  pause(): void;
  resume(): void;
  /** Takes up the deliveries that a process before this one left. */
  restore(): void;
  /** Cuts what is under way; it stays written down as not yet delivered. */
  close(): void;
}

interface Answer {
  status: number | null;
  error: string | null;
  retryAfter: string | null;
}

export const createWebhookSender = (deps: {
  store: Store;
  clock: VirtualClock;
  keys: SigningKeys;
  timeoutMs: number;
  retryFirstDelayMs: number;
}): WebhookSender => {
  const { store, clock, keys } = deps;
  const closing = new AbortController();

  const post = async (url: string, body: string, verification: string): Promise<Answer> => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Plaid-Verification': verification },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(deps.timeoutMs)]),
      });
      await response.body?.cancel();
      return { status: response.status, error: null, retryAfter: response.headers.get('retry-after') };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return {
        status: null,
        error: cause instanceof Error ? cause.message : String(cause),
        retryAfter: null,
      };
    }
  };

  const schedule = (delivery: Delivery): void => {
    if (delivery.nextAttemptAt === null) return;
    const { id, nextAttemptAt: due } = delivery;
    clock.schedule(due, () => {
      const current = store.deliveries.get(id);
      return current?.state === 'waiting' && current.nextAttemptAt === due
        ? attempt(current, null)
        : undefined;
    });
  };

  const attempt = async (delivery: Delivery, repeated: { kid: string; verification: string } | null) => {
    const { kid, verification } = repeated ?? (await keys.sign(delivery.body));
    const at = clock.now();
    const started = performance.now();
    const { status, error, retryAfter } = await post(delivery.url, delivery.body, verification);
    if (closing.signal.aborted) return;
    const durationMs = Math.round(performance.now() - started);
    delivery.attempts.push({ at, status, error, durationMs, kid, verification });
    // Plaid takes 200 for delivered and nothing else.
    const next =
      status === 200
        ? null
        : nextAttemptAt(delivery, {
            now: clock.now(),
            firstDelayMs: deps.retryFirstDelayMs,
            status,
            retryAfter,
          });
    delivery.nextAttemptAt = next;
    delivery.state =
      status === 200
        ? 'delivered'
        : next === null
          ? 'given_up'
          : store.settings.webhooksPaused
            ? 'held'
            : 'waiting';
    store.atomically(() => {
      store.save({ kind: 'delivery', value: delivery });
      const item = store.items.get(delivery.itemId);
      if (item === undefined) return;
      item.lastWebhook = { sentAt: at, code: delivery.webhookCode };
      store.saveItem(item);
    });
    schedule(delivery);
  };

  const queue = (delivery: Delivery): void => {
    delivery.state = store.settings.webhooksPaused ? 'held' : 'waiting';
    store.save({ kind: 'delivery', value: delivery });
    if (delivery.state === 'waiting') schedule(delivery);
  };

  const setPaused = (paused: boolean): void =>
    store.atomically(() => {
      store.settings.webhooksPaused = paused;
      store.saveSettings();
      for (const delivery of store.deliveries.values())
        if (delivery.state === 'held' || delivery.state === 'waiting') queue(delivery);
    });

  return {
    send: (item, body) => {
      if (item.webhook === null) return null;
      const delivery: Delivery = {
        id: store.settings.nextDeliveryId++,
        itemId: item.itemId,
        url: item.webhook,
        webhookType: body.webhook_type,
        webhookCode: body.webhook_code,
        body: JSON.stringify(body, null, 2),
        createdAt: clock.now(),
        state: 'waiting',
        nextAttemptAt: clock.now(),
        attempts: [],
      };
      store.saveSettings();
      queue(delivery);
      return delivery;
    },
    redeliver: (delivery, { sameToken }) => {
      const last = sameToken ? (delivery.attempts.at(-1) ?? null) : null;
      clock.schedule(clock.now(), () => attempt(delivery, last));
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    restore: () => {
      for (const delivery of store.deliveries.values()) if (delivery.state === 'waiting') schedule(delivery);
    },
    close: () => closing.abort(),
  };
};
