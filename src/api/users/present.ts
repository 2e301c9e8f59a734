import type { z } from 'zod';
import type { OneTimeLinkRow } from '../../db/queries/one-time-links.js';
import type { UserRow } from '../../db/queries/users.js';
import { toPublicId } from '../../domain/ids.js';
import type { invite, user } from './schema.js';

export const presentUser = (row: UserRow): z.input<typeof user> => ({
  heron_id: toPublicId('user', row.id),
  email: row.email,
  name: row.name,
  role: row.role,
  is_active: row.is_active,
  created: row.created_at.toISOString(),
  last_login: row.last_login_at?.toISOString() ?? null,
});

export const presentInvite = (row: OneTimeLinkRow): z.input<typeof invite> => ({
  heron_id: toPublicId('invite', row.id),
  email: row.email,
  role: row.role,
  created: row.created_at.toISOString(),
  created_by: row.created_by_email,
  expires: row.expires_at.toISOString(),
  is_expired: row.state === 'expired',
});
