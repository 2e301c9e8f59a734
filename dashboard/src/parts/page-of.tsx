import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Page } from './page';
import { Loaded } from './states';

interface PageOfProps<T> {
  query: UseQueryResult<T>;
  /** Of the page while there is nothing to show on it. */
  title: string;
  crumbs: readonly { label: string; to: string }[];
  children: (data: T) => ReactNode;
}

/** The page of one thing, or what stands there while it is read, when it cannot be, and once it is deleted. */
export function PageOf<T>({ query, title, crumbs, children }: PageOfProps<T>) {
  return (
    <Loaded
      query={query}
      frame={(instead) => (
        <Page title={title} crumbs={crumbs}>
          {instead}
        </Page>
      )}
    >
      {children}
    </Loaded>
  );
}
