import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isDown, isExpired } from './api-error';
import { reportAnswer } from './connection';

const answeredSomehow = (error: unknown): void => {
  reportAnswer(isDown(error) ? 'down' : isExpired(error) ? 'expired' : 'up');
};

/** One for the page: what was read stays while it is read anew. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The first question, who is logged in, is answered by the log-in page and not by a dialog.
      if (query.queryKey[0] !== 'session' || !isExpired(error)) answeredSomehow(error);
    },
    onSuccess: () => reportAnswer('up'),
  }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.['isLogIn'] !== true) answeredSomehow(error);
    },
    onSuccess: () => reportAnswer('up'),
  }),
  defaultOptions: {
    queries: {
      // What the browser thinks of the network says nothing about the API: localhost answers without one, and where there is no
      // answer the page has to say so. By default everything would wait in silence, writes too, and be done when nobody expects it.
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 15_000,
      // Only what may pass by itself; a 4xx says what it means the first time.
      retry: (failures, error) => isDown(error) && failures < 2,
      retryDelay: (failures) => 500 * 2 ** failures,
      refetchOnWindowFocus: true,
    },
    // What was sent may hold passwords and keys: nothing of it is kept once nobody shows its outcome.
    mutations: { networkMode: 'always', retry: false, gcTime: 0 },
  },
});
