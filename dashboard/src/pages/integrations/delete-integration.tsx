import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '../../api/api-error';
import { sayDone } from '../../api/failed';
import { deleteIntegration, type Integration } from '../../api/integrations';
import { NotConfirmedError } from '../../api/not-confirmed';
import { formatCount } from '../../parts/format';
import { useConfirmed } from '../../shell/confirm-password';
import { Message } from '../../parts/message';

interface DeleteIntegrationProps {
  integration: Integration;
  liveItems: number;
  isOpen: boolean;
  onClose: () => void;
}

export function DeleteIntegration({ integration, liveItems, isOpen, onClose }: DeleteIntegrationProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const confirmed = useConfirmed();
  const [typed, setTyped] = useState('');
  const removal = useMutation({
    mutationFn: () => confirmed(() => deleteIntegration(integration.heron_id, liveItems > 0)),
    onSuccess: async () => {
      sayDone(`${integration.name} was deleted.`);
      await navigate({ to: '/settings/integrations' });
      await queries.invalidateQueries();
    },
  });
  const isWrong = removal.isError && !(removal.error instanceof NotConfirmedError);
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Delete ${integration.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === integration.name) removal.mutate();
        }}
      >
        <Stack>
          {isWrong && (
            <Message tone="bad" isAlert>
              {messageOf(removal.error)}
            </Message>
          )}
          <List spacing={4} size="sm">
            <List.Item>
              {liveItems === 0
                ? 'None of its Items is being synced.'
                : `Syncing of its ${formatCount(liveItems)} live Items stops. At Plaid they stay linked, and billed, until they are removed there.`}
            </List.Item>
            <List.Item>Its webhook URL and link URL answer 404 from then on.</List.Item>
            <List.Item>Its keys are deleted. What was synced through it stays readable.</List.Item>
            <List.Item>It cannot be undone; Items can be linked again through another integration.</List.Item>
          </List>
          <TextInput
            label={
              <>
                Type <b>{integration.name}</b> to confirm
              </>
            }
            autoComplete="off"
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              loading={removal.isPending}
              disabled={typed !== integration.name}
            >
              Delete
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            To stop a single Item instead, open it under Items.
          </Text>
        </Stack>
      </form>
    </Modal>
  );
}
