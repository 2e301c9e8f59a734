import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

interface FiltersProps {
  children: ReactNode;
  below?: ReactNode;
  /** Absent: nothing is filtered. */
  onClear?: () => void;
}

/** What narrows a list, above it. */
export function Filters({ children, below, onClear }: FiltersProps) {
  return (
    <Stack gap="sm" role="search">
      <Group gap="sm" align="flex-end">
        {children}
        {onClear !== undefined && (
          <Button variant="subtle" color="gray" onClick={onClear}>
            Clear filters
          </Button>
        )}
      </Group>
      {below}
    </Stack>
  );
}
