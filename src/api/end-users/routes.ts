import type { Deps } from '../../deps.js';
import { OWNED_KINDS, type EndUserRow } from '../../db/queries/end-users.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { pageLinks } from '../paging.js';
import { route, type Route } from '../route.js';
import { findEndUser } from './find.js';
import { presentEndUser, type EndUserParts } from './present.js';
import {
  endUserAnswer,
  endUserChanges,
  endUserList,
  endUserQuery,
  endUsersAnswer,
  newEndUser,
} from './schema.js';

const tag = 'End users';

/** What a heron id names that belongs to an end user. */
function named(text: string): { kind: (typeof OWNED_KINDS)[number]; id: string } | undefined {
  for (const kind of OWNED_KINDS) {
    const id = fromPublicId(kind, text);
    if (id !== null) return { kind, id };
  }
  return undefined;
}

type Asked = { include_data_sources?: boolean | undefined; include_activity?: boolean | undefined };
const partsOf = ({ include_data_sources, include_activity }: Asked): EndUserParts => ({
  dataSources: include_data_sources ?? false,
  activity: include_activity ?? false,
});

export function createEndUserRoutes({ endUsers, linkReads }: Pick<Deps, 'endUsers' | 'linkReads'>): Route[] {
  const present = async (
    rows: readonly EndUserRow[],
    organizationId: string,
    parts: EndUserParts,
  ): Promise<ReturnType<typeof presentEndUser>[]> => {
    if (!parts.dataSources && !parts.activity) return rows.map((row) => presentEndUser(row));
    const found = await linkReads.listByEndUsers(
      organizationId,
      rows.map((row) => row.id),
    );
    return rows.map((row) =>
      presentEndUser(
        row,
        parts,
        found.filter((link) => link.end_user_id === row.id),
      ),
    );
  };

  return [
    route({
      method: 'post',
      path: '/api/end_users',
      role: 'member',
      tag,
      summary: 'Create an end user',
      description: 'Posting a link creates its end user too; this is for those who have none yet.',
      body: { schema: newEndUser, envelope: 'end_user' },
      responses: { 201: { description: 'Created.', schema: endUserAnswer } },
      errors: ['end_user.exists'],
      async handle({ organizationId, body }) {
        const row = await endUsers.create(organizationId, body.end_user_id, {
          name: body.name,
          status: body.status,
          isPortfolio: body.is_portfolio,
        });
        if (!row)
          throw new AppError('end_user.exists', {
            description: `End user ${body.end_user_id} exists already. Use PUT /api/end_users to change it.`,
          });
        return { status: 201, body: { end_user: presentEndUser(row) } };
      },
    }),

    route({
      method: 'put',
      path: '/api/end_users',
      role: 'member',
      tag,
      summary: 'Update an end user',
      body: { schema: endUserChanges, envelope: 'end_user' },
      responses: { 200: { description: 'As it is now.', schema: endUserAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, body }) {
        const row = await endUsers.update(organizationId, body.end_user_id, {
          name: body.name,
          status: body.status,
          isPortfolio: body.is_portfolio,
        });
        if (!row)
          throw new AppError('end_user.not_found', {
            description: `There is no end user ${body.end_user_id}.`,
          });
        return { status: 200, body: { end_user: presentEndUser(row) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/end_users',
      role: 'read_only',
      tag,
      summary: 'List end users',
      query: endUserList,
      responses: { 200: { description: 'One page of them.', schema: endUsersAnswer } },
      async handle({ organizationId, query, url }) {
        const { page, limit } = query;
        const { rows, total } = await endUsers.list(organizationId, {
          filter: {
            id: query.heron_id,
            endUserId: query.end_user_id,
            name: query.name,
            status: query.status,
            isPortfolio: query.is_portfolio,
            text: query.q,
            textNames: named(query.q ?? ''),
            linkStatuses: query.link_status,
          },
          order: query.order_by,
          limit,
          offset: (page - 1) * limit,
        });
        const pages = Math.max(1, Math.ceil(total / limit));
        return {
          status: 200,
          body: {
            end_users: await present(rows, organizationId, partsOf(query)),
            _meta: { limit, page, pages, total, ...pageLinks(url, page, page < pages) },
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/end_users/{end_user_id_or_heron_id}',
      role: 'read_only',
      tag,
      summary: 'Get an end user',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      query: endUserQuery,
      responses: { 200: { description: 'The end user.', schema: endUserAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params: { end_user_id_or_heron_id }, query }) {
        const row = await findEndUser(endUsers, organizationId, end_user_id_or_heron_id!);
        const [end_user] = await present([row], organizationId, partsOf(query));
        return { status: 200, body: { end_user: end_user! } };
      },
    }),
  ];
}
