import type { components } from '@ardea/api-schema';
import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';

export type Integration = components['schemas']['Integration'];
export type NewIntegration = components['schemas']['NewIntegration'];
export type IntegrationChanges = components['schemas']['IntegrationChanges'];

const path = (id: string) => ({ path: { integration_id: id } });

export const integrationsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: async ({ signal }) => (await answered(api.GET('/api/integrations', { signal }))).integrations,
});

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', { integration_id: id }],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/integrations/{integration_id}', { params: path(id), signal })))
        .integration,
  });

/** Where it stands: what has come of it so far, and how it does. */
export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ['progress', { integration_id: id }],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/integrations/{integration_id}/progress', { params: path(id), signal })))
        .progress,
    staleTime: 5_000,
  });

export const environmentsQuery = queryOptions({
  queryKey: ['environments'],
  queryFn: async ({ signal }) =>
    (await answered(api.GET('/api/plaid_environments', { signal }))).plaid_environments,
  staleTime: 10 * 60_000,
});

export const createIntegration = async (integration: NewIntegration): Promise<Integration> =>
  (await answered(api.POST('/api/integrations', { body: { integration } }))).integration;

export const changeIntegration = async (id: string, integration: IntegrationChanges): Promise<Integration> =>
  (await answered(api.PUT('/api/integrations/{integration_id}', { params: path(id), body: { integration } })))
    .integration;

/** `force`: its links are stopped first. */
export const deleteIntegration = async (id: string, force: boolean): Promise<void> => {
  await answered(
    api.DELETE('/api/integrations/{integration_id}', { params: { ...path(id), query: { force } } }),
  );
};

/** How a person calls Plaid's environment at an address. */
export function environmentName(baseUrl: string): string {
  const { hostname, host } = new URL(baseUrl);
  if (hostname === 'sandbox.plaid.com') return 'Sandbox';
  if (hostname === 'production.plaid.com') return 'Production';
  return isLoopback(baseUrl) ? `Simulator (${host})` : host;
}

export const isLoopback = (baseUrl: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
