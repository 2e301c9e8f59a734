import { Button, Grid, Popover } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface MoreFiltersProps {
  /** How many of its filters are set. */
  count: number;
  /** Columns of a grid. */
  children: ReactNode;
}

/** The filters that are wanted now and then. */
export function MoreFilters({ count, children }: MoreFiltersProps) {
  return (
    <Popover position="bottom-end" width={320} trapFocus shadow="md">
      <Popover.Target>
        <Button variant="default" leftSection={<IconAdjustmentsHorizontal size={16} />}>
          More filters{count > 0 ? ` (${count})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 32px)">
        <Grid gap="sm">{children}</Grid>
      </Popover.Dropdown>
    </Popover>
  );
}
