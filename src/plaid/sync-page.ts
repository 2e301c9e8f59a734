/** What the engine needs of a page of /transactions/sync; the rows themselves stay in Plaid's bytes until PostgreSQL reads them. */
export interface SyncPage {
  /** The body as Plaid sent it. Parsing it in JavaScript would round money (invariant I9); the database parses it. */
  body: string;
  /** transaction_id of `added`, then of `modified`: the order of the fold. */
  upsertIds: string[];
  removedIds: string[];
  /** Every account_id that a row of this page names. */
  accountIds: string[];
  /** Accounts that the page describes. */
  accountCount: number;
  nextCursor: string;
  hasMore: boolean;
  /** TRANSACTIONS_UPDATE_STATUS_UNKNOWN, NOT_READY, INITIAL_UPDATE_COMPLETE, HISTORICAL_UPDATE_COMPLETE or something newer. */
  updateStatus: string;
  requestId: string;
}

interface Row {
  transaction_id?: unknown;
  account_id?: unknown;
}

interface Body {
  added: Row[];
  modified: Row[];
  removed: Row[];
  accounts?: unknown;
  next_cursor?: unknown;
  has_more: boolean;
  transactions_update_status?: unknown;
  request_id?: unknown;
}

const string = (value: unknown): string => (typeof value === 'string' ? value : '');

function ids(rows: Row[]): string[] {
  return rows.map((row) => {
    if (typeof row.transaction_id !== 'string' || row.transaction_id === '')
      throw new TypeError('row without transaction_id');
    return row.transaction_id;
  });
}

/** Reads a page's structure. Throws on truncated or foreign JSON, which the caller treats as a passing failure. */
export function readSyncPage(body: string): SyncPage {
  const page = JSON.parse(body) as Body;
  if (
    !Array.isArray(page.added) ||
    !Array.isArray(page.modified) ||
    !Array.isArray(page.removed) ||
    typeof page.has_more !== 'boolean'
  ) {
    throw new TypeError('not a page of /transactions/sync');
  }
  const accountIds = new Set<string>();
  for (const row of page.added) accountIds.add(string(row.account_id));
  for (const row of page.modified) accountIds.add(string(row.account_id));
  accountIds.delete('');
  return {
    body,
    upsertIds: [...ids(page.added), ...ids(page.modified)],
    removedIds: ids(page.removed),
    accountIds: [...accountIds],
    accountCount: Array.isArray(page.accounts) ? page.accounts.length : 0,
    // The spec says empty string before data is ready, the migration guide null; both mean "no cursor yet".
    nextCursor: string(page.next_cursor),
    hasMore: page.has_more,
    updateStatus: string(page.transactions_update_status),
    requestId: string(page.request_id),
  };
}
