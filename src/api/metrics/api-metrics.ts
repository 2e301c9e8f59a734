import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Deps } from '../../deps.js';
import { readBacklog, type Backlog } from '../../db/queries/backlog.js';
import { LINK_STATUSES } from '../../domain/item-status.js';
import { createPoolMetric } from '../../pool-metrics.js';

export interface ApiMetrics {
  registry: Registry;
  /** @param route template of the path, never the path: it holds ids of people */
  requested: (request: { method: string; route: string; status: number }, ms: number) => void;
  webhook: (verdict: string) => void;
}

/** Several scrapers, or an impatient one, must not cost more queries than one. */
const BACKLOG_CACHE_MS = 10_000;

/** Prometheus metrics of the API process; those of the backlog are of the whole installation. Names stand in the runbook. */
export function createApiMetrics({
  db,
  signals,
  rateMetrics,
}: Pick<Deps, 'db' | 'signals' | 'rateMetrics'>): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  rateMetrics.register(registry);
  registry.registerMetric(createPoolMetric(db));
  const registers = [registry];
  const requests = new Histogram({
    name: 'ardea_http_request_duration_seconds',
    help: 'Answers of the API by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 8, 30],
    registers,
  });
  const webhooks = new Counter({
    name: 'ardea_webhooks_total',
    help: 'Webhooks of Plaid by what was made of them.',
    labelNames: ['verdict'],
    registers,
  });
  new Counter({
    name: 'ardea_signals_total',
    help: 'Signals to workflows by what has become of them.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(signals.counts())) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'ardea_signals_queued',
    help: 'Signals that wait for Temporal in this process.',
    registers,
    collect() {
      this.set(signals.size());
    },
  });

  let cached: { backlog: Promise<Backlog>; until: number } | null = null;
  const backlog = (): Promise<Backlog> => {
    if (cached === null || cached.until < performance.now())
      cached = { backlog: readBacklog(db), until: performance.now() + BACKLOG_CACHE_MS };
    return cached.backlog;
  };
  const gauge = (name: string, help: string, value: (now: Backlog) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // A scrape must not fail because PostgreSQL is away; NaN says that nobody knows.
        this.set(await backlog().then(value, () => Number.NaN));
      },
    });
  new Gauge({
    name: 'ardea_items',
    help: 'Items by the status of their links.',
    labelNames: ['status'],
    registers,
    async collect() {
      const now = await backlog().catch(() => null);
      for (const status of LINK_STATUSES)
        this.set({ status }, now === null ? Number.NaN : (now.items.get(status) ?? 0));
    },
  });
  gauge('ardea_items_attention', 'Items that need something although they work.', (now) => now.attention);
  gauge('ardea_items_dirty', 'Items that a look is due for.', (now) => now.dirtyItems);
  gauge('ardea_inbox_waiting', 'Webhooks that no look has dealt with yet.', (now) => now.waitingWebhooks);
  gauge(
    'ardea_inbox_oldest_waiting_seconds',
    'Age of the oldest of them.',
    (now) => now.oldestWaitingSeconds,
  );
  gauge('ardea_inbox_unmatched', 'Webhooks of Items that are not linked.', (now) => now.unmatchedWebhooks);
  gauge(
    'ardea_relinks_doubtful',
    'Relinks that wait for a decision; their rows may be there twice.',
    (now) => now.doubtfulRelinks,
  );
  gauge(
    'ardea_relinks_stopped',
    'Items that rest for one that was deleted since; their accounts are not synced.',
    (now) => now.stoppedRelinks,
  );
  gauge('ardea_forwards_pending', 'Forwards that are still to be made.', (now) => now.pendingForwards);

  return {
    registry,
    requested: ({ method, route, status }, ms) =>
      requests.observe({ method, route, status: String(status) }, ms / 1_000),
    webhook: (verdict) => webhooks.inc({ verdict }),
  };
}
