import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useSession } from '../api/session';
import { useOpensAfter } from '../parts/opens-after';
import { LogInForm } from './log-in-form';

/** Over whatever was being done, which stays as it is: a log-in goes on with it. */
export function SessionEndedDialog({ isOpen }: { isOpen: boolean }) {
  const { user } = useSession();
  return (
    <Modal
      opened={useOpensAfter(isOpen)}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      // Above every other dialog, which waits below as it was.
      zIndex={500}
      // Whoever comes to the screen now need not be who was logged in.
      overlayProps={{ color: 'var(--ardea-canvas)', backgroundOpacity: 1 }}
    >
      <Stack>
        <Text>Log in again to go on where you were. Nothing on this page is lost.</Text>
        <LogInForm email={user.email} />
        <Group justify="center">
          <Button component="a" href="/login" variant="subtle" size="compact-sm">
            Log in as somebody else
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
