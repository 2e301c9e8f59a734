import { formatSortPlace } from '../../src/api/keyset.js';
import { toPublicId } from '../../src/domain/ids.js';
import type { Tenant } from '../stack/tenant.js';

/** One request that a page of the dashboard makes, each time for something else where there is something else. */
export interface RequestKind {
  name: string;
  /** @param round counted from 0 */
  path: (round: number) => string;
  /** What is timed: the whole answer, or its beginning where it is streamed. */
  until?: 'first bytes';
  /** A refusal that is an answer, too: at some size there is no other. */
  mayRefuse?: string;
}

interface Sample {
  endUserId: string;
  itemId: string;
  accountId: string;
  transactionId: string;
  day: string;
  id: string;
}

/** Rows spread over the whole organisation: what each round asks for. */
async function samples(tenant: Tenant): Promise<Sample[]> {
  const { rows } = await tenant.db.raw<{ rows: Omit<Sample, 'transactionId'>[] }>(
    `select e.end_user_id as "endUserId", i.plaid_item_id as "itemId", t.account_id as "accountId", t.id, t.date::text as day
       from (select id, row_number() over (order by md5(id::text)) as nr from items where organization_id = :organizationId) p
       cross join lateral (select * from transactions where item_id = p.id and removed_at is null and duplicate_of is null
                            order by reference_id limit 1) t
       join items i on i.id = t.item_id join end_users e on e.id = t.end_user_id
      where p.nr <= 64 order by p.nr`,
    { organizationId: tenant.organizationId },
  );
  return rows.map((row) => ({ ...row, transactionId: toPublicId('transaction', row.id) }));
}

const query = (path: string, values: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(values).toString()}`;

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** All that the pages ask for first, and the transactions in every way that the page offers. */
export async function requestKinds(tenant: Tenant): Promise<RequestKind[]> {
  const known = await samples(tenant);
  const one = (round: number): Sample => known[round % known.length]!;
  const search = (values: Record<string, string>): string =>
    query('/api/transactions/search', { limit: '100', ...values });
  const integration = toPublicId('integration', tenant.integrationId);
  const always = (name: string, path: string): RequestKind => ({ name, path: () => path });
  const found = (
    name: string,
    values: (sample: Sample, round: number) => Record<string, string>,
  ): RequestKind => ({
    name: `transactions: ${name}`,
    path: (round: number) => search(values(one(round), round)),
  });
  const list = (values: Record<string, string>) => query('/api/items', { limit: '100', ...values });
  const endUsers = (values: Record<string, string>) =>
    query('/api/end_users', {
      limit: '100',
      include_data_sources: 'true',
      include_activity: 'true',
      ...values,
    });
  const inbox = (values: Record<string, string>) => query('/api/plaid_webhooks', { limit: '100', ...values });
  return [
    always('overview: statistics of 24 hours', '/api/statistics?window=24h'),
    always('overview: statistics of 7 days', '/api/statistics?window=7d'),
    always('overview: statistics of 30 days', '/api/statistics?window=30d'),
    always('items: summary', '/api/items/summary'),
    always('items: list', list({})),
    always('items: needing a person', list({ attention: 'true' })),
    always('items: erroring', list({ status: 'erroring' })),
    { name: 'items: text', path: (round) => list({ q: one(round).endUserId }) },
    { name: 'item: details', path: (round) => `/api/items/${one(round).itemId}` },
    {
      name: 'item: syncs',
      path: (round) => `/api/integrations/${integration}/links/${one(round).itemId}/sync_runs?limit=50`,
    },
    { name: 'item: webhooks', path: (round) => inbox({ item_id: one(round).itemId, limit: '20' }) },
    always('integrations: list', '/api/integrations'),
    always('integration: progress', `/api/integrations/${integration}/progress`),
    always('end users: list', endUsers({})),
    { name: 'end users: a later page', path: (round) => endUsers({ page: String(2 + (round % 5)) }) },
    { name: 'end users: text', path: (round) => endUsers({ q: one(round).endUserId }) },
    always('end users: with an erroring Item', endUsers({ link_status: 'erroring' })),
    always('inbox: list', inbox({})),
    always('inbox: rejected', inbox({ verdict: 'rejected' })),
    always('inbox: unmatched', inbox({ state: 'unmatched' })),
    always('inbox: waiting', inbox({ state: 'waiting' })),
    found('latest', () => ({})),
    found('oldest first', () => ({ sort: 'date' })),
    found('next page, deep', ({ day, id }) => ({
      after: formatSortPlace({ value: day, id, inclusive: false }),
    })),
    found('previous page, deep', ({ day, id }) => ({
      before: formatSortPlace({ value: day, id, inclusive: false }),
    })),
    found('an end user', ({ endUserId }) => ({ end_user_id: endUserId })),
    found('an end user, by amount', ({ endUserId }) => ({ end_user_id: endUserId, sort: '-amount' })),
    found('an Item', ({ itemId }) => ({ item_id: itemId })),
    found('an account', ({ accountId }) => ({ account_id: accountId })),
    found('a day', ({ day }) => ({ date_from: day, date_to: day })),
    {
      ...found('a day, by amount', ({ day }) => ({ date_from: day, date_to: day, sort: '-amount' })),
      mayRefuse: 'transaction.too_many_to_sort',
    },
    found('a month', (_, round) => ({ date_from: ago(60 + round * 7), date_to: ago(30 + round * 7) })),
    found('since a year', (_, round) => ({ date_from: ago(365 + round) })),
    found('amounts of 900 and more', () => ({ amount_min: '900' })),
    found('amounts of no row', () => ({ amount_min: '123456789' })),
    found('a frequent text', () => ({ text: 'coffee' })),
    found('a rare text', (_, round) => ({ text: `merchant ${100 + round}` })),
    found('a text of no row', () => ({ text: 'nowhere to be found' })),
    found('a category', () => ({ category: 'FOOD_AND_DRINK' })),
    found('a category of no row', () => ({ category: 'NONE' })),
    found('pending', () => ({ pending: 'true' })),
    found('posted', () => ({ pending: 'false' })),
    found('removed, too', () => ({ removed: 'include' })),
    found('only removed', () => ({ removed: 'only' })),
    {
      name: 'transaction: history',
      path: (round) => `/api/transactions/${one(round).transactionId}/history`,
    },
    {
      name: 'transactions: CSV, until it begins',
      path: () => '/api/transactions/search.csv',
      until: 'first bytes',
    },
    {
      name: 'transactions: CSV of an end user, until it begins',
      path: (round) => query('/api/transactions/search.csv', { end_user_id: one(round).endUserId }),
      until: 'first bytes',
    },
  ];
}
