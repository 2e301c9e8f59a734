import { Button, Grid, Menu, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconDots, IconKey, IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { environmentName, integrationQuery, type Integration } from '../../api/integrations';
import { useMay } from '../../api/session';
import { CodeBlock, CopyField, CopyText } from '../../parts/copy';
import { Facts } from '../../parts/facts';
import { shorten } from '../../parts/format';
import { lazyPart } from '../../parts/lazy-part';
import { LanguageChoice } from '../../parts/language-choice';
import { Page } from '../../parts/page';
import { snippetsOf, type Language } from '../../parts/snippets';
import { PageOf } from '../../parts/page-of';
import { Message } from '../../parts/message';
import { Card, LoadingRows } from '../../parts/states';
import { Time } from '../../parts/time';
import { SimulatedIntegration } from '../simulated/where-simulated';
import { Checklist } from './checklist';
import { DeleteIntegration } from './delete-integration';
import { IntegrationDialog } from './integration-form';
import { IntegrationHealth } from './integration-health';
import { RotateSecret } from './rotate-secret';

const IntegrationAudits = lazyPart(() => import('./integration-audits'), 'IntegrationAudits');

const CRUMBS = [{ label: 'Integrations', to: '/settings/integrations' }];

function Snippets({ integration }: { integration: Integration }) {
  const [language, setLanguage] = useState<Language>('curl');
  const { linkToken, postItem } = snippetsOf(integration);
  return (
    <Card title="Code snippets" actions={<LanguageChoice language={language} onChange={setLanguage} />}>
      <Stack>
        <div>
          <Title order={3}>Create the link token with the webhook URL</Title>
          <Text c="dimmed" size="sm" mb="xs">
            <span className="code">days_requested</span> cannot be widened later: ask for as much as you may
            ever need.
          </Text>
          <CodeBlock code={linkToken[language]} what="the link token request" />
        </div>
        <div>
          <Title order={3}>Post the Item after /item/public_token/exchange</Title>
          <Text c="dimmed" size="sm" mb="xs">
            Posting the same Item again is safe. An API key is made under{' '}
            <Link to="/settings/api-keys">API keys</Link>.
          </Text>
          <CodeBlock code={postItem[language]} what="the link request" />
        </div>
      </Stack>
    </Card>
  );
}

type Dialog = 'edit' | 'rotate' | 'delete' | null;

function IntegrationView({ integration }: { integration: Integration }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const isMember = useMay('member');
  const isAdmin = useMay('admin');
  const close = (): void => setDialog(null);
  return (
    <Page
      title={integration.name}
      crumbs={CRUMBS}
      description={`Plaid · ${environmentName(integration.base_url)}`}
      actions={
        isMember && (
          <>
            <Button
              variant="default"
              leftSection={<IconPencil size={16} />}
              onClick={() => setDialog('edit')}
            >
              Edit
            </Button>
            {isAdmin && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default" px="xs" aria-label="More actions">
                    <IconDots size={16} />
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setDialog('rotate')}>
                    Rotate secret
                  </Menu.Item>
                  <Menu.Item
                    color="red"
                    leftSection={<IconTrash size={16} />}
                    onClick={() => setDialog('delete')}
                  >
                    Delete
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </>
        )
      }
    >
      {integration.paused_since !== null && (
        <Message tone="bad" title="Plaid refuses these keys">
          Nothing of this integration has been synced since <Time at={integration.paused_since} as="short" />.{' '}
          {integration.pause_message} Enter the right keys, or save the same secret again once Plaid takes it.
        </Message>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <Card title="Addresses">
              <Stack>
                <CopyField
                  label="Webhook URL"
                  description="Set it as webhook in /link/token/create, or forward Plaid’s webhooks to it byte for byte, headers included."
                  value={integration.inbound_webhook_url}
                />
                <CopyField
                  label="Link URL"
                  description="Post each new Item and its access token here."
                  value={integration.link_url}
                />
              </Stack>
            </Card>
            <SimulatedIntegration integrationId={integration.heron_id} />
            <Snippets integration={integration} />
            <Suspense fallback={<LoadingRows rows={3} />}>
              <IntegrationAudits integration={integration} />
            </Suspense>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <Card title="Set-up">
              <Checklist integration={integration} />
            </Card>
            <Card title="Details">
              <SimpleGrid cols={1}>
                <Facts
                  facts={[
                    ['Health', <IntegrationHealth key="health" integration={integration} />],
                    ['Environment', environmentName(integration.base_url)],
                    [
                      'Client ID',
                      <CopyText
                        key="client"
                        value={integration.client_id}
                        shown={shorten(integration.client_id)}
                        what="the client ID"
                      />,
                    ],
                    ['Forward URL', integration.webhook_url ?? 'None'],
                    [
                      'ID',
                      <CopyText
                        key="id"
                        value={integration.heron_id}
                        shown={shorten(integration.heron_id)}
                        what="the ID"
                      />,
                    ],
                    ['Added', <Time key="created" at={integration.created} as="short" />],
                  ]}
                />
              </SimpleGrid>
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
      <IntegrationDialog
        isOpen={dialog === 'edit'}
        integration={integration}
        onCancel={close}
        onDone={close}
      />
      <RotateSecret isOpen={dialog === 'rotate'} integration={integration} onClose={close} />
      <DeleteIntegration isOpen={dialog === 'delete'} integration={integration} onClose={close} />
    </Page>
  );
}

export function IntegrationPage() {
  const { integrationId } = useParams({ from: '/inside/settings/integrations/$integrationId' });
  const query = useQuery(integrationQuery(integrationId));
  return (
    <PageOf query={query} title="Integration" crumbs={CRUMBS}>
      {(integration) => <IntegrationView integration={integration} />}
    </PageOf>
  );
}
