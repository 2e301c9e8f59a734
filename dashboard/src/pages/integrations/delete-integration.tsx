import { List, Modal, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { sayDone } from '../../api/failed';
import { deleteIntegration, type Integration } from '../../api/integrations';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { formatCount } from '../../parts/format';
import { TypeToConfirm } from '../../parts/type-to-confirm';
import { useConfirmed } from '../../shell/confirm-password';

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
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Delete ${integration.name}`}>
      <Form
        problem={problemOf(removal.error)}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === integration.name) removal.mutate();
        }}
      >
        <List spacing={4} size="sm">
          <List.Item>
            {liveItems === 0
              ? 'None of its Items is being synced.'
              : `Syncing of its ${formatCount(liveItems)} live Items stops. At Plaid they stay linked, and billed, until they are removed there.`}
          </List.Item>
          <List.Item>Its webhook URL and link URL answer 404 from then on.</List.Item>
          <List.Item>
            Nothing is synced with its keys any more. What was synced through it stays readable.
          </List.Item>
          <List.Item>It cannot be undone; Items can be linked again through another integration.</List.Item>
        </List>
        <TypeToConfirm text={integration.name} value={typed} onChange={setTyped} />
        <FormButtons
          verb="Delete"
          isDangerous
          isBusy={removal.isPending}
          isDisabled={typed !== integration.name}
          onCancel={onClose}
        />
        <Text size="xs" c="dimmed">
          To stop a single Item instead, open it under Items.
        </Text>
      </Form>
    </Modal>
  );
}
