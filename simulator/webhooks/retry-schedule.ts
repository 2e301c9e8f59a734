import { DAY_MS, HOUR_MS } from '../model/calendar.js';
import type { Delivery } from '../model/delivery.js';

const RETRY_AFTER_MAX_MS = 4 * HOUR_MS;

/** The wait that a `Retry-After` header asks for: seconds, an HTTP date or ISO 8601; at most four hours. */
const retryAfterMs = (header: string | null, realNow: number): number | null => {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - realNow;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS);
};

/**
 * When a delivery that has just failed is tried again, by Plaid's schedule: after 30 s, each wait four times the
 * one before, for up to 24 hours since the first attempt; null when that is over. A 429 with `Retry-After` is honoured.
 * Source: plaid.com/docs/api/webhooks.
 */
export const nextAttemptAt = (
  delivery: Delivery,
  {
    now,
    firstDelayMs,
    status,
    retryAfter,
  }: { now: number; firstDelayMs: number; status: number | null; retryAfter: string | null },
): number | null => {
  const regular = firstDelayMs * 4 ** (delivery.attempts.length - 1);
  const asked = status === 429 ? retryAfterMs(retryAfter, Date.now()) : null;
  const next = now + (asked ?? regular);
  return next - (delivery.attempts[0]?.at ?? now) > DAY_MS ? null : next;
};
