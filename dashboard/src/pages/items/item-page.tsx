import { Anchor, Grid, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { itemQuery, linkPath, type ItemDetails } from '../../api/items';
import { CopyText } from '../../parts/copy';
import { Facts } from '../../parts/facts';
import { shorten } from '../../parts/format';
import { ItemStatus } from '../../parts/item-status';
import { Page } from '../../parts/page';
import { PageOf } from '../../parts/page-of';
import { Card } from '../../parts/states';
import { Time } from '../../parts/time';
import { SimulatedItem } from '../simulated/where-simulated';
import { ItemActions } from './item-actions';
import { ItemAudits } from './item-audits';
import { ItemNeed } from './item-need';
import { ItemRelinks } from './item-relinks';
import { Timeline } from './timeline';

const CRUMBS = [{ label: 'Items', to: '/items' }];

const NEXT: Readonly<Record<NonNullable<ItemDetails['next_action']>['what'], string>> = {
  first_sync: 'First sync',
  sync: 'Sync',
  retry: 'Next try',
  resync: 'Full resync',
  reconcile: 'Routine sync',
  probe: 'Check whether it works again',
  probe_keys: 'Probe whether Plaid takes the keys again',
};

const HISTORY: Readonly<Record<ItemDetails['history'], string>> = {
  pending: 'None yet',
  initial: 'About 30 days',
  complete: 'Complete',
};

const DELIVERY: Readonly<Record<ItemDetails['webhook_delivery'], string>> = {
  direct: 'Sent here by Plaid',
  forwarded: 'Forwarded here',
  elsewhere: 'Sent elsewhere',
  none: 'None is set',
  unknown: 'Not known yet',
};

function NextAction({ item }: { item: ItemDetails }) {
  const { next_action } = item;
  if (item.superseded_by_item_id !== null) return <>Nothing: it rests for the newer Item</>;
  if (item.integration.deleted)
    return <>Nothing: its integration was deleted. It can be linked through another one</>;
  if (item.status === 'deleted_in_plaid') return <>Nothing: the customer has to link anew</>;
  if (item.desired_state === 'disabled')
    return <>Nothing: it was deleted. Posting it to the link URL again revives it</>;
  if (item.desired_state === 'paused') return <>Nothing until it is resumed</>;
  if (next_action === null) return <>Nothing, unless a person acts</>;
  return (
    <>
      {NEXT[next_action.what]}
      {', '}
      {next_action.at === null ? 'at once' : <Time at={next_action.at} />}
    </>
  );
}

function ItemView({ item }: { item: ItemDetails }) {
  const institution = item.institution.name ?? item.institution.institution_id ?? 'Unknown institution';
  const who = item.end_user.name ?? item.end_user.end_user_id;
  const path = linkPath(item);
  return (
    <Page
      title={`${institution} of ${who}`}
      heading={institution}
      crumbs={CRUMBS}
      description={
        <Group gap="sm">
          <ItemStatus status={item.status} />
          <Text span c="dimmed">
            since <Time at={item.status_since} as="short" /> · {who}
          </Text>
        </Group>
      }
      actions={<ItemActions item={item} />}
    >
      <ItemNeed item={item} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <SimulatedItem item={item} />
            <Timeline path={path} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <Card title="What happens next">
              <Text>
                <NextAction item={item} />
              </Text>
              {item.workflow.url !== null && (
                <Anchor
                  href={item.workflow.url}
                  target="_blank"
                  rel="noreferrer"
                  size="sm"
                  mt="xs"
                  display="inline-block"
                >
                  Its workflow in the Temporal UI <IconExternalLink size={13} aria-label="(new tab)" />
                </Anchor>
              )}
            </Card>
            <Card title="Details">
              <Facts
                facts={[
                  [
                    'End user',
                    <Link key="who" to="/end-users/$endUserId" params={{ endUserId: item.end_user.heron_id }}>
                      {who}
                    </Link>,
                  ],
                  [
                    'Integration',
                    item.integration.deleted ? (
                      `${item.integration.name} (deleted)`
                    ) : (
                      <Link
                        key="integration"
                        to="/settings/integrations/$integrationId"
                        params={{ integrationId: item.integration.heron_id }}
                      >
                        {item.integration.name}
                      </Link>
                    ),
                  ],
                  ['Last sync', <Time key="sync" at={item.last_successful_sync} none="Never" />],
                  ['Last webhook', <Time key="webhook" at={item.last_webhook} none="None yet" />],
                  ['Webhooks', DELIVERY[item.webhook_delivery]],
                  ['History', HISTORY[item.history]],
                  [
                    'Consent ends',
                    <Time key="consent" at={item.consent_expires} as="short" none="No date" />,
                  ],
                  [
                    'Item ID',
                    <CopyText
                      key="id"
                      value={item.item_id}
                      shown={shorten(item.item_id, 8)}
                      what="the Item ID"
                    />,
                  ],
                  ['Linked', <Time key="linked" at={item.created} as="short" />],
                ]}
              />
              <Group mt="md">
                <Link to="/transactions" search={{ item: item.item_id }}>
                  Its transactions
                </Link>
              </Group>
            </Card>
            <ItemRelinks itemId={item.item_id} />
            <ItemAudits path={path} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

export function ItemPage() {
  const { itemId } = useParams({ from: '/inside/items/$itemId' });
  const query = useQuery(itemQuery(itemId));
  return (
    <PageOf query={query} title="Item" crumbs={CRUMBS}>
      {(item) => <ItemView key={itemId} item={item} />}
    </PageOf>
  );
}
