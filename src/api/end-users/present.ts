import type { z } from 'zod';
import type { EndUserRow } from '../../db/queries/end-users.js';
import type { LinkRow } from '../../db/queries/links.js';
import { toPublicId } from '../../domain/ids.js';
import { statusOf } from '../links/present.js';
import type { endUser } from './schema.js';

/** `links` are the end user's; leave them out where the caller did not ask for data sources. */
export function presentEndUser(row: EndUserRow, links?: readonly LinkRow[]): z.input<typeof endUser> {
  return {
    heron_id: toPublicId('endUser', row.id),
    end_user_id: row.end_user_id,
    name: row.name,
    status: row.status,
    is_portfolio: row.is_portfolio,
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
    last_processed_at: row.last_processed_at?.toISOString() ?? null,
    ...(links === undefined
      ? {}
      : {
          data_sources: links.map((link) => ({ type: 'integration_link' as const, status: statusOf(link) })),
        }),
  };
}
