import { Readable } from 'node:stream';
import type { SearchPlace, TransactionSearchQueries } from '../../db/queries/transaction-search.js';
import type { SearchOrder, TransactionSearch } from '../../db/queries/transaction-search.js';
import type { TransactionRow } from '../../db/queries/transaction-row.js';
import { AppError } from '../../domain/errors.js';
import { toPublicId } from '../../domain/ids.js';
import { tooMany } from './search-query.js';

/** Rows of one CSV. */
export const MOST_CSV_ROWS = 100_000;
const ROWS_AT_ONCE = 1_000;

const COLUMNS: Record<string, (row: TransactionRow) => string | null> = {
  heron_id: ({ id }) => toPublicId('transaction', id),
  reference_id: (row) => text(row.reference_id),
  end_user_id: (row) => text(row.end_user_id),
  item_id: (row) => text(row.plaid_item_id),
  account_id: (row) => text(row.account_id),
  date: (row) => row.date,
  amount: (row) => row.amount,
  currency: (row) => text(row.currency),
  description: (row) => text(row.description),
  merchant_name: (row) => text(row.merchant_name),
  pending: ({ pending }) => (pending === null ? null : String(pending)),
  removed_at: ({ removed_at }) => removed_at?.toISOString() ?? null,
};

/** Spreadsheets take what begins like a formula for one: an apostrophe makes it text. Ids are text of others, too. */
const text = (value: string | null): string | null =>
  value !== null && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;

const cell = (value: string | null): string =>
  value === null ? '' : /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

const line = (cells: readonly (string | null)[]): string => `${cells.map(cell).join(',')}\r\n`;

export interface CsvSource {
  queries: TransactionSearchQueries;
  organizationId: string;
  search: TransactionSearch | null;
  order: SearchOrder;
  signal: AbortSignal;
  mostRows?: number;
}

async function* lines({
  queries,
  organizationId,
  search,
  order,
  signal,
  mostRows = MOST_CSV_ROWS,
}: CsvSource) {
  yield line(Object.keys(COLUMNS));
  let from: SearchPlace | null = null;
  let written = 0;
  while (search !== null && !signal.aborted) {
    const limit = Math.min(ROWS_AT_ONCE, mostRows - written);
    const page = await queries.find(organizationId, { search, order, from, backwards: false, limit });
    if (page === 'too_many') throw tooMany();
    const rows = await queries.rows(
      organizationId,
      page.rows.map(({ id }) => id),
    );
    written += rows.length;
    yield rows.map((row) => line(Object.values(COLUMNS).map((value) => value(row)))).join('');
    const last = page.rows.at(-1);
    from = page.stoppedAt ?? (last ? { ...last, inclusive: false } : null);
    if (!page.more || from === null) return;
    if (written >= mostRows) {
      yield line([`Only the first ${mostRows} rows: narrow the filters for the others.`]);
      return;
    }
  }
}

/** Streams the search as CSV. Its first rows are read before it answers, so that what is refused is answered as such. */
export async function streamCsv(source: CsvSource): Promise<Readable> {
  const iterator = lines(source);
  const first = [await iterator.next(), await iterator.next()];
  if (source.signal.aborted) throw new AppError('service.unavailable');
  return Readable.from(
    (async function* () {
      for (const { value } of first) if (value !== undefined) yield value;
      yield* iterator;
    })(),
  );
}
