import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { FoundPage, SearchPage } from '../../db/queries/transaction-search.js';
import { AppError } from '../../domain/errors.js';
import { formatSortPlace, parseSortPlace } from '../keyset.js';
import { route, type Route } from '../route.js';
import { invalidQuery } from '../validation.js';
import { MOST_CSV_ROWS, streamCsv } from './csv.js';
import { presentFlat } from './present.js';
import {
  orderOf,
  searchAnswer,
  searchCsvQuery,
  searchQuery,
  tooMany,
  toSearch,
  VALUE_FORMS,
} from './search-query.js';

const tag = 'Transactions';
/** Each keeps a connection busy. */
const MOST_CSVS = 3;
const RETRY_AFTER_SECONDS = 30;

type Cursors = Pick<z.input<typeof searchAnswer>, 'next_cursor' | 'prev_cursor'>;

/** Where the neighbouring pages begin. The page that was come from is always there, whatever this one holds. */
function cursorsOf(page: SearchPage, found: FoundPage): Cursors {
  const { from, backwards } = page;
  const [first, last] = [found.rows[0], found.rows.at(-1)];
  // With nothing on the page its place is where it began, whose own row belongs to the page that was come from.
  const edge = (row: FoundPage['rows'][number] | undefined, isOrigin: boolean): string | null =>
    row
      ? formatSortPlace({ ...row, inclusive: false })
      : from && isOrigin
        ? formatSortPlace({ ...from, inclusive: !from.inclusive })
        : null;
  const ahead = backwards ? first : last;
  const onwards =
    found.stoppedAt !== null ? formatSortPlace(found.stoppedAt) : found.more ? edge(ahead, false) : null;
  return backwards
    ? { prev_cursor: onwards, next_cursor: edge(last, true) }
    : { next_cursor: onwards, prev_cursor: from === null ? null : edge(first, true) };
}

const NOTHING: FoundPage = { rows: [], more: false, stoppedAt: null };
const dateOf = (value: string): string | null => (/^\d{4}-\d\d-\d\d$/.test(value) ? value : null);

export function createTransactionSearchRoutes(
  deps: Pick<Deps, 'endUsers' | 'links' | 'transactionSearch'>,
): Route[] {
  const { transactionSearch } = deps;
  let csvs = 0;

  return [
    route({
      method: 'get',
      path: '/api/transactions/search',
      role: 'read_only',
      tag,
      summary: 'Search transactions',
      description:
        'For people: pages both ways over millions of rows, each within a fraction of a second. A search that finds little among much is answered in parts (`complete`). Duplicates are never shown. Programs follow `GET /api/transactions/changes`.',
      query: searchQuery,
      responses: { 200: { description: 'One page of them, the flat shape.', schema: searchAnswer } },
      errors: ['end_user.not_found', 'transaction.too_many_to_sort'],
      async handle({ organizationId, query }) {
        if (query.after !== undefined && query.before !== undefined)
          throw invalidQuery('before', 'Either after or before, not both.');
        const search = await toSearch(deps, organizationId, query);
        const order = orderOf(query.sort);
        const form = VALUE_FORMS[order.by];
        const backwards = query.before !== undefined;
        const page: Omit<SearchPage, 'search'> = {
          order,
          from: parseSortPlace('after', query.after, form) ?? parseSortPlace('before', query.before, form),
          backwards,
          limit: query.limit,
        };
        const found =
          search === null ? NOTHING : await transactionSearch.find(organizationId, { ...page, search });
        if (found === 'too_many') throw tooMany();
        const rows = await transactionSearch.rows(
          organizationId,
          found.rows.map(({ id }) => id),
        );
        return {
          status: 200,
          body: {
            transactions: presentFlat(rows),
            ...cursorsOf({ ...page, search: search ?? { removed: 'exclude' } }, found),
            complete: found.stoppedAt === null,
            searched_to: found.stoppedAt && dateOf(found.stoppedAt.value),
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/transactions/search.csv',
      role: 'read_only',
      tag,
      summary: 'Search transactions as CSV',
      description: `At most ${MOST_CSV_ROWS} rows; a last line says so where there are more. Texts that a spreadsheet would take for a formula begin with an apostrophe.`,
      query: searchCsvQuery,
      responses: {
        200: { description: 'With a line of names first.', contentType: 'text/csv; charset=utf-8' },
      },
      errors: ['end_user.not_found', 'transaction.too_many_to_sort'],
      async handle({ organizationId, query, signal }) {
        if (csvs >= MOST_CSVS)
          throw new AppError('service.unavailable', {
            description: 'Other CSVs are being made at the moment. Try again later.',
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
        csvs += 1;
        try {
          const search = await toSearch(deps, organizationId, query);
          const order = orderOf(query.sort);
          const stream = await streamCsv({
            queries: transactionSearch,
            organizationId,
            search,
            order,
            signal,
          });
          stream.once('close', () => (csvs -= 1));
          return {
            status: 200,
            stream,
            headers: {
              'content-disposition': 'attachment; filename="transactions.csv"',
              'cache-control': 'no-store',
            },
          };
        } catch (error) {
          csvs -= 1;
          throw error;
        }
      },
    }),
  ];
}
