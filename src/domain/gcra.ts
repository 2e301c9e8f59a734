/** What work a call to Plaid is for. Fresh work (a webhook, a user's action, a first link) goes before bulk work. */
export type WorkPriority = 'fresh' | 'bulk';

/** A limit as GCRA keeps it: one call per interval, and how far ahead of that pace a burst may run. Whole microseconds. */
export interface Pace {
  intervalUs: number;
  toleranceUs: number;
}

const MINUTE_US = 60_000_000;

/**
 * Keeps a limit of calls per minute in every minute, not only in those of the clock: in any 60 s at most the burst and what
 * the even pace adds come through, so the two together must not exceed the limit.
 * @param perMinute the limit; below 2 it is taken as 2, for a burst of one and a pace of one
 * @param burstShare the part of the limit, between 0 and 1, that may come at once; the rest is the pace
 */
export function paceOf(perMinute: number, burstShare: number): Pace {
  const limit = Math.max(2, Math.floor(perMinute));
  const burst = Math.min(Math.max(1, Math.floor(limit * burstShare)), limit - 1);
  const intervalUs = Math.ceil(MINUTE_US / (limit - burst));
  return { intervalUs, toleranceUs: (burst - 1) * intervalUs };
}

/** The pace of work that may use only a part of the burst, which leaves the rest of it to others. */
export const withShareOfBurst = ({ intervalUs, toleranceUs }: Pace, share: number): Pace => ({
  intervalUs,
  toleranceUs: Math.floor(toleranceUs * share),
});
