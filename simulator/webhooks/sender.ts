import type { Tampering, WebhookMoment } from '../faults/fault.js';
import type { FaultRegistry } from '../faults/registry.js';
import { MINUTE_MS } from '../model/calendar.js';
import type { Delivery } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import type { Store } from '../model/store.js';
import type { VirtualClock } from '../model/virtual-clock.js';
import type { WebhookBody } from './bodies.js';
import { postWebhook } from './http-post.js';
import { nextAttemptAt } from './retry-schedule.js';
import type { SigningKeys } from './signing-keys.js';
import { signTampered } from './tampered-signature.js';

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

/** How long a webhook lets others go first. */
const SWAP_MS = MINUTE_MS;

export const createWebhookSender = (deps: {
  store: Store;
  clock: VirtualClock;
  keys: SigningKeys;
  faults: FaultRegistry;
  timeoutMs: number;
  retryFirstDelayMs: number;
}): WebhookSender => {
  const { store, clock, keys } = deps;
  const closing = new AbortController();

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

  /** Webhooks that let the next one of their Item go first, by Item. */
  const swapped = new Map<string, Delivery[]>();

  /** After another webhook of the Item was sent: now those that waited for it. */
  const releaseSwapped = (sent: Delivery): void => {
    const released = (swapped.get(sent.itemId) ?? []).filter(({ id }) => id < sent.id);
    if (released.length === 0) return;
    swapped.set(
      sent.itemId,
      (swapped.get(sent.itemId) ?? []).filter(({ id }) => id >= sent.id),
    );
    for (const delivery of released) {
      delete delivery.swapped;
      if (delivery.state !== 'waiting' || delivery.attempts.length > 0) continue;
      delivery.nextAttemptAt = clock.now();
      store.save({ kind: 'delivery', value: delivery });
      schedule(delivery);
    }
  };

  const keepForSwap = (delivery: Delivery): void =>
    void swapped.set(delivery.itemId, [...(swapped.get(delivery.itemId) ?? []), delivery]);

  const momentOf = (delivery: Delivery): WebhookMoment => {
    const item = store.items.get(delivery.itemId) ?? null;
    return { clientId: item?.clientId ?? null, item, delivery };
  };

  /** The faults of one attempt: new keys as many as wanted, then at most one that spoils it. */
  const tamperingOf = async (delivery: Delivery): Promise<Tampering | null> => {
    for (const tampering of deps.faults.fire('attempt', momentOf(delivery))) {
      if (tampering.rotateKey !== true) return tampering;
      await keys.rotate();
    }
    return null;
  };

  const stateAfter = (delivered: boolean, next: number | null): Delivery['state'] => {
    if (delivered) return 'delivered';
    if (next === null) return 'given_up';
    return store.settings.webhooksPaused ? 'held' : 'waiting';
  };

  const attempt = async (
    delivery: Delivery,
    repeat: { same: { kid: string; verification: string } | null } | null,
  ) => {
    const tampering = repeat === null ? await tamperingOf(delivery) : null;
    const signed =
      tampering === null
        ? { body: delivery.body, ...(repeat?.same ?? (await keys.sign(delivery.body))) }
        : await signTampered(keys, delivery.body, tampering);
    const at = clock.now();
    const started = performance.now();
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(deps.timeoutMs)]);
    const { status, error, retryAfter } = await postWebhook(delivery.url, signed, signal);
    if (closing.signal.aborted) return;
    const durationMs = Math.round(performance.now() - started);
    const { kid, verification } = signed;
    delivery.attempts.push({
      at,
      status,
      error,
      durationMs,
      kid,
      verification,
      ...(tampering === null ? {} : { fault: tampering.kind }),
    });
    // Plaid takes 200 for delivered and nothing else.
    const delivered = status === 200 && tampering?.retried !== true;
    const next = delivered
      ? null
      : nextAttemptAt(delivery, {
          now: clock.now(),
          firstDelayMs: deps.retryFirstDelayMs,
          status,
          retryAfter,
        });
    delivery.nextAttemptAt = next;
    delivery.state = stateAfter(delivered, next);
    const copy = delivered && delivery.copies !== undefined && delivery.copies.left > 0;
    if (copy && delivery.copies !== undefined) delivery.copies.left--;
    store.atomically(() => {
      store.save({ kind: 'delivery', value: delivery });
      const item = store.items.get(delivery.itemId);
      if (item === undefined) return;
      item.lastWebhook = { sentAt: at, code: delivery.webhookCode };
      store.saveItem(item);
    });
    schedule(delivery);
    releaseSwapped(delivery);
    if (copy) redeliver(delivery, { sameToken: delivery.copies?.sameToken === true });
  };

  const redeliver = (delivery: Delivery, { sameToken }: { sameToken: boolean }): void => {
    const last = delivery.attempts.at(-1);
    const same = sameToken && last !== undefined ? { kid: last.kid, verification: last.verification } : null;
    clock.schedule(clock.now(), () => attempt(delivery, { same }));
  };

  const queue = (delivery: Delivery): void => {
    delivery.state = store.settings.webhooksPaused ? 'held' : 'waiting';
    store.save({ kind: 'delivery', value: delivery });
    if (delivery.state === 'waiting') schedule(delivery);
  };

  /** Lets the faults of the way have the webhook before it is queued. */
  const queueUnlessLost = (delivery: Delivery): void => {
    for (const effect of deps.faults.fire('queued', momentOf(delivery))) {
      if (effect === 'lose') {
        Object.assign(delivery, { state: 'lost', nextAttemptAt: null });
        return store.save({ kind: 'delivery', value: delivery });
      }
      if (effect === 'swap') {
        Object.assign(delivery, { swapped: true, nextAttemptAt: clock.now() + SWAP_MS });
        keepForSwap(delivery);
      } else if ('delayMs' in effect) delivery.nextAttemptAt = clock.now() + effect.delayMs;
      else delivery.copies = { left: effect.copies, sameToken: effect.sameToken };
    }
    queue(delivery);
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
      queueUnlessLost(delivery);
      return delivery;
    },
    redeliver,
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    restore: () => {
      for (const delivery of store.deliveries.values()) {
        if (delivery.state === 'waiting') schedule(delivery);
        if (delivery.swapped === true) keepForSwap(delivery);
      }
    },
    close: () => closing.abort(),
  };
};
