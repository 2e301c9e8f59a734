import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Simulator } from '../driver/simulator.js';

/** A webhook that the product answered with 200: from then on it must have its effect (invariant I5). */
export interface AnsweredWebhook {
  itemId: string;
  code: string;
  /** SHA-256 of the JWT's header and payload, hexadecimal: what the inbox knows it by. */
  jwtHash: string;
}

/** Reads what was delivered while the simulator still remembers it. */
export interface WebhookRecord {
  answered(): AnsweredWebhook[];
  /** Deliveries that were not answered with 200 so far. */
  open(): number;
  /** Reads once more. */
  update(): Promise<void>;
  close(): Promise<void>;
}

const EVERY_MS = 2_000;
const PAGE = 1_000;

const hashOf = (jwt: string): string =>
  createHash('sha256')
    .update(jwt.slice(0, jwt.lastIndexOf('.')))
    .digest('hex');

export function recordWebhooks(simulator: Simulator): WebhookRecord {
  const answered = new Map<string, AnsweredWebhook>();
  const open = new Set<number>();
  let last = 0;
  let closed = false;

  const take = (delivery: Delivery): void => {
    for (const { status, plaid_verification: jwt } of delivery.attempts) {
      if (status !== 200) continue;
      const jwtHash = hashOf(jwt);
      answered.set(jwtHash, {
        itemId: delivery.item_id,
        code: `${delivery.webhook_type}:${delivery.webhook_code}`,
        jwtHash,
      });
    }
    if (delivery.state === 'held' || delivery.state === 'waiting') open.add(delivery.id);
    else open.delete(delivery.id);
    last = Math.max(last, delivery.id);
  };
  const page = async (after: number, limit: number): Promise<{ webhooks: Delivery[]; has_more: boolean }> =>
    simulator.control('GET', `/webhooks?after=${after}&limit=${limit}`);
  const update = async (): Promise<void> => {
    for (const id of [...open]) {
      const { webhooks } = await page(id - 1, 1);
      if (webhooks[0]?.id === id) take(webhooks[0]);
      else open.delete(id);
    }
    for (;;) {
      const { webhooks, has_more } = await page(last, PAGE);
      webhooks.forEach(take);
      if (!has_more) return;
    }
  };
  // One at a time: two would read the same page.
  let updating: Promise<void> = Promise.resolve();
  const inTurn = (): Promise<void> => (updating = updating.then(update, update));
  const following = (async () => {
    while (!closed) {
      await inTurn();
      await sleep(EVERY_MS);
    }
  })();

  return {
    answered: () => [...answered.values()],
    open: () => open.size,
    update: inTurn,
    async close() {
      closed = true;
      await following;
    },
  };
}
