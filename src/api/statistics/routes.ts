import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import { toPublicId } from '../../domain/ids.js';
import { statusMessage } from '../../domain/item-status.js';
import { createItemPresenter, presentCounts } from '../items/present.js';
import { route, type Route } from '../route.js';
import { statisticsAnswer, statisticsQuery, type statistics } from './schema.js';
import { presentSeries, spanOf } from './series.js';

const MOST_ITEMS = 25;

type NeedyIntegration = z.input<typeof statistics>['needs_a_person']['integrations'][number];

function needOf(row: IntegrationRow): NeedyIntegration[] {
  if (row.paused_since === null && row.keys_status !== 'invalid') return [];
  const why = statusMessage(row.pause_code, row.pause_message);
  return [
    {
      heron_id: toPublicId('integration', row.id),
      name: row.name,
      paused_since: row.paused_since?.toISOString() ?? null,
      message:
        why === null
          ? 'Plaid said that the keys are wrong: correct them.'
          : `Plaid refuses these keys (${why}): correct them, or clear the matter up with Plaid. Nothing is synced until then.`,
    },
  ];
}

export function createStatisticsRoutes(
  deps: Pick<Deps, 'config' | 'integrations' | 'itemReads' | 'statistics' | 'temporal'>,
): Route[] {
  const present = createItemPresenter({
    publicUrl: deps.config.PUBLIC_URL,
    temporalNamespace: deps.temporal.client.options.namespace,
    temporalUiUrl: deps.config.TEMPORAL_UI_URL,
  });
  return [
    route({
      method: 'get',
      path: '/api/statistics',
      role: 'read_only',
      tag: 'Statistics',
      summary: 'See how it goes',
      description:
        'Webhooks, syncs, rows and freshness over time, the health of all Items, and what needs a person now.',
      query: statisticsQuery,
      responses: { 200: { description: 'Of the time up to now.', schema: statisticsAnswer } },
      async handle({ organizationId, query: { window } }) {
        const now = Date.now();
        const span = spanOf(window, now);
        const needing = { before: null, limit: MOST_ITEMS + 1 };
        const [{ hours, gap }, counts, items, integrations] = await Promise.all([
          deps.statistics.hours(organizationId, span.from),
          deps.itemReads.count(organizationId),
          deps.itemReads.list(organizationId, { needsAPerson: true }, needing),
          deps.integrations.list(organizationId),
        ]);
        return {
          status: 200,
          body: {
            statistics: {
              window,
              bucket_seconds: span.bucketMs / 1_000,
              from: span.from.toISOString(),
              to: new Date(now).toISOString(),
              gap: gap && { from: gap.from.toISOString(), to: gap.to.toISOString() },
              ...presentSeries(span, hours),
              items: presentCounts(counts),
              needs_a_person: {
                integrations: integrations.flatMap(needOf),
                items: items.slice(0, MOST_ITEMS).map(present.listed),
                more_items: items.length > MOST_ITEMS,
              },
            },
          },
        };
      },
    }),
  ];
}
