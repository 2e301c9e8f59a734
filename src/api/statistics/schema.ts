import { z } from 'zod';
import { time } from '../fields.js';
import { item, itemSummary } from '../items/schema.js';

export const WINDOWS = ['24h', '7d', '30d'] as const;
export type StatisticsWindow = (typeof WINDOWS)[number];

export const statisticsQuery = z.strictObject({ window: z.enum(WINDOWS).default('24h') });

const counts = {
  webhooks: z.int().meta({ description: 'That came and were believed, each once.' }),
  webhooks_rejected: z.int(),
  syncs: z.int().meta({ description: 'Runs that were committed.' }),
  failures: z.int().meta({
    description:
      'Runs that ended in a failure, a rate limit, a pause or a deletion; not those that asked in vain whether a broken Item works again.',
  }),
  added: z.int().meta({ description: 'Rows.' }),
  modified: z.int(),
  removed: z.int(),
  freshness: z
    .object({ webhooks: z.int(), p50_ms: z.int(), p95_ms: z.int(), p99_ms: z.int() })
    .nullable()
    .meta({
      description:
        'From the receipt of a webhook that told of transactions to the sync that fetched them, within 5 %. Null without any. One that has waited for hours is not in it.',
    }),
};

export const statistics = z
  .object({
    window: z.enum(WINDOWS),
    bucket_seconds: z.int(),
    from: time,
    to: time,
    gap: z.object({ from: time, to: time }).nullable().meta({
      description: 'What has not been counted yet: the worker does so, hour by hour. Null as a rule.',
    }),
    totals: z.object(counts),
    series: z.array(z.object({ start: time, ...counts })).meta({
      description: 'All buckets, oldest first, on whole hours and days of UTC; the last one goes on.',
    }),
    errors: z
      .array(z.object({ code: z.string(), count: z.int() }))
      .meta({ description: "Plaid's errors, the most frequent first." }),
    items: itemSummary,
    needs_a_person: z.object({
      integrations: z.array(
        z.object({
          heron_id: z.string(),
          name: z.string(),
          paused_since: time.nullable(),
          message: z.string().meta({ description: 'What to do.' }),
        }),
      ),
      items: z
        .array(item)
        .meta({ description: 'Latest linked first; `action` and `attention` say what to do.' }),
      more_items: z.boolean().meta({ description: 'There are more: `GET /api/items?attention=true`.' }),
    }),
  })
  .meta({ id: 'Statistics' });

export const statisticsAnswer = z.object({ statistics });
