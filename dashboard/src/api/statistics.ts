import type { components, paths } from '@ardea/api-schema';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api, type Answered } from './client';

export type Statistics = Answered<components['schemas']['Statistics']>;
export type Window = NonNullable<
  NonNullable<paths['/api/statistics']['get']['parameters']['query']>['window']
>;

export const WINDOWS = ['24h', '7d', '30d'] as const satisfies Window[];

export const statisticsQuery = (window: Window) =>
  queryOptions({
    queryKey: ['statistics', window],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/statistics', { params: { query: { window } }, signal }))).statistics,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
