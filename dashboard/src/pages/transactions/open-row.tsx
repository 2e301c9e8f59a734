import { useNavigate, useSearch } from '@tanstack/react-router';
import { createContext, Suspense, use, useCallback, useEffect, useState, type ReactNode } from 'react';
import { lazyPart } from '../../parts/lazy-part';
import { atFirstSign } from '../../parts/on-demand';
import { OpeningPanel } from './opening-panel';

const TransactionDrawer = lazyPart(() => import('./transaction-drawer'), 'TransactionDrawer');
const preload = (): void => void TransactionDrawer.preload?.()?.catch(() => undefined);

/** A heron id opens, undefined closes. */
type ShowRow = (row: string | undefined) => void;

const ShowRowContext = createContext<ShowRow | undefined>(undefined);

export function useShowRow(): ShowRow {
  const show = use(ShowRowContext);
  if (show === undefined) throw new Error('A row opens beside its list: within <WithOpenRow>.');
  return show;
}

/**
 * The row that the address names, beside the list. A press is answered at once: the address follows, once the router, which has
 * more to do while a page is new, has come to it.
 */
function useRow(): { row: string | undefined; show: ShowRow } {
  const inAddress = useSearch({ from: '/inside/transactions', select: (search) => search.row });
  const navigate = useNavigate({ from: '/transactions' });
  const [pressed, setPressed] = useState<{ row: string | undefined }>();
  const show = useCallback<ShowRow>(
    (row) => {
      const press = { row };
      setPressed(press);
      void navigate({ search: (before) => ({ ...before, row }), resetScroll: false }).finally(() =>
        setPressed((latest) => (latest === press ? undefined : latest)),
      );
    },
    [navigate],
  );
  return { row: pressed === undefined ? inAddress : pressed.row, show };
}

/** The library gives the focus back by then. */
const GIVEN_BACK_MS = 50;

/** To the row that was read, where it was opened by its address and there is nothing that the focus could go back to. */
function useFocusOnRow(row: string | undefined): void {
  useEffect(() => {
    if (row === undefined) return;
    return () =>
      void setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const link = document.querySelector<HTMLElement>(`main a[href$="row=${CSS.escape(row)}"]`);
        (link ?? document.querySelector<HTMLElement>('main h1'))?.focus({ preventScroll: true });
      }, GIVEN_BACK_MS);
  }, [row]);
}

/** The list, and beside it the row that is open. */
export function WithOpenRow({ children }: { children: ReactNode }) {
  const { row, show } = useRow();
  useFocusOnRow(row);
  useEffect(() => atFirstSign(preload), []);
  // From then on it stays, so that it closes like every drawer.
  const [isThere, setThere] = useState(false);
  if (row !== undefined && !isThere) setThere(true);
  const close = (): void => show(undefined);
  return (
    <ShowRowContext value={show}>
      {children}
      {isThere && (
        <Suspense fallback={row === undefined ? null : <OpeningPanel onClose={close} />}>
          <TransactionDrawer id={row} onClose={close} />
        </Suspense>
      )}
    </ShowRowContext>
  );
}
