import type { Deps } from '../../deps.js';
import { findEndUser } from '../end-users/find.js';
import { route, type Route } from '../route.js';
import { presentFlat } from '../transactions/present.js';
import { formatCursor, parseCursor } from './cursor.js';
import { createFollowChanges } from './follow.js';
import { changesAnswer, changesQuery } from './schema.js';

export function createChangeRoutes(deps: Pick<Deps, 'endUsers' | 'changes' | 'changeListener'>): Route[] {
  const follow = createFollowChanges(deps);
  return [
    route({
      method: 'get',
      path: '/api/transactions/changes',
      role: 'read_only',
      tag: 'Transactions',
      summary: 'Follow the changes',
      description:
        'Every transaction in the order in which it last changed, each with its latest state. Who keeps next_cursor and asks with it again sees every change at least once; a cursor is good for ever. A row that changes again moves to the end of the feed.',
      query: changesQuery,
      responses: {
        200: { description: 'Changes after the cursor; none if there are none.', schema: changesAnswer },
      },
      errors: ['feed.cursor_invalid', 'feed.cursor_ahead', 'end_user.not_found'],
      async handle({ organizationId, query, signal }) {
        const from = query.cursor === undefined ? null : parseCursor(organizationId, query.cursor);
        const endUser =
          query.end_user_id === undefined
            ? undefined
            : await findEndUser(deps.endUsers, organizationId, query.end_user_id);
        const page = await follow(organizationId, from, {
          limit: query.limit,
          endUserRowId: endUser?.id,
          includePlaid: query.include === 'plaid',
          waitMs: query.wait * 1_000,
          signal,
        });
        const transactions = presentFlat(page.rows);
        return {
          status: 200,
          body: {
            changes: page.rows.map((row, index) => ({
              op:
                row.removed_at === null && row.duplicate_of === null
                  ? ('upsert' as const)
                  : ('delete' as const),
              transaction: transactions[index]!,
            })),
            next_cursor: formatCursor(organizationId, page.next),
            has_more: page.hasMore,
          },
        };
      },
    }),
  ];
}
