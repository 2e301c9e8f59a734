import { Drawer } from '@mantine/core';
import { useState } from 'react';
import { useOpensAfter } from '../../parts/opens-after';
import { OpeningPanel } from './opening-panel';
import { TransactionHistory } from './transaction-history';

/** A row's whole history, beside the list it was opened from. */
export function TransactionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const isOpen = useOpensAfter(id !== undefined);
  const [hasClosed, setClosed] = useState(false);
  return (
    <>
      {id !== undefined && !isOpen && <OpeningPanel />}
      <Drawer
        opened={isOpen}
        onClose={() => {
          setClosed(true);
          onClose();
        }}
        position="right"
        size={560}
        title="Transaction"
        closeButtonProps={{ 'aria-label': 'Close' }}
        // The first time it takes the place of what stands there already.
        transitionProps={hasClosed ? undefined : { duration: 0 }}
      >
        {id !== undefined && <TransactionHistory id={id} />}
      </Drawer>
    </>
  );
}
