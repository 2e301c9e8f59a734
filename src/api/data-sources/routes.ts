import type { Deps } from '../../deps.js';
import { findEndUser } from '../end-users/find.js';
import { route, type Route } from '../route.js';
import { presentDataSource } from './present.js';
import { dataSourcesAnswer } from './schema.js';

export function createDataSourceRoutes({
  endUsers,
  dataSources,
}: Pick<Deps, 'endUsers' | 'dataSources'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/end_users/{end_user_id_or_heron_id}/data_sources',
      role: 'read_only',
      tag: 'Data sources',
      summary: 'List the data sources of an end user, with accounts and balances',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      responses: { 200: { description: 'One per linked Item, oldest first.', schema: dataSourcesAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params }) {
        const { id } = await findEndUser(endUsers, organizationId, params.end_user_id_or_heron_id!);
        const rows = await dataSources.list(organizationId, id);
        return { status: 200, body: rows.map(presentDataSource) };
      },
    }),
  ];
}
