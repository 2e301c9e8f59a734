import { CloseButton } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { LoadingRows } from '../../parts/states';
import { closesOutside } from './closes-outside';
import classes from './opening-panel.module.css';

/** Where the drawer will be, from the press on until its program is there; it closes like the drawer. */
export function OpeningPanel({ onClose }: { onClose: () => void }) {
  useWindowEvent('keydown', ({ key }) => {
    if (key === 'Escape') onClose();
  });
  return (
    <>
      <div className={classes.backdrop} aria-hidden="true" onClick={closesOutside(onClose)} />
      <section className={classes.panel} role="dialog" aria-label="Transaction" aria-busy="true">
        <div className={classes.title}>
          Transaction
          <CloseButton aria-label="Close" onClick={onClose} />
        </div>
        <LoadingRows />
      </section>
    </>
  );
}
