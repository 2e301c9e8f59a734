import { Modal, PasswordInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { sayDone } from '../../api/failed';
import { changeIntegration, type Integration } from '../../api/integrations';
import { Form, FormButtons } from '../../parts/form';
import { useSubmit } from '../../parts/submit';
import { useConfirmed } from '../../shell/confirm-password';

interface RotateSecretProps {
  integration: Integration;
  isOpen: boolean;
  onClose: () => void;
}

/** A new secret for the same client: checked against Plaid first, the old one serves until then. */
export function RotateSecret({ integration, isOpen, onClose }: RotateSecretProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Rotate the secret of ${integration.name}`}>
      <RotateForm integration={integration} onClose={onClose} />
    </Modal>
  );
}

function RotateForm({ integration, onClose }: Omit<RotateSecretProps, 'isOpen'>) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const form = useForm({
    initialValues: { client_secret: '' },
    validate: { client_secret: (value) => (value.trim() === '' ? 'Enter the new secret.' : null) },
  });
  const { frame, isBusy } = useSubmit(form, {
    mutationFn: ({ client_secret }: { client_secret: string }) =>
      confirmed(() => changeIntegration(integration.heron_id, { client_secret: client_secret.trim() })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['integrations'] });
      sayDone('The new secret is in use.');
      onClose();
    },
  });
  return (
    <Form {...frame}>
      <Text>
        Make a new secret in the Plaid dashboard and enter it here before you delete the old one there:
        syncing goes on without a gap. Plaid is asked whether it takes it before anything changes.
      </Text>
      <PasswordInput
        label="New secret"
        name="client_secret"
        aria-invalid={form.errors['client_secret'] !== undefined}
        autoComplete="off"
        data-autofocus
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the secret' }}
        {...form.getInputProps('client_secret')}
      />
      <FormButtons verb="Check and rotate" isBusy={isBusy} onCancel={onClose} />
    </Form>
  );
}
