import type { z } from 'zod';
import type { EndUserRow } from '../../db/queries/end-users.js';
import type { LinkRow } from '../../db/queries/links.js';
import { toPublicId } from '../../domain/ids.js';
import { statusOf } from '../links/present.js';
import type { endUser } from './schema.js';

type EndUser = z.input<typeof endUser>;

function activityOf(links: readonly LinkRow[]): NonNullable<EndUser['activity']> {
  const times = links.flatMap((link) =>
    [link.created_at, link.last_successful_sync_at, link.last_webhook_at].flatMap(
      (at) => at?.getTime() ?? [],
    ),
  );
  return {
    connections: links.length,
    statuses: [...new Set(links.map(statusOf))],
    last_activity: times.length === 0 ? null : new Date(Math.max(...times)).toISOString(),
  };
}

/** What is shown of an end user besides itself; both need its links. */
export interface EndUserParts {
  dataSources: boolean;
  activity: boolean;
}

/** `links` are the end user's. */
export function presentEndUser(
  row: EndUserRow,
  parts: EndUserParts = { dataSources: false, activity: false },
  links: readonly LinkRow[] = [],
): EndUser {
  return {
    heron_id: toPublicId('endUser', row.id),
    end_user_id: row.end_user_id,
    name: row.name,
    status: row.status,
    is_portfolio: row.is_portfolio,
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
    last_processed_at: row.last_processed_at?.toISOString() ?? null,
    erased_at: row.erased_at?.toISOString() ?? null,
    ...(parts.dataSources
      ? {
          data_sources: links.map((link) => ({ type: 'integration_link' as const, status: statusOf(link) })),
        }
      : {}),
    ...(parts.activity ? { activity: activityOf(links) } : {}),
  };
}
