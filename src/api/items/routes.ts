import type { Deps } from '../../deps.js';
import { AppError } from '../../domain/errors.js';
import { findEndUser } from '../end-users/find.js';
import { formatSortPlace, parseSortPlace } from '../keyset.js';
import { route, type Route } from '../route.js';
import { createItemPresenter, presentCounts } from './present.js';
import { itemAnswer, itemsAnswer, itemsQuery, itemSummaryAnswer } from './schema.js';

const tag = 'Items';
const PLACE = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Items of the whole organisation; what is done with one of them goes by its link. */
export function createItemRoutes(
  deps: Pick<Deps, 'config' | 'endUsers' | 'itemReads' | 'temporal'>,
): Route[] {
  const { config, endUsers, itemReads } = deps;
  const present = createItemPresenter({
    publicUrl: config.PUBLIC_URL,
    temporalNamespace: deps.temporal.client.options.namespace,
    temporalUiUrl: config.TEMPORAL_UI_URL,
  });
  return [
    route({
      method: 'get',
      path: '/api/items',
      role: 'read_only',
      tag,
      summary: 'List Items',
      description: 'The links of all integrations and end users.',
      query: itemsQuery,
      responses: { 200: { description: 'Latest linked first.', schema: itemsAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, query }) {
        const endUser =
          query.end_user_id === undefined
            ? undefined
            : await findEndUser(endUsers, organizationId, query.end_user_id);
        const filter = {
          statuses: query.status,
          needsAPerson: query.attention,
          integrationId: query.integration_heron_id,
          endUserRowId: endUser?.id,
          text: query.q,
        };
        const found = await itemReads.list(organizationId, filter, {
          before: parseSortPlace('cursor', query.cursor, PLACE),
          limit: query.limit + 1,
        });
        const page = found.slice(0, query.limit);
        const last = found.length > query.limit ? page.at(-1) : undefined;
        const next = last && formatSortPlace({ value: last.created_place, id: last.id, inclusive: false });
        return { status: 200, body: { items: page.map(present.listed), next_cursor: next ?? null } };
      },
    }),

    route({
      method: 'get',
      path: '/api/items/summary',
      role: 'read_only',
      tag,
      summary: 'Count Items',
      responses: { 200: { description: 'By status.', schema: itemSummaryAnswer } },
      async handle({ organizationId }) {
        return { status: 200, body: { summary: presentCounts(await itemReads.count(organizationId)) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/items/{item_id}',
      role: 'read_only',
      tag,
      summary: 'Get an Item',
      params: { item_id: "Plaid's item_id." },
      responses: { 200: { description: 'The Item, and what happens next.', schema: itemAnswer } },
      errors: ['link.not_found'],
      async handle({ organizationId, params: { item_id: itemId = '' } }) {
        const row = await itemReads.find(organizationId, itemId);
        if (!row)
          throw new AppError('link.not_found', { description: `There is no link of Item ${itemId}.` });
        return { status: 200, body: { item: present.whole(row) } };
      },
    }),
  ];
}
