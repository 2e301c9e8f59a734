import type { components, paths } from '@ardea/api-schema';
import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import type { LinkPath } from './items';

export type Audit = components['schemas']['Audit'];
type AuditsFilter = NonNullable<
  paths['/api/integrations/{integration_id}/audits']['get']['parameters']['query']
>;

export const isUnderWay = ({ state }: Audit): boolean => state === 'queued' || state === 'running';

/** Its own events come; a running one also moves on between them. */
const whileUnderWay = ({ state }: { state: { data?: Audit[] } }): number | false =>
  state.data?.some(isUnderWay) ? 3_000 : false;

export const auditsQuery = (path: LinkPath) =>
  queryOptions({
    queryKey: ['audits', { item_id: path.item_id }],
    queryFn: async ({ signal }) =>
      (
        await answered(
          api.GET('/api/integrations/{integration_id}/links/{item_id}/audits', {
            params: { path, query: { limit: 10 } },
            signal,
          }),
        )
      ).audits,
    refetchInterval: whileUnderWay,
  });

const auditsOf = async (integration_id: string, query: AuditsFilter, signal: AbortSignal) =>
  answered(
    api.GET('/api/integrations/{integration_id}/audits', {
      params: { path: { integration_id }, query },
      signal,
    }),
  );

/** The latest audits of all Items of an integration. */
export const integrationAuditsQuery = (integration_id: string) =>
  queryOptions({
    queryKey: ['audits', { integration_id }],
    queryFn: async ({ signal }) =>
      (await auditsOf(integration_id, { whole_integration: true, limit: 5 }, signal)).audits,
    refetchInterval: whileUnderWay,
  });

/** As many as somebody reads through. */
const SHOWN = 50;

const WORTH_A_LOOK = [
  { verdict: 'differs' },
  { state: 'failed' },
  { verdict: 'not_audited' },
] as const satisfies AuditsFilter[];

/** The Items of an integration's audit that somebody should look at: those that differ first. `more`: not all of them. */
export const notableAuditsQuery = ({ integration_heron_id, heron_id }: Audit) =>
  queryOptions({
    queryKey: ['audits', { integration_id: integration_heron_id }, heron_id],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        WORTH_A_LOOK.map((query) =>
          auditsOf(integration_heron_id, { part_of_heron_id: heron_id, ...query, limit: SHOWN }, signal),
        ),
      );
      return {
        audits: lists.flatMap(({ audits }) => audits),
        more: lists.some(({ next_cursor }) => next_cursor !== null),
      };
    },
  });

export const startAudit = async (path: LinkPath): Promise<void> => {
  await answered(api.POST('/api/integrations/{integration_id}/links/{item_id}/audit', { params: { path } }));
};

/** Of all Items; the one that runs already, if one does. */
export const startIntegrationAudit = async (integration_id: string): Promise<void> => {
  await answered(
    api.POST('/api/integrations/{integration_id}/audit', { params: { path: { integration_id } } }),
  );
};

const address = ({ integration_heron_id: integration_id, heron_id: audit_id }: Audit) => ({
  params: { path: { integration_id, audit_id } },
});

/** Has the Item that differs read anew, or each of them. */
export const repairAudit = async (audit: Audit): Promise<void> => {
  await answered(api.POST('/api/integrations/{integration_id}/audits/{audit_id}/repair', address(audit)));
};

export const cancelAudit = async (audit: Audit): Promise<void> => {
  await answered(api.POST('/api/integrations/{integration_id}/audits/{audit_id}/cancel', address(audit)));
};
