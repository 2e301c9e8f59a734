import { Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayDone, sayFailed } from '../../api/failed';
import { apiKeysQuery, createApiKey, deactivateApiKey, renameApiKey, type ApiKey } from '../../api/people';
import { useMay } from '../../api/session';
import { AskFirst } from '../../parts/ask-first';
import { DataTable, type Columns } from '../../parts/data-table';
import { Form, FormButtons } from '../../parts/form';
import { useSubmit } from '../../parts/submit';
import { Page } from '../../parts/page';
import { ShownOnce } from '../../parts/shown-once';
import { Card, Loaded, Notice } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/time';
import { useConfirmed } from '../../shell/confirm-password';

interface NameFormProps {
  initial: string;
  verb: string;
  save: (name: string) => Promise<void>;
  onCancel: () => void;
}

function NameForm({ initial, verb, save, onCancel }: NameFormProps) {
  const form = useForm({
    initialValues: { name: initial },
    validate: { name: (value) => (value.trim() === '' ? 'Enter a name.' : null) },
  });
  const { frame, isBusy } = useSubmit(form, {
    mutationFn: ({ name }: { name: string }) => save(name.trim()),
  });
  return (
    <Form {...frame}>
      <TextInput
        label="Name"
        name="name"
        description="What uses it: a key for each program can be deactivated alone."
        placeholder="Billing service"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <FormButtons verb={verb} isBusy={isBusy} onCancel={onCancel} />
    </Form>
  );
}

const columnsOf = (onRename: (key: ApiKey) => void, onDeactivate: (key: ApiKey) => void): Columns<ApiKey> => [
  {
    id: 'name',
    header: 'Name',
    cell: ({ name }) => (
      <Text inherit fw={500}>
        {name}
      </Text>
    ),
  },
  { id: 'prefix', header: 'Begins with', cell: ({ prefix }) => <span className="code">{prefix}…</span> },
  {
    id: 'state',
    header: 'State',
    cell: ({ is_active }) =>
      is_active ? (
        <Status tone="good" icon="check" label="Active" />
      ) : (
        <Status tone="quiet" icon="cross" label="Deactivated" />
      ),
  },
  { id: 'used', header: 'Last used', cell: ({ last_used }) => <Time at={last_used} none="Never" /> },
  {
    id: 'created',
    header: 'Created',
    cell: ({ created, created_by }) => (
      <div>
        <Time at={created} as="short" />
        <Text size="xs" c="dimmed">
          {created_by ?? 'at set-up'}
        </Text>
      </div>
    ),
  },
  {
    id: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    cell: (key) =>
      key.is_active && (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onRename(key)}
            aria-label={`Rename ${key.name}`}
          >
            Rename
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onDeactivate(key)}
            aria-label={`Deactivate ${key.name}`}
          >
            Deactivate
          </Button>
        </Group>
      ),
  },
];

export function ApiKeysPage() {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const isAdmin = useMay('admin');
  const keys = useQuery(apiKeysQuery);
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  const [renamed, setRenamed] = useState<ApiKey | null>(null);
  const [ended, setEnded] = useState<ApiKey | null>(null);
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['api_keys'] });
  const deactivation = useMutation({
    mutationFn: (key: ApiKey) => confirmed(() => deactivateApiKey(key.heron_id)),
    onSuccess: async () => {
      setEnded(null);
      sayDone('The key is deactivated.');
      await refresh();
    },
    onError: sayFailed,
  });
  return (
    <Page
      title="API keys"
      description="For your programs: a key reads and writes all that this organisation has."
      actions={
        isAdmin && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            Create key
          </Button>
        )
      }
    >
      <Card flush>
        <Loaded query={keys}>
          {(rows) =>
            rows.length === 0 ? (
              <Notice icon={IconKey} title="No API keys">
                Your programs need one to post Items and to read transactions.
              </Notice>
            ) : (
              <DataTable
                caption="API keys"
                columns={columnsOf(setRenamed, setEnded)}
                rows={rows}
                rowId={({ heron_id }) => heron_id}
                isDimmed={({ is_active }) => !is_active}
              />
            )
          }
        </Loaded>
      </Card>
      <Modal opened={isCreating} onClose={() => setCreating(false)} title="Create an API key">
        <NameForm
          initial=""
          verb="Create"
          onCancel={() => setCreating(false)}
          save={async (name) => {
            const { key } = await confirmed(() => createApiKey(name));
            setCreating(false);
            setCreated(key);
            await refresh();
          }}
        />
      </Modal>
      <Modal opened={renamed !== null} onClose={() => setRenamed(null)} title="Rename the API key">
        <NameForm
          initial={renamed?.name ?? ''}
          verb="Rename"
          onCancel={() => setRenamed(null)}
          save={async (name) => {
            if (renamed !== null) await renameApiKey(renamed.heron_id, name);
            setRenamed(null);
            await refresh();
          }}
        />
      </Modal>
      <ShownOnce title="Your new API key" label="API key" value={created} onClose={() => setCreated(null)}>
        Copy it now: it is stored as a digest only and cannot be shown again. Send it as{' '}
        <span className="code">x-api-key</span>.
      </ShownOnce>
      <AskFirst
        isOpen={ended !== null}
        title={`Deactivate ${ended?.name ?? ''}`}
        verb="Deactivate"
        isBusy={deactivation.isPending}
        onNo={() => setEnded(null)}
        onYes={() => {
          if (ended !== null) deactivation.mutate(ended);
        }}
      >
        Programs that use it are answered 401 within seconds. It cannot be activated again.
      </AskFirst>
    </Page>
  );
}
