import { List, Modal, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { sayDone } from '../../api/failed';
import { deleteIntegration, progressQuery, type Integration } from '../../api/integrations';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { formatCount } from '../../parts/format';
import { Loaded } from '../../parts/states';
import { isTyped, TypeToConfirm } from '../../parts/type-to-confirm';
import { useConfirmed } from '../../shell/confirm-password';

interface DeleteIntegrationProps {
  integration: Integration;
  isOpen: boolean;
  onClose: () => void;
}

export function DeleteIntegration({ integration, isOpen, onClose }: DeleteIntegrationProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Delete ${integration.name}`}>
      <Consequences integration={integration} onClose={onClose} />
    </Modal>
  );
}

type FormProps = Omit<DeleteIntegrationProps, 'isOpen'>;

/** Nothing can be confirmed before it is known what it does. */
function Consequences(props: FormProps) {
  const progress = useQuery(progressQuery(props.integration.heron_id));
  return (
    <Loaded query={progress}>
      {({ items: { by_status } }) => (
        <DeleteForm
          {...props}
          liveItems={by_status.pending + by_status.active + by_status.syncing + by_status.erroring}
        />
      )}
    </Loaded>
  );
}

const stopping = (liveItems: number): string =>
  `Syncing of its ${liveItems === 1 ? 'one live Item' : `${formatCount(liveItems)} live Items`} stops. At Plaid ${
    liveItems === 1
      ? 'it stays linked, and billed, until it is'
      : 'they stay linked, and billed, until they are'
  } removed there.`;

function DeleteForm({ integration, liveItems, onClose }: FormProps & { liveItems: number }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const confirmed = useConfirmed();
  const [typed, setTyped] = useState('');
  const removal = useMutation({
    // Paused Items count as live for the API, and one may have been linked since: what stops was read and confirmed.
    mutationFn: () => confirmed(() => deleteIntegration(integration.heron_id, true)),
    onSuccess: async () => {
      sayDone(`${integration.name} was deleted.`);
      await navigate({ to: '/settings/integrations' });
      await queries.invalidateQueries();
    },
  });
  const isReady = isTyped(typed, integration.name);
  return (
    <Form
      problem={problemOf(removal.error)}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) removal.mutate();
      }}
    >
      <List spacing={4} size="sm">
        <List.Item>{liveItems === 0 ? 'None of its Items is being synced.' : stopping(liveItems)}</List.Item>
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
        isDisabled={!isReady}
        onCancel={onClose}
      />
      <Text size="xs" c="dimmed">
        To stop a single Item instead, open it under Items.
      </Text>
    </Form>
  );
}
