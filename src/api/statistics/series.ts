import type { z } from 'zod';
import type { HourStatistics } from '../../db/queries/statistics.js';
import { addCounts, percentiles } from '../../domain/freshness.js';
import type { SyncRunOutcome } from '../../domain/sync-run.js';
import type { statistics, StatisticsWindow } from './schema.js';

const HOUR_MS = 3_600_000;

/** Buckets of each window, the one that goes on included. */
const SHAPES: Record<StatisticsWindow, { bucketHours: number; buckets: number }> = {
  '24h': { bucketHours: 1, buckets: 24 },
  '7d': { bucketHours: 6, buckets: 28 },
  '30d': { bucketHours: 24, buckets: 30 },
};

const FAILURES: readonly SyncRunOutcome[] = ['failed', 'rate_limited', 'paused', 'deleted'];

export interface Span {
  from: Date;
  bucketMs: number;
  starts: Date[];
}

export function spanOf(window: StatisticsWindow, now: number): Span {
  const { bucketHours, buckets } = SHAPES[window];
  const bucketMs = bucketHours * HOUR_MS;
  const last = Math.floor(now / bucketMs) * bucketMs;
  const starts = Array.from({ length: buckets }, (_, n) => new Date(last - (buckets - 1 - n) * bucketMs));
  return { from: starts[0]!, bucketMs, starts };
}

type Counts = z.input<typeof statistics>['totals'];

function sum(hours: readonly HourStatistics[]): Counts {
  const runs: Record<string, number> = {};
  const freshness: Record<string, number> = {};
  const counts = { webhooks: 0, webhooks_rejected: 0, added: 0, modified: 0, removed: 0 };
  for (const hour of hours) {
    addCounts(runs, hour.runs);
    addCounts(freshness, hour.freshness);
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += hour[name];
  }
  const waits = percentiles(freshness);
  return {
    ...counts,
    syncs: runs['synced'] ?? 0,
    failures: FAILURES.reduce((n, outcome) => n + (runs[outcome] ?? 0), 0),
    freshness: waits && { webhooks: waits.webhooks, p50_ms: waits.p50, p95_ms: waits.p95, p99_ms: waits.p99 },
  };
}

/** What happened in each bucket and in all; `hours` may begin earlier. */
export function presentSeries(
  { from, bucketMs, starts }: Span,
  all: readonly HourStatistics[],
): Pick<z.input<typeof statistics>, 'totals' | 'series' | 'errors'> {
  const hours = all.filter(({ hour }) => hour >= from);
  const buckets = new Map<number, HourStatistics[]>(starts.map((start) => [start.getTime(), []]));
  for (const hour of hours) buckets.get(Math.floor(hour.hour.getTime() / bucketMs) * bucketMs)?.push(hour);
  const errors: Record<string, number> = {};
  for (const hour of hours) addCounts(errors, hour.errors);
  return {
    totals: sum(hours),
    series: starts.map((start) => ({
      start: start.toISOString(),
      ...sum(buckets.get(start.getTime()) ?? []),
    })),
    errors: Object.entries(errors)
      .map(([code, count]) => ({ code, count }))
      .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code)),
  };
}
