import type { FeedRow } from '../readers/feed-reader.js';
import type { Tenant } from '../stack/tenants.js';
import { canonical } from './canonical.js';
import { countChecked, violate, type CheckContext } from './context.js';
import { historyOf } from './history.js';

const PER_PAGE = 5_000;

interface Page {
  transactions: FeedRow[];
  _meta: { pages: number };
}

/** The organisation's table as the API shows it by default. */
export async function readTable({ call }: Tenant): Promise<Map<string, FeedRow>> {
  const rows = new Map<string, FeedRow>();
  for (let page = 1; ; page++) {
    const { status, json, text } = await call('GET', `/api/transactions?limit=${PER_PAGE}&page=${page}`);
    if (status !== 200) throw new Error(`the table was answered ${status}: ${text.slice(0, 300)}`);
    const { transactions } = json as Page;
    for (const row of transactions) rows.set(row.heron_id, row);
    if (transactions.length < PER_PAGE) return rows;
  }
}

/** What a row is; what it shows of its neighbours (a mask, the posted row) may change without the row. */
const OWN = [
  'reference_id',
  'item_id',
  'account_id',
  'end_user_id',
  'amount',
  'currency',
  'date',
  'description',
  'pending',
  'pending_reference_id',
  'last_updated',
];

const own = (row: FeedRow): string => canonical(OWN.map((field) => row[field]));

function firstDifference(
  copy: ReadonlyMap<string, FeedRow>,
  table: ReadonlyMap<string, FeedRow>,
): [FeedRow, string] | null {
  for (const [id, row] of table) {
    const held = copy.get(id);
    if (held === undefined)
      return [row, 'is in the table, the reader has never seen it or was told of its removal'];
    if (own(held) !== own(row)) return [row, `the reader holds ${own(held)}, the table ${own(row)}`];
  }
  for (const [id, row] of copy)
    if (!table.has(id)) return [row, 'is with the reader, the table does not have it'];
  return null;
}

/** Each reader of each organisation holds exactly the table (invariant I6). Call it when all is quiet. */
export async function checkFeeds(context: CheckContext): Promise<void> {
  await Promise.all(context.readers.map((reader) => reader.caughtUp()));
  for (const tenant of context.world.tenants) {
    const table = await readTable(tenant);
    for (const reader of context.readers.filter(({ apiKey }) => apiKey === tenant.apiKey)) {
      countChecked(context, 'rows of readers compared with the table', table.size);
      const different = firstDifference(reader.copy, table);
      if (different === null) continue;
      const [row, what] = different;
      const item = context.world.items.find(({ itemId }) => itemId === row['item_id']);
      violate(
        context,
        'I6',
        `${reader.name}, ${reader.copy.size} rows to the table's ${table.size}: ${row.reference_id} ${what}`,
        item === undefined ? [] : await historyOf(context, item, row.reference_id),
      );
    }
  }
  for (const { complaints } of context.readers)
    for (const complaint of complaints.slice(0, 3)) violate(context, 'I6', complaint);
}
