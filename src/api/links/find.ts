import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { AppError } from '../../domain/errors.js';
import { findIntegration } from '../integrations/find.js';

/**
 * The link that a path names; `evenDeleted`: also of an integration that was deleted, whose data can still be erased. Throws `integration.not_found` or
 * `link.not_found`.
 */
export async function findLink(
  { integrations, links }: Pick<Deps, 'integrations' | 'links'>,
  organizationId: string,
  params: Readonly<Record<string, string>>,
  options: { evenDeleted?: boolean } = {},
): Promise<{ integration: IntegrationRow; link: LinkRow }> {
  const integration = await findIntegration(integrations, organizationId, params.integration_id!, options);
  const link = await links.find(organizationId, integration.id, params.item_id!);
  if (!link)
    throw new AppError('link.not_found', { description: `There is no link of Item ${params.item_id}.` });
  return { integration, link };
}
