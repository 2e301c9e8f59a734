import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyField } from './copy';

interface ShownOnceProps {
  title: string;
  label: string;
  /** Null: nothing to show. */
  value: string | null;
  children: ReactNode;
  onClose: () => void;
}

/** A secret at the only moment at which it can be seen. */
export function ShownOnce({ title, label, value, children, onClose }: ShownOnceProps) {
  return (
    <Modal opened={value !== null} onClose={onClose} title={title} size="lg" closeOnClickOutside={false}>
      <Stack>
        <Text component="div">{children}</Text>
        {value !== null && <CopyField label={label} value={value} />}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            I have copied it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
