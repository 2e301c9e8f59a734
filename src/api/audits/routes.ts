import type { Deps } from '../../deps.js';
import type { AuditRow } from '../../db/queries/audit-row.js';
import type { AuditFilter } from '../../db/queries/audits.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { findIntegration } from '../integrations/find.js';
import { keysetPage, parsePlace } from '../keyset.js';
import { findLink } from '../links/find.js';
import { route, type Route } from '../route.js';
import { presentAudit, presentExample } from './present.js';
import {
  auditAnswer,
  auditsAnswer,
  auditsQuery,
  auditWithExamples,
  linkAuditsQuery,
  noOptions,
} from './schema.js';

const tag = 'Loss audits';
const ofIntegration = { integration_id: 'heron_id of the integration (`itg_…`).' };
const ofLink = { ...ofIntegration, item_id: "Plaid's item_id." };
const ofAudit = { ...ofIntegration, audit_id: 'heron_id of the audit (`aud_…`).' };

type Params = Readonly<Record<string, string>>;

export function createAuditRoutes(
  deps: Pick<Deps, 'integrations' | 'links' | 'audits' | 'auditRepairs' | 'signals'>,
): Route[] {
  const { integrations, audits, auditRepairs, signals } = deps;

  const find = async (organizationId: string, params: Params): Promise<AuditRow> => {
    const integration = await findIntegration(integrations, organizationId, params.integration_id!, {
      evenDeleted: true,
    });
    const id = fromPublicId('audit', params.audit_id!);
    const row = id === null ? null : await audits.find(organizationId, integration.id, id);
    if (!row) throw new AppError('audit.not_found', { description: `There is no audit ${params.audit_id}.` });
    return row;
  };

  const list = async (
    organizationId: string,
    filter: AuditFilter,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ) => {
    const found = await audits.list(organizationId, filter, {
      before: parsePlace(cursor)?.id ?? null,
      limit: limit + 1,
    });
    const { rows, next } = keysetPage(found, limit, ({ id }) => ({ at: null, id }));
    return { audits: rows.map(presentAudit), next_cursor: next };
  };

  const request = async (target: Parameters<typeof audits.request>[0]) => {
    const { audit, created } = await audits.request(target);
    signals.audit(
      target.itemId === null
        ? { kind: 'integration', id: target.integrationId, organizationId: target.organizationId }
        : { kind: 'item', id: target.itemId, organizationId: target.organizationId },
    );
    return { status: created ? (202 as const) : (200 as const), body: { audit: presentAudit(audit) } };
  };

  const accepted = {
    200: { description: 'One was queued or running already: this is it.', schema: auditAnswer },
    202: { description: 'Queued; follow it by its heron_id.', schema: auditAnswer },
  };

  return [
    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/links/{item_id}/audit',
      role: 'member',
      tag,
      summary: 'Audit a link',
      description:
        'Reads the whole history of the Item from Plaid and compares it with what is stored. Changes nothing but what a sync changes.',
      params: ofLink,
      body: { schema: noOptions, optional: true },
      responses: accepted,
      errors: ['integration.not_found', 'link.not_found'],
      async handle({ organizationId, params }) {
        const { integration, link } = await findLink(deps, organizationId, params);
        return request({ organizationId, integrationId: integration.id, itemId: link.id });
      },
    }),

    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/audit',
      role: 'member',
      tag,
      summary: 'Audit all links of an integration',
      description:
        'One audit per link, AUDIT_CONCURRENCY of them at once. Links that were deleted are left out.',
      params: ofIntegration,
      body: { schema: noOptions, optional: true },
      responses: accepted,
      errors: ['integration.not_found'],
      async handle({ organizationId, params }) {
        const { id } = await findIntegration(integrations, organizationId, params.integration_id!);
        return request({ organizationId, integrationId: id, itemId: null });
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/audits',
      role: 'read_only',
      tag,
      summary: 'List audits',
      description: 'Audits that have ended are kept for AUDIT_RETENTION.',
      params: ofIntegration,
      query: auditsQuery,
      responses: { 200: { description: 'Newest first.', schema: auditsAnswer } },
      errors: ['integration.not_found', 'link.not_found'],
      async handle({ organizationId, params, query }) {
        const integration = await findIntegration(integrations, organizationId, params.integration_id!, {
          evenDeleted: true,
        });
        const itemId =
          query.item_id === undefined
            ? undefined
            : (
                await findLink(
                  deps,
                  organizationId,
                  { ...params, item_id: query.item_id },
                  { evenDeleted: true },
                )
              ).link.id;
        const body = await list(
          organizationId,
          {
            integrationId: integration.id,
            itemId,
            parentId: query.part_of_heron_id,
            state: query.state,
            verdict: query.verdict,
            wholeIntegration: query.whole_integration,
          },
          query,
        );
        return { status: 200, body };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/links/{item_id}/audits',
      role: 'read_only',
      tag,
      summary: 'List the audits of a link',
      params: ofLink,
      query: linkAuditsQuery,
      responses: { 200: { description: 'Newest first.', schema: auditsAnswer } },
      errors: ['integration.not_found', 'link.not_found'],
      async handle({ organizationId, params, query }) {
        const { integration, link } = await findLink(deps, organizationId, params, { evenDeleted: true });
        const { state, verdict } = query;
        const filter = { integrationId: integration.id, itemId: link.id, state, verdict };
        return { status: 200, body: await list(organizationId, filter, query) };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/audits/{audit_id}',
      role: 'read_only',
      tag,
      summary: 'Get an audit',
      params: ofAudit,
      responses: { 200: { description: 'The audit, with examples.', schema: auditWithExamples } },
      errors: ['integration.not_found', 'audit.not_found'],
      async handle({ organizationId, params }) {
        const row = await find(organizationId, params);
        const examples = await audits.examples(row.id);
        return {
          status: 200,
          body: { audit: presentAudit(row), examples: examples.map(presentExample) },
        };
      },
    }),

    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/audits/{audit_id}/repair',
      role: 'member',
      tag,
      summary: 'Repair what an audit found',
      description:
        'Makes a full resync due for each Item that differs. It stores what is missing or different and removes what is extra, by the rules of every full resync: one that would remove many rows is confirmed by a second one first. Audit again afterwards.',
      params: ofAudit,
      responses: { 202: { description: 'The resync is due.', schema: auditAnswer } },
      errors: ['integration.not_found', 'audit.not_found', 'audit.nothing_to_repair', 'link.not_syncing'],
      async handle({ organizationId, params }) {
        const { id } = await find(organizationId, params);
        const outcome = await auditRepairs.request(organizationId, id);
        if (outcome.kind === 'nothing_to_repair') throw new AppError('audit.nothing_to_repair');
        if (outcome.kind === 'not_syncing') throw new AppError('link.not_syncing');
        for (const itemId of outcome.items) signals.look({ id: itemId, organizationId });
        return { status: 202, body: { audit: presentAudit(await find(organizationId, params)) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/audits/{audit_id}/cancel',
      role: 'member',
      tag,
      summary: 'Cancel an audit',
      description: 'Of an integration: also the audits of its Items that have not ended.',
      params: ofAudit,
      responses: { 200: { description: 'As it is now.', schema: auditAnswer } },
      errors: ['integration.not_found', 'audit.not_found'],
      async handle({ organizationId, params }) {
        const { id } = await find(organizationId, params);
        await audits.cancel(organizationId, id);
        return { status: 200, body: { audit: presentAudit(await find(organizationId, params)) } };
      },
    }),
  ];
}
