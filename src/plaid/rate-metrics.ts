import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RateObserver } from './rate-budget.js';

export interface RateMetrics extends RateObserver {
  register(registry: Registry): void;
}

/** Prometheus metrics of the rate budget, of this process; blocked buckets are those of all processes, read when scraped. */
export function createRateMetrics(countBlocked: () => Promise<number>): RateMetrics {
  const denials = new Counter({
    name: 'ardea_plaid_rate_denials_total',
    help: 'Calls to Plaid that were put off because the rate budget had no token for them.',
    labelNames: ['scope', 'priority', 'endpoint'],
    registers: [],
  });
  const waits = new Histogram({
    name: 'ardea_plaid_rate_wait_seconds',
    help: 'Waits in place for a token of the rate budget.',
    labelNames: ['priority', 'endpoint'],
    buckets: [0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
    registers: [],
  });
  const limited = new Counter({
    name: 'ardea_plaid_rate_limited_total',
    help: 'Answers 429 of Plaid; above zero means that the limits in use are not those of Plaid.',
    labelNames: ['scope', 'endpoint'],
    registers: [],
  });
  const blocked = new Gauge({
    name: 'ardea_plaid_rate_blocked_buckets',
    help: 'Buckets of the rate budget that wait out a 429, in all processes.',
    registers: [],
    async collect() {
      // A scrape must not fail because PostgreSQL is away; NaN says that nobody knows.
      this.set(await countBlocked().catch(() => Number.NaN));
    },
  });
  return {
    denied: (labels) => denials.inc(labels),
    waited: (labels, ms) => waits.observe(labels, ms / 1_000),
    limited: (labels) => limited.inc(labels),
    register(registry) {
      for (const metric of [denials, waits, limited, blocked]) registry.registerMetric(metric);
    },
  };
}
