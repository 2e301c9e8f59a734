import type { components, paths } from '@ardea/api-schema';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { parse, stringify } from 'lossless-json';
import { answered, api, keepDigits, untouchedFetch, type Answered } from './client';

export type Transaction = Answered<components['schemas']['Transaction']>;

export type SearchQuery = NonNullable<paths['/api/transactions/search']['get']['parameters']['query']>;
export type SearchFilter = Omit<SearchQuery, 'after' | 'before' | 'limit'>;

/** The rows of a page: as many as one reads through, and few enough to be there at once. */
const PAGE = 100;

export const searchTransactionsQuery = (query: SearchQuery) =>
  queryOptions({
    queryKey: ['transactions', { item_id: query.item_id }, 'search', query],
    queryFn: async ({ signal }) =>
      answered(api.GET('/api/transactions/search', { params: { query: { limit: PAGE, ...query } }, signal })),
    // The page before stays until the next one is there: nothing flashes.
    placeholderData: keepPreviousData,
  });

export interface CsvFile {
  file: Blob;
  /** How many rows it ends after although there are more; undefined: it holds all. */
  endsAfter: number | undefined;
}

const LAST_LINE = /\r\nOnly the first (\d+) rows: [^\r\n]*\r\n$/;

/** The rows that a search finds as a file, whole: one that was cut off throws. */
export async function fetchCsv(filter: SearchFilter): Promise<CsvFile> {
  const file = await answered(
    api.GET('/api/transactions/search.csv', {
      params: { query: filter },
      parseAs: 'blob',
      headers: { accept: 'text/csv' },
    }),
  ).catch((error: unknown) => {
    // The body of an answer that had begun well.
    throw error instanceof TypeError
      ? new Error('The file was cut off before its end. Try again.', { cause: error })
      : error;
  });
  const rows = LAST_LINE.exec(await file.slice(-200).text())?.[1];
  return { file, endsAfter: rows === undefined ? undefined : Number(rows) };
}

type HistoryAnswer =
  paths['/api/transactions/{reference_id_or_heron_id}/history']['get']['responses'][200]['content']['application/json'];
type VersionAnswer = components['schemas']['TransactionVersion'];
export type RelatedTransaction = components['schemas']['RelatedTransaction'];

/** What one field of Plaid's object was and is, digit for digit; null: nothing. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

export interface TransactionVersion extends Omit<VersionAnswer, 'changes' | 'plaid'> {
  changes: FieldChange[];
  /** JSON text, laid out, with the digits of the API. */
  plaid: string;
}

interface ExactVersion {
  plaid: unknown;
  changes: { field: string; before: unknown; after: unknown }[];
}

const textOf = (value: unknown): string | null =>
  value === null || typeof value === 'string' ? value : (stringify(value) ?? null);

/** Numbers of Plaid's objects are text here: `1.50` is not `1.5`, and a number does not hold twenty digits. */
function readHistory(text: string) {
  const answer = JSON.parse(keepDigits(text)) as HistoryAnswer;
  const exact = parse(text, null, { onDuplicateKey: ({ newValue }) => newValue }) as {
    versions: ExactVersion[];
  };
  const versions = answer.versions.map((version, index): TransactionVersion => {
    const { plaid, changes } = exact.versions[index]!;
    return {
      ...version,
      plaid: stringify(plaid, undefined, 2) ?? '',
      changes: changes.map(({ field, before, after }) => ({
        field,
        before: textOf(before),
        after: textOf(after),
      })),
    };
  });
  return { ...answer, versions };
}

export const transactionHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['transactions', 'history', id],
    queryFn: async ({ signal }) =>
      readHistory(
        await answered(
          api.GET('/api/transactions/{reference_id_or_heron_id}/history', {
            params: { path: { reference_id_or_heron_id: id } },
            fetch: untouchedFetch,
            parseAs: 'text',
            signal,
          }),
        ),
      ),
  });
