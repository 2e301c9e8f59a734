/**
 * How long webhooks wait for the sync that they tell of, counted in classes that grow by a tenth each: the counts of hours
 * add up, and a percentile of any time is right within 5 %.
 */
export const FRESHNESS = { leastMs: 10, mostMs: 16_000_000, classes: 150 } as const;

const WIDTH = Math.log(FRESHNESS.mostMs / FRESHNESS.leastMs) / FRESHNESS.classes;

/** Numbers of webhooks by class, 0 (under the least) to classes + 1 (over the most). */
export type FreshnessCounts = Readonly<Record<string, number>>;

/** The middle of a class in milliseconds. */
export function classMs(index: number): number {
  if (index <= 0) return FRESHNESS.leastMs;
  if (index > FRESHNESS.classes) return FRESHNESS.mostMs;
  return Math.round(FRESHNESS.leastMs * Math.exp((index - 0.5) * WIDTH));
}

/** Adds up counts by name. */
export function addCounts(sum: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + n;
}

export interface Percentiles {
  webhooks: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Null without webhooks. */
export function percentiles(counts: FreshnessCounts): Percentiles | null {
  const classes = Object.entries(counts)
    .map(([index, n]) => [Number(index), n] as const)
    .sort(([a], [b]) => a - b);
  const webhooks = classes.reduce((sum, [, n]) => sum + n, 0);
  if (webhooks === 0) return null;
  const at = (share: number): number => {
    let seen = 0;
    for (const [index, n] of classes) {
      seen += n;
      if (seen >= share * webhooks) return classMs(index);
    }
    return FRESHNESS.mostMs;
  };
  return { webhooks, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
