import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { environmentName, integrationsQuery, progressQuery, type Integration } from '../../api/integrations';
import { useMay } from '../../api/session';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { formatCount, shorten } from '../../parts/format';
import { Page } from '../../parts/page';
import { Card, Loaded, Notice } from '../../parts/states';
import { IntegrationDialog } from './integration-form';
import { IntegrationHealth } from './integration-health';

function ItemsCount({ id }: { id: string }) {
  const { data, isError } = useQuery(progressQuery(id));
  if (data === undefined) return <>{isError ? 'Unknown' : '…'}</>;
  return <>{formatCount(data.items.total)}</>;
}

const COLUMNS: Columns<Integration> = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ heron_id, name }) => (
      <Link
        to="/settings/integrations/$integrationId"
        params={{ integrationId: heron_id }}
        className={rowClasses.rowLink}
      >
        {name}
      </Link>
    ),
  },
  { id: 'type', header: 'Type', cell: ({ type }) => (type === 'plaid' ? 'Plaid' : type) },
  { id: 'environment', header: 'Environment', cell: ({ base_url }) => environmentName(base_url) },
  {
    id: 'client',
    header: 'Client ID',
    cell: ({ client_id }) => (
      <span className="code" title={client_id}>
        {shorten(client_id)}
      </span>
    ),
  },
  { id: 'items', header: 'Items', isNumeric: true, cell: ({ heron_id }) => <ItemsCount id={heron_id} /> },
  { id: 'health', header: 'Health', cell: (integration) => <IntegrationHealth integration={integration} /> },
  {
    id: 'view',
    header: 'View',
    isHeaderHidden: true,
    cell: ({ heron_id, name }) => (
      <Group justify="flex-end" className={rowClasses.above}>
        <Button
          component={Link}
          to={`/settings/integrations/${heron_id}`}
          variant="default"
          size="compact-sm"
          aria-label={`View ${name}`}
        >
          View
        </Button>
      </Group>
    ),
  },
];

export function IntegrationsPage() {
  const integrations = useQuery(integrationsQuery);
  const mayAdd = useMay('admin');
  const navigate = useNavigate();
  const [isAdding, setAdding] = useState(false);
  const add = mayAdd ? (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      Add integration
    </Button>
  ) : undefined;
  return (
    <Page
      title="Integrations"
      description="The Plaid accounts whose Items Ardea syncs, each with its webhook URL and link URL."
      // Not before it is known where the button belongs: one that moves away takes the focus with it.
      actions={(integrations.data?.length ?? 0) > 0 ? add : undefined}
    >
      <Card flush>
        <Loaded query={integrations}>
          {(rows) =>
            rows.length === 0 ? (
              <Notice icon={IconPlugConnected} title="Connect your Plaid account" actions={add}>
                Add an integration with your Plaid client ID and secret. You get a webhook URL for Plaid and a
                link URL for your Items; the rest happens by itself.
                {!mayAdd && <Text mt="xs">Only an admin can add one.</Text>}
              </Notice>
            ) : (
              <DataTable caption="Integrations" columns={COLUMNS} rows={rows} rowId={(row) => row.heron_id} />
            )
          }
        </Loaded>
      </Card>
      <IntegrationDialog
        isOpen={isAdding}
        onCancel={() => setAdding(false)}
        onDone={({ heron_id }) =>
          void navigate({ to: '/settings/integrations/$integrationId', params: { integrationId: heron_id } })
        }
      />
    </Page>
  );
}
