import type { z } from 'zod';
import type { SessionRow } from '../../db/queries/sessions.js';
import { toPublicId } from '../../domain/ids.js';
import type { session } from './schema.js';

export function presentSession(row: SessionRow): z.input<typeof session> {
  return {
    user: {
      heron_id: toPublicId('user', row.user_id),
      email: row.email,
      name: row.name,
      role: row.role,
    },
    organization: {
      heron_id: toPublicId('organization', row.organization_id),
      name: row.organization_name,
    },
    created: row.created_at.toISOString(),
    expires: row.ends_at.toISOString(),
    idle_expires: row.idle_ends_at.toISOString(),
    confirmed_until: row.confirmed_until?.toISOString() ?? null,
  };
}
