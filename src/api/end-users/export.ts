import { Readable } from 'node:stream';
import type { Deps } from '../../deps.js';
import type { EndUserRow } from '../../db/queries/end-users.js';
import type { ExportedVersion } from '../../db/queries/end-user-export.js';
import { AppError } from '../../domain/errors.js';
import { presentDataSource } from '../data-sources/present.js';
import { rawJson, stringifyExact } from '../json/exact-json.js';
import { createLinkPresenter, type PresentLink } from '../links/present.js';
import { route, type Route } from '../route.js';
import { presentFlat } from '../transactions/present.js';
import { findEndUser } from './find.js';
import { presentEndUser } from './present.js';
import { exportLine } from './schema.js';

type ExportDeps = Pick<Deps, 'config' | 'endUsers' | 'endUserExports' | 'links' | 'dataSources'>;

const ROWS_AT_ONCE = 500;
/** Each keeps a connection busy. */
const MOST_EXPORTS = 3;
const RETRY_AFTER_SECONDS = 30;

const line = (type: string, rest: Record<string, unknown>): string =>
  `${stringifyExact({ type, ...rest })}\n`;

const presentVersion = (row: ExportedVersion) => ({
  version: row.version,
  until: row.replaced_at.toISOString(),
  plaid: rawJson(row.plaid_bytes ? row.plaid_bytes.toString('utf8') : row.plaid),
});

async function* lines(deps: ExportDeps, endUser: EndUserRow, presentLink: PresentLink, signal: AbortSignal) {
  const { organization_id: organizationId, id } = endUser;
  yield line('end_user', { end_user: presentEndUser(endUser) });
  for (const row of await deps.links.listByEndUser(organizationId, id))
    yield line('link', { link: presentLink(row) });
  for (const row of await deps.dataSources.list(organizationId, id))
    yield line('data_source', { data_source: presentDataSource(row) });
  let transactions = 0;
  let after: string | null = null;
  while (!signal.aborted) {
    const page = await deps.endUserExports.transactionsAfter(organizationId, id, after, ROWS_AT_ONCE);
    transactions += page.rows.length;
    yield presentFlat(page.rows)
      .map((transaction, n) =>
        line('transaction', {
          transaction,
          versions: (page.versions.get(page.rows[n]!.id) ?? []).map(presentVersion),
        }),
      )
      .join('');
    if (page.rows.length < ROWS_AT_ONCE) {
      yield line('end', { transactions });
      return;
    }
    after = page.rows.at(-1)!.id;
  }
}

export function createEndUserExportRoutes(deps: ExportDeps): Route[] {
  const presentLink = createLinkPresenter(deps.config.PUBLIC_URL);
  let exports = 0;
  return [
    route({
      method: 'get',
      path: '/api/end_users/{end_user_id_or_heron_id}/export',
      role: 'member',
      tag: 'End users',
      summary: 'Export all data of an end user',
      description:
        'Everything that is stored, one JSON object per line: links, accounts, and every transaction with each version as Plaid sent it, tombstones and duplicates too. Secrets are not in it.',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      responses: {
        200: {
          description: 'Complete if its last line is of type `end`.',
          schema: exportLine,
          contentType: 'application/x-ndjson; charset=utf-8',
        },
      },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params, signal }) {
        const endUser = await findEndUser(deps.endUsers, organizationId, params.end_user_id_or_heron_id!);
        if (exports >= MOST_EXPORTS)
          throw new AppError('service.unavailable', {
            description: 'Other exports are being made at the moment. Try again later.',
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
        exports += 1;
        const stream = Readable.from(lines(deps, endUser, presentLink, signal));
        stream.once('close', () => (exports -= 1));
        return {
          status: 200,
          stream,
          headers: {
            'content-disposition': 'attachment; filename="end_user.ndjson"',
            'cache-control': 'no-store',
          },
        };
      },
    }),
  ];
}
