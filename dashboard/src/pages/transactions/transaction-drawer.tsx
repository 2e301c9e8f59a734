import { Drawer } from '@mantine/core';
import { useOpensAfter } from '../../parts/opens-after';
import { TransactionHistory } from './transaction-history';

/** A row's whole history, beside the list it was opened from. */
export function TransactionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={useOpensAfter(id !== undefined)}
      onClose={onClose}
      position="right"
      size={560}
      title="Transaction"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id !== undefined && <TransactionHistory id={id} />}
    </Drawer>
  );
}
