import type { components, paths } from '@ardea/api-schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';

export type InboxWebhook = components['schemas']['InboxWebhook'];
export type InboxWebhookWhole = components['schemas']['InboxWebhookWhole'];

type InboxQuery = NonNullable<paths['/api/plaid_webhooks']['get']['parameters']['query']>;
export type InboxFilter = Omit<InboxQuery, 'cursor' | 'limit'>;

export const VERDICTS = ['verified', 'stale', 'rejected'] as const;
export const WEBHOOK_STATES = ['waiting', 'consumed', 'unmatched', 'stopped', 'rejected'] as const;

export const FORWARD_STATES = ['none', 'pending', 'sent', 'failed', 'stopped'] as const;

const LEAST_POLL_MS = 3_000;
const MOST_POLL_MS = 5 * 60_000;

/**
 * When to look again at webhooks whose forward is pending, for no event tells of its end. The longer one has been tried, the
 * less is happening.
 */
export function pollForwards(
  webhooks: readonly Pick<InboxWebhook, 'forward' | 'last_received'>[],
): number | false {
  const since = webhooks
    .filter(({ forward }) => forward.state === 'pending')
    .map(({ last_received }) => Date.parse(last_received));
  if (since.length === 0) return false;
  return Math.min(Math.max((Date.now() - Math.max(...since)) / 10, LEAST_POLL_MS), MOST_POLL_MS);
}

export const inboxQuery = (filter: InboxFilter, limit = 100) =>
  infiniteQueryOptions({
    queryKey: ['inbox', { item_id: filter.item_id }, filter, limit],
    queryFn: async ({ signal, pageParam }) =>
      answered(
        api.GET('/api/plaid_webhooks', {
          params: { query: { ...filter, limit, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: ({ state: { data } }) =>
      pollForwards(data?.pages.flatMap(({ plaid_webhooks }) => plaid_webhooks) ?? []),
  });

export const webhookQuery = (webhook_id: string) =>
  queryOptions({
    queryKey: ['inbox', 'one', webhook_id],
    queryFn: async ({ signal }) =>
      (
        await answered(
          api.GET('/api/plaid_webhooks/{webhook_id}', { params: { path: { webhook_id } }, signal }),
        )
      ).plaid_webhook,
    refetchInterval: ({ state: { data } }) => pollForwards(data === undefined ? [] : [data]),
  });

export const replayWebhook = async (webhook_id: string, forward: boolean) =>
  (
    await answered(
      api.POST('/api/plaid_webhooks/{webhook_id}/replay', {
        params: { path: { webhook_id } },
        body: { replay: { forward } },
      }),
    )
  ).replay;

export type ReplayResult = components['schemas']['ReplayResult'];

/** The oldest webhooks that match, at most `limit`; a filter that leaves all of them is refused. */
export const replayMany = async (
  filter: InboxFilter,
  options: { limit: number; forward: boolean },
): Promise<ReplayResult[]> =>
  (await answered(api.POST('/api/plaid_webhooks/replay', { body: { replay: { ...filter, ...options } } })))
    .replays;
