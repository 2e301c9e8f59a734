import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { lazyPart } from '../../parts/lazy-part';
import { atFirstSign } from '../../parts/on-demand';
import { OpeningPanel } from './opening-panel';

const TransactionDrawer = lazyPart(() => import('./transaction-drawer'), 'TransactionDrawer');
const preload = (): void => void TransactionDrawer.preload?.()?.catch(() => undefined);

/** The row that the address names, beside the list. */
export function OpenRow() {
  const row = useSearch({ from: '/inside/transactions', select: (search) => search.row });
  const navigate = useNavigate({ from: '/transactions' });
  useEffect(() => atFirstSign(preload), []);
  // From then on it stays, so that it closes like every drawer.
  const [isThere, setThere] = useState(false);
  if (row !== undefined && !isThere) setThere(true);
  if (!isThere) return null;
  const close = (): void =>
    void navigate({ search: (before) => ({ ...before, row: undefined }), resetScroll: false });
  return (
    <Suspense fallback={row === undefined ? null : <OpeningPanel onClose={close} />}>
      <TransactionDrawer id={row} onClose={close} />
    </Suspense>
  );
}
