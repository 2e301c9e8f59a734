import type { IntegrationQueries, IntegrationRow } from '../../db/queries/integrations.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';

/** The organisation's integration of that public id; throws `integration.not_found`. */
export async function findIntegration(
  integrations: IntegrationQueries,
  organizationId: string,
  publicId: string,
  { evenDeleted = false }: { evenDeleted?: boolean } = {},
): Promise<IntegrationRow> {
  const id = fromPublicId('integration', publicId);
  const row = id === null ? null : await integrations.find(organizationId, id, evenDeleted);
  if (!row)
    throw new AppError('integration.not_found', { description: `There is no integration ${publicId}.` });
  return row;
}
