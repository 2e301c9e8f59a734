import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface AskFirstProps {
  isOpen: boolean;
  title: string;
  children: ReactNode;
  verb: string;
  isBusy: boolean;
  onYes: () => void;
  onNo: () => void;
}

/** A question before what cannot simply be undone; its button says what it does. */
export function AskFirst({ isOpen, title, children, verb, isBusy, onYes, onNo }: AskFirstProps) {
  return (
    <Modal opened={isOpen} onClose={onNo} title={title}>
      <Stack>
        <Text component="div">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onNo} data-autofocus>
            Cancel
          </Button>
          <Button color="red" loading={isBusy} onClick={onYes}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
