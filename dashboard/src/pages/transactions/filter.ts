import type { SearchFilter, SearchQuery } from '../../api/transactions';
import type { TransactionsSearch } from '../../search';

/** The address in the words of the API. */
export const filterOf = (search: TransactionsSearch): SearchFilter => ({
  sort: search.sort,
  end_user_id: search.end_user,
  item_id: search.item,
  account_id: search.account,
  date_from: search.from,
  date_to: search.to,
  amount_min: search.min === undefined ? undefined : (search.min as unknown as number),
  amount_max: search.max === undefined ? undefined : (search.max as unknown as number),
  text: search.text,
  category: search.category,
  pending: search.pending,
  removed: search.removed,
});

/** One page of them. */
export const queryOf = (search: TransactionsSearch): SearchQuery => ({
  ...filterOf(search),
  after: search.after,
  before: search.before,
});

const PLACES = new Set(['sort', 'after', 'before', 'row']);

/** Whether something narrows the list; its order and place do not. */
export const isFiltered = (search: TransactionsSearch): boolean =>
  Object.entries(search).some(([name, value]) => value !== undefined && !PLACES.has(name));

/** What to say where there are no rows. */
export function whyNone(search: TransactionsSearch): string {
  const { from, to, min, max } = search;
  if (from !== undefined && to !== undefined && from > to) return 'The first day is later than the last one.';
  if (min !== undefined && max !== undefined && Number(min) > Number(max))
    return 'The least amount is larger than the largest one.';
  return isFiltered(search)
    ? 'Widen the filters to see others.'
    : 'They appear here by themselves, seconds after the first Item is linked.';
}
