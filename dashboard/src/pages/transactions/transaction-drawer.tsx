import { Drawer } from '@mantine/core';
import { useOpensAfter } from '../../parts/opens-after';
import { closesOutside } from './closes-outside';
import { OpeningPanel } from './opening-panel';
import { TransactionHistory } from './transaction-history';

/** A row's whole history, beside the list it was opened from. */
export function TransactionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const isOpen = useOpensAfter(id !== undefined);
  return (
    <>
      {id !== undefined && !isOpen && <OpeningPanel onClose={onClose} />}
      <Drawer
        opened={isOpen}
        onClose={onClose}
        closeOnClickOutside={false}
        overlayProps={{ onClick: closesOutside(onClose) }}
        position="right"
        size={560}
        title="Transaction"
        closeButtonProps={{ 'aria-label': 'Close' }}
        // It takes the place of what stands there already. Not 0: the focus would be in it before it is noted where to give it back.
        transitionProps={{ duration: 1 }}
      >
        {id !== undefined && <TransactionHistory id={id} />}
      </Drawer>
    </>
  );
}
