import type { EndUserQueries, EndUserRow } from '../../db/queries/end-users.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';

/** By the caller's own id, which wins, or by heron id; throws `end_user.not_found`. */
export async function findEndUser(
  endUsers: EndUserQueries,
  organizationId: string,
  address: string,
): Promise<EndUserRow> {
  const row = await endUsers.resolve(organizationId, address, fromPublicId('endUser', address));
  if (!row) throw new AppError('end_user.not_found', { description: `There is no end user ${address}.` });
  return row;
}
