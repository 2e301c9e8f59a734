import type { FaultRegistry } from '../faults/registry.js';
import type { RateLimits } from '../faults/rate-limits.js';
import type { Store } from '../model/store.js';
import type { VirtualClock } from '../model/virtual-clock.js';
import type { WebhookSender } from '../webhooks/sender.js';

/** How long the simulated bank takes, in milliseconds of the virtual clock. */
export interface BankTiming {
  /** From the creation of an Item to the first 30 days of transactions. */
  initialDelayMs: number;
  /** From the creation of an Item to its whole history. */
  historicalDelayMs: number;
  /** After how long a login breaks by itself; 0 for never. */
  loginExpiresMs: number;
}

export interface BankContext {
  store: Store;
  clock: VirtualClock;
  webhooks: WebhookSender;
  timing: BankTiming;
  faults: FaultRegistry;
  rateLimits: RateLimits;
}

/** What all of an Item's random data is derived from, unique to it. */
export const seedKey = ({ store }: BankContext, itemId: string, purpose: string): string =>
  `${store.settings.seed}/${itemId}/${purpose}`;
