import type { components } from '@ardea/api-schema';
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isExpired } from './api-error';
import { answered, api } from './client';
import { reportAnswer } from './connection';

export type Session = components['schemas']['Session'];
export type Role = components['schemas']['Role'];

const ROLES: readonly Role[] = ['read_only', 'member', 'admin'];

/** Who is logged in; null: nobody was since this page was loaded. One who was stays, and is asked for the password. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal, client, queryKey }): Promise<Session | null> => {
    const known = client.getQueryData<Session | null>(queryKey) ?? null;
    try {
      const { session } = await answered(api.GET('/api/session', { signal }));
      // In another tab: what one user has seen is nothing for the next.
      if (known !== null && known.user.heron_id !== session.user.heron_id) location.reload();
      reportAnswer('up', { loggedIn: true });
      return session;
    } catch (error) {
      if (!isExpired(error)) throw error;
      if (known !== null) reportAnswer('expired');
      return known;
    }
  },
  staleTime: 60_000,
});

/** The session of a page that is shown to those who are logged in only. */
export function useSession(): Session {
  const { data } = useSuspenseQuery({ ...sessionQuery, refetchOnWindowFocus: false, refetchOnMount: false });
  if (data === null) throw new Error('There is no session here.');
  return data;
}

/** Whether the user's role reaches to what takes `role`. The API decides; this only keeps useless buttons away. */
export function useMay(role: Role): boolean {
  return ROLES.indexOf(useSession().user.role) >= ROLES.indexOf(role);
}

export function useLogIn() {
  const queries = useQueryClient();
  return useMutation({
    meta: { isLogIn: true },
    mutationFn: async (credentials: components['schemas']['Credentials']) =>
      (await answered(api.POST('/api/session', { body: credentials }))).session,
    onSuccess: async (session) => {
      const before = queries.getQueryData(sessionQuery.queryKey);
      // What another user has seen is nothing for this one.
      if (before && before.user.heron_id !== session.user.heron_id) queries.clear();
      // Who was there before, asked with this page, may be answered yet.
      await queries.cancelQueries({ queryKey: sessionQuery.queryKey });
      queries.setQueryData(sessionQuery.queryKey, session);
      reportAnswer('up', { loggedIn: true });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    },
  });
}

const CHANNEL = 'ardea-session';

let isLeaving = false;
/** A full load leaves nothing of this session in memory. Once: the tab that logs out is told of it by itself, too. */
function leave(): void {
  if (isLeaving) return;
  isLeaving = true;
  // The browser may keep this very page for its Back button: what comes back shows nothing, and asks anew who is there.
  addEventListener('pagehide', () => {
    document.body.hidden = true;
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
  location.assign('/login');
}

/** Leaves with the tab in which the person logs out: the others must not show on what was seen there. */
export function useLoggedOutElsewhere(): void {
  useEffect(() => {
    const hall = new BroadcastChannel(CHANNEL);
    hall.onmessage = leave;
    return () => hall.close();
  }, []);
}

export function useLogOut() {
  return useMutation({
    mutationFn: async ({ everywhere }: { everywhere: boolean }) => {
      if (everywhere) await answered(api.DELETE('/api/sessions'));
      else
        await answered(api.DELETE('/api/session')).catch((error: unknown) => {
          // It had ended already, which is all that was asked for.
          if (!isExpired(error)) throw error;
        });
    },
    onSuccess: () => {
      const hall = new BroadcastChannel(CHANNEL);
      hall.postMessage('logged out');
      hall.close();
      leave();
    },
  });
}
