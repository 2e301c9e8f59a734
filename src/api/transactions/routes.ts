import type { Deps } from '../../deps.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { findEndUser } from '../end-users/find.js';
import { pageLinks } from '../paging.js';
import { route, type Route } from '../route.js';
import { presentEnriched, presentFlat } from './present.js';
import { enrichedQuery, toFilter, transactionQuery, transactionsQuery } from './query.js';
import { enrichedTransactionsAnswer, transactionAnswer, transactionsAnswer } from './schema.js';

const tag = 'Transactions';

export function createTransactionRoutes({
  endUsers,
  transactions,
}: Pick<Deps, 'endUsers' | 'transactions'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/end_users/{end_user_id_or_heron_id}/transactions',
      role: 'read_only',
      tag,
      summary: 'List the transactions of an end user',
      description: 'The nested shape. Rows that the bank has withdrawn are left out unless asked for.',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      query: enrichedQuery,
      responses: { 200: { description: 'One page of them.', schema: enrichedTransactionsAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params, query, url }) {
        const endUser = await findEndUser(endUsers, organizationId, params.end_user_id_or_heron_id!);
        const { page, per_page } = query;
        // One more than asked for tells whether there is another page, without counting.
        const rows = await transactions.list(organizationId, {
          filter: toFilter(query, endUser.id),
          order: query.order_by,
          limit: per_page + 1,
          offset: (page - 1) * per_page,
          includePlaid: query.include === 'plaid',
        });
        const shown = rows.slice(0, per_page);
        return {
          status: 200,
          body: {
            _meta: {
              num_results: shown.length,
              page,
              per_page,
              ...pageLinks(url, page, rows.length > per_page),
            },
            transactions_enriched: presentEnriched(shown),
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/transactions',
      role: 'read_only',
      tag,
      summary: 'List transactions',
      description: 'The flat shape, over all end users or one.',
      query: transactionsQuery,
      responses: { 200: { description: 'One page of them.', schema: transactionsAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, query, url }) {
        const endUser =
          query.end_user_id === undefined
            ? undefined
            : await findEndUser(endUsers, organizationId, query.end_user_id);
        const { page, limit } = query;
        const filter = toFilter(query, endUser?.id);
        const [rows, total] = await Promise.all([
          transactions.list(organizationId, {
            filter,
            order: query.order_by,
            limit,
            offset: (page - 1) * limit,
            includePlaid: query.include === 'plaid',
          }),
          transactions.count(organizationId, filter),
        ]);
        const pages = Math.max(1, Math.ceil(total / limit));
        return {
          status: 200,
          body: {
            _meta: { page, pages, per_page: limit, ...pageLinks(url, page, page < pages) },
            _summary: { transactions: total, returned_transactions: rows.length },
            transactions: presentFlat(rows),
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/transactions/{reference_id_or_heron_id}',
      role: 'read_only',
      tag,
      summary: 'Get a transaction',
      description: 'Also one that the bank has withdrawn: `removed_at` tells.',
      params: {
        reference_id_or_heron_id: "The heron_id (`txn_…`), or Plaid's transaction_id.",
      },
      query: transactionQuery,
      responses: { 200: { description: 'The transaction.', schema: transactionAnswer } },
      errors: ['transaction.not_found'],
      async handle({ organizationId, params, query }) {
        const address = params.reference_id_or_heron_id!;
        const row = await transactions.find(
          organizationId,
          address,
          fromPublicId('transaction', address),
          query.include === 'plaid',
        );
        if (!row)
          throw new AppError('transaction.not_found', { description: `There is no transaction ${address}.` });
        return { status: 200, body: { transaction_enriched: presentEnriched([row])[0]! } };
      },
    }),
  ];
}
