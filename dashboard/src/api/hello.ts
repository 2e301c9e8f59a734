import { queryOptions } from '@tanstack/react-query';
import { UnreachableError } from './api-error';
import { answered, api } from './client';

/** Whether the API answers; what it costs least to ask. */
export const helloQuery = queryOptions({
  queryKey: ['hello'],
  queryFn: ({ signal }) =>
    answered(api.GET('/api/hello_world', { signal })).catch((error: unknown) => {
      throw error instanceof Error ? error : new UnreachableError(String(error));
    }),
  retry: false,
  gcTime: 0,
  staleTime: 0,
});
