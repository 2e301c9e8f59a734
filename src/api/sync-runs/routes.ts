import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { SyncRunRow } from '../../db/queries/sync-runs.js';
import { toPublicId } from '../../domain/ids.js';
import { keysetPage, parsePlace } from '../keyset.js';
import { findLink } from '../links/find.js';
import { route, type Route } from '../route.js';
import { syncRunsAnswer, syncRunsQuery, type syncRun } from './schema.js';

const presentRun = (row: SyncRunRow): z.input<typeof syncRun> => ({
  heron_id: toPublicId('syncRun', row.id),
  kind: row.kind,
  outcome: row.outcome,
  started: row.started_at.toISOString(),
  finished: row.finished_at.toISOString(),
  // The clocks of worker and database may differ by more than a short run takes.
  duration_ms: Math.max(0, row.finished_at.getTime() - row.started_at.getTime()),
  pages: row.pages,
  added: row.added,
  modified: row.modified,
  removed: row.removed,
  unchanged: row.unchanged,
  restarts: row.restarts,
  error_code: row.error_code,
  error_message: row.error_message,
  plaid_request_id: row.plaid_request_id,
});

export function createSyncRunRoutes(deps: Pick<Deps, 'integrations' | 'links' | 'syncRuns'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/links/{item_id}/sync_runs',
      role: 'read_only',
      tag: 'Links',
      summary: 'List the sync runs of a link',
      description:
        'Every time that Plaid was asked about the Item, and what came of it, failures too. Old runs are removed after SYNC_RUNS_RETENTION.',
      params: {
        integration_id: 'heron_id of the integration (`itg_…`).',
        item_id: "Plaid's item_id.",
      },
      query: syncRunsQuery,
      responses: { 200: { description: 'Newest first.', schema: syncRunsAnswer } },
      errors: ['integration.not_found', 'link.not_found'],
      async handle({ organizationId, params, query: { cursor, limit } }) {
        const { link } = await findLink(deps, organizationId, params, { evenDeleted: true });
        const place = parsePlace(cursor);
        const found = await deps.syncRuns.list(link.id, {
          before: place && { startedAt: place.at ?? new Date(0), id: place.id },
          limit: limit + 1,
        });
        const { rows, next } = keysetPage(found, limit, (row) => ({ at: row.started_at, id: row.id }));
        return { status: 200, body: { sync_runs: rows.map(presentRun), next_cursor: next } };
      },
    }),
  ];
}
