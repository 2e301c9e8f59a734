import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { IntegrationProgressRow } from '../../db/queries/integration-progress.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { ItemCounts } from '../../db/queries/item-reads.js';
import { presentCounts } from '../items/present.js';
import { route, type Route } from '../route.js';
import { findIntegration } from './find.js';
import { integrationProgressAnswer, type integrationProgress } from './schema.js';

type Progress = z.input<typeof integrationProgress>;

function healthOf(
  integration: IntegrationRow,
  progress: IntegrationProgressRow,
  counts: ItemCounts,
): Progress['health'] {
  if (integration.paused_since !== null) return 'paused';
  if (integration.keys_status === 'invalid') return 'keys_rejected';
  if (progress.first_link_at === null) return 'waiting';
  return counts.needAPerson > 0 ? 'attention' : 'ok';
}

export function createIntegrationProgressRoutes(
  deps: Pick<Deps, 'integrations' | 'integrationProgress' | 'itemReads'>,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/progress',
      role: 'read_only',
      tag: 'Integrations',
      summary: 'See how far the set-up of an integration has come',
      params: { integration_id: 'heron_id of the integration (`itg_…`).' },
      responses: {
        200: {
          description: 'What has come for the first time, and how it is.',
          schema: integrationProgressAnswer,
        },
      },
      errors: ['integration.not_found'],
      async handle({ organizationId, params: { integration_id } }) {
        const integration = await findIntegration(deps.integrations, organizationId, integration_id!);
        const [row, counts] = await Promise.all([
          deps.integrationProgress.read(organizationId, integration.id),
          deps.itemReads.count(organizationId, integration.id),
        ]);
        const progress: Progress = {
          health: healthOf(integration, row, counts),
          first_link_at: row.first_link_at?.toISOString() ?? null,
          first_verified_webhook_at: row.first_verified_webhook_at?.toISOString() ?? null,
          first_sync_at: row.first_sync_at?.toISOString() ?? null,
          last_webhook_at: row.last_webhook_at?.toISOString() ?? null,
          rejected_webhooks: {
            count: row.rejected_webhooks,
            last_at: row.last_rejected_at?.toISOString() ?? null,
            last_reason: row.last_rejection,
          },
          items: presentCounts(counts),
        };
        return { status: 200, body: { progress } };
      },
    }),
  ];
}
