import { useRouter, useSearch } from '@tanstack/react-router';
import { useMemo, type MouseEvent } from 'react';
import { isSecondPress } from '../../parts/second-press';
import { useShowRow } from './open-row';

export interface RowLink {
  href: string;
  onClick: (event: MouseEvent) => void;
}

/** A new tab or window, or a download: the browser's. */
const isForBrowser = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean =>
  button !== 0 || metaKey || ctrlKey || shiftKey || altKey;

/**
 * Links that open a row beside the list that the address says. One address is made for all of them: the router's own links, each
 * of which makes its address anew at every navigation, take half of the time that a hundred rows take.
 */
export function useRowLinks(): (id: string) => RowLink {
  const router = useRouter();
  const show = useShowRow();
  // Whichever row is open.
  const list = useSearch({
    from: '/inside/transactions',
    select: ({ row: _, ...rest }) => rest,
    structuralSharing: true,
  });
  return useMemo(() => {
    const { href } = router.buildLocation({ to: '/transactions', search: list });
    const beginning = `${href}${href.includes('?') ? '&' : '?'}row=`;
    return (id) => ({
      href: `${beginning}${encodeURIComponent(id)}`,
      onClick: (event) => {
        if (isForBrowser(event)) return;
        event.preventDefault();
        // "Next", say, scrolls the list below the pointer.
        if (!isSecondPress(event)) show(id);
      },
    });
  }, [router, show, list]);
}
