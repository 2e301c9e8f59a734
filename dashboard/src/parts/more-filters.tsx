import { Button } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';
import { useOnDemand } from './on-demand';

interface MoreFiltersProps {
  /** How many of its filters are set. */
  count: number;
  /** Columns of a grid. */
  children: ReactNode;
}

/** The filters that are wanted now and then. */
export function MoreFilters({ count, children }: MoreFiltersProps) {
  const [isOpen, setOpen] = useState(false);
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const id = useId();
  const later = useOnDemand(isOpen);
  return (
    <>
      <Button
        id={id}
        ref={setButton}
        variant="default"
        leftSection={<IconAdjustmentsHorizontal size={16} />}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen((before) => !before)}
      >
        More filters{count > 0 ? ` (${count})` : ''}
      </Button>
      {later !== undefined && button !== null && (
        <later.MoreFiltersPanel id={id} button={button} isOpen={isOpen} onChange={setOpen}>
          {children}
        </later.MoreFiltersPanel>
      )}
    </>
  );
}
