import { Grid, Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { useOpensAfter } from './opens-after';
import { TargetElsewhere } from './target-elsewhere';

interface MoreFiltersPanelProps {
  /** Of the button. */
  id: string;
  button: HTMLElement;
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
  children: ReactNode;
}

export function MoreFiltersPanel({ id, button, isOpen, onChange, children }: MoreFiltersPanelProps) {
  return (
    <Popover
      id={id}
      opened={useOpensAfter(isOpen)}
      onChange={onChange}
      position="bottom-end"
      width={320}
      trapFocus
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <TargetElsewhere element={button} />
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 32px)">
        <Grid gap="sm">{children}</Grid>
      </Popover.Dropdown>
    </Popover>
  );
}
