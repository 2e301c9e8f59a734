import { Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  changeIntegration,
  createIntegration,
  environmentName,
  environmentsQuery,
  isLoopback,
  type Integration,
  type IntegrationChanges,
} from '../../api/integrations';
import { messageOf } from '../../api/api-error';
import { useMay } from '../../api/session';
import { Form, FormButtons } from '../../parts/form';
import { useSubmit } from '../../parts/submit';
import { useConfirmed } from '../../shell/confirm-password';

interface Values extends Record<string, unknown> {
  name: string;
  type: string;
  base_url: string;
  client_id: string;
  client_secret: string;
  webhook_url: string;
}

const needed = (message: string) => (value: string) => (value.trim() === '' ? message : null);

interface IntegrationFormProps {
  /** The one to change; undefined: a new one. */
  integration?: Integration;
  onDone: (integration: Integration) => void;
  onCancel: () => void;
}

/** As it is sent: nobody means the spaces that come along when something is pasted. */
const trimmed = (values: Values): Values => ({
  ...values,
  name: values.name.trim(),
  client_id: values.client_id.trim(),
  client_secret: values.client_secret.trim(),
  webhook_url: values.webhook_url.trim(),
});

const asUrl = (text: string): string | null => (text === '' ? null : text);

/** What was changed in the form since it was opened; an empty secret is not a new secret. */
function changesOf(before: Values, values: Values): IntegrationChanges {
  const changes: IntegrationChanges = {};
  if (values.name !== before.name) changes.name = values.name;
  if (values.base_url !== before.base_url) changes.base_url = values.base_url;
  if (values.client_id !== before.client_id) changes.client_id = values.client_id;
  if (values.client_secret !== '') changes.client_secret = values.client_secret;
  if (values.webhook_url !== before.webhook_url) changes.webhook_url = asUrl(values.webhook_url);
  return changes;
}

function IntegrationForm({ integration, onDone, onCancel }: IntegrationFormProps) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const maySetKeys = useMay('admin');
  const environments = useQuery(environmentsQuery);
  // Not as it is by now: what a colleague has changed meanwhile is not undone by saving something else.
  const [opened] = useState<Values>(() => ({
    name: integration?.name ?? '',
    type: 'plaid',
    base_url: integration?.base_url ?? 'https://sandbox.plaid.com',
    client_id: integration?.client_id ?? '',
    client_secret: '',
    webhook_url: integration?.webhook_url ?? '',
  }));
  const form = useForm<Values>({
    initialValues: opened,
    validate: {
      name: needed('Enter a name.'),
      client_id: needed('Enter the client ID of your Plaid account.'),
      client_secret: integration ? undefined : needed("Enter Plaid's secret of this environment."),
    },
  });
  const { frame, isBusy } = useSubmit(form, {
    mutationFn: (typed: Values) => {
      const values = trimmed(typed);
      return confirmed(() =>
        integration
          ? changeIntegration(integration.heron_id, changesOf(opened, values))
          : createIntegration({
              name: values.name,
              type: 'plaid',
              resource: 'transaction',
              base_url: values.base_url,
              client_id: values.client_id,
              client_secret: values.client_secret,
              webhook_url: asUrl(values.webhook_url),
            }),
      );
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['integrations'] });
      onDone(saved);
    },
  });
  // Never empty: what is chosen is shown even where nothing else can be.
  const known = environments.data?.map(({ base_url }) => base_url) ?? [opened.base_url];
  const options = known.map((base_url) => ({ value: base_url, label: environmentName(base_url) }));
  const unread =
    environments.data === undefined && environments.isError
      ? `The other environments could not be read: ${messageOf(environments.error)} Open this again to see them.`
      : undefined;
  const isSimulator = isLoopback(form.values.base_url);
  return (
    <Form {...frame}>
      <Select
        label="Type"
        name="type"
        data={[{ value: 'plaid', label: 'Plaid' }]}
        allowDeselect={false}
        readOnly={integration !== undefined}
        {...form.getInputProps('type')}
      />
      <TextInput
        label="Name"
        name="name"
        placeholder="Plaid production"
        description="A name to tell it from your other integrations."
        data-autofocus
        {...form.getInputProps('name')}
      />
      {maySetKeys && (
        <>
          <Select
            label="Environment"
            name="base_url"
            data={options}
            allowDeselect={false}
            description="Which Plaid the keys are for."
            {...form.getInputProps('base_url')}
            error={form.errors['base_url'] ?? unread}
          />
          <TextInput
            label="Client ID"
            name="client_id"
            autoComplete="off"
            spellCheck={false}
            description={
              isSimulator
                ? 'The simulator that npm start brings takes ardea_simulator_client.'
                : 'From the Plaid dashboard, Developers → Keys.'
            }
            {...form.getInputProps('client_id')}
          />
          <PasswordInput
            label="Secret"
            name="client_secret"
            aria-invalid={form.errors['client_secret'] !== undefined}
            autoComplete="off"
            description={
              integration
                ? 'Leave it empty to keep the one that is stored.'
                : isSimulator
                  ? 'The simulator takes ardea_simulator_secret. Stored encrypted, never shown again.'
                  : 'The secret of this environment. Stored encrypted, never shown again.'
            }
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the secret' }}
            {...form.getInputProps('client_secret')}
          />
        </>
      )}
      <TextInput
        label="Forward URL"
        name="webhook_url"
        type="url"
        placeholder="https://example.com/plaid-webhooks"
        description="Optional. Every webhook of Plaid is passed on to it, byte for byte."
        {...form.getInputProps('webhook_url')}
      />
      <FormButtons verb={integration ? 'Save' : 'Check and add'} isBusy={isBusy} onCancel={onCancel} />
    </Form>
  );
}

interface IntegrationDialogProps extends IntegrationFormProps {
  isOpen: boolean;
}

/** Adds an integration or changes one; Plaid is asked about the keys before they are stored. */
export function IntegrationDialog({ isOpen, ...form }: IntegrationDialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={form.onCancel}
      title={form.integration ? `Edit ${form.integration.name}` : 'Add integration'}
      size="lg"
      // What was typed is not lost to a stray press.
      closeOnClickOutside={false}
    >
      <IntegrationForm {...form} />
    </Modal>
  );
}
