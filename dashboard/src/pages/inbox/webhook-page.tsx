import { Button, Grid, Group, Stack, Table, Text } from '@mantine/core';
import { IconRotateClockwise } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { sayDone, sayFailed } from '../../api/failed';
import { replayWebhook, webhookQuery, type InboxWebhookWhole } from '../../api/inbox';
import { useMay } from '../../api/session';
import { CopyText } from '../../parts/copy';
import { Facts } from '../../parts/facts';
import { formatCount, shorten, toWords } from '../../parts/format';
import { Page } from '../../parts/page';
import { PageOf } from '../../parts/page-of';
import { sayRejection } from '../../parts/rejection';
import { Card } from '../../parts/states';
import { Time } from '../../parts/time';
import { REPLAY_OUTCOME, WEBHOOK_STATE_HELP, WebhookStatus } from '../../parts/webhook-status';
import { Message } from '../../parts/message';
import { WebhookBody } from './webhook-body';

const CRUMBS = [{ label: 'Inbox', to: '/inbox' }];

const times = (count: number): string =>
  count === 0 ? 'Never' : count === 1 ? 'Once' : `${formatCount(count)} times`;

function Replay({ webhook }: { webhook: InboxWebhookWhole }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const replay = useMutation({
    mutationFn: (forward: boolean) => replayWebhook(webhook.heron_id, forward),
    onSuccess: async ({ outcome, plaid_webhook_heron_id: webhookId }) => {
      sayDone(REPLAY_OUTCOME[outcome]);
      // A rejected one that is believed now is another webhook; this one is gone.
      if (webhookId !== webhook.heron_id)
        await navigate({ to: '/inbox/$webhookId', params: { webhookId }, replace: true });
      await queries.invalidateQueries({ queryKey: ['inbox'] });
    },
    onError: sayFailed,
  });
  return (
    <>
      {webhook.forward.state !== 'none' && (
        <Button variant="default" disabled={replay.isPending} onClick={() => replay.mutate(true)}>
          Replay and forward
        </Button>
      )}
      <Button
        leftSection={<IconRotateClockwise size={16} />}
        loading={replay.isPending}
        onClick={() => replay.mutate(false)}
      >
        Replay
      </Button>
    </>
  );
}

function WebhookView({ webhook }: { webhook: InboxWebhookWhole }) {
  const isMember = useMay('member');
  const { forward } = webhook;
  return (
    <Page
      title={webhook.webhook_code ?? 'Webhook'}
      crumbs={CRUMBS}
      description={
        <Group gap="sm">
          <WebhookStatus webhook={webhook} />
          <Text span c="dimmed">
            received <Time at={webhook.received} as="seconds" />
          </Text>
        </Group>
      }
      actions={isMember && <Replay webhook={webhook} />}
    >
      {webhook.rejection !== null && (
        <Message tone="bad" title="Why it was rejected">
          {sayRejection(webhook.rejection)} <span className="code">{webhook.rejection}</span>
        </Message>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <WebhookBody webhook={webhook} />
            {Object.keys(webhook.headers).length > 0 && (
              <Card title="Headers" flush>
                <Table fz="sm" layout="fixed">
                  <Table.Tbody>
                    {Object.entries(webhook.headers).map(([name, value]) => (
                      <Table.Tr key={name}>
                        <Table.Th w={150} fw={500} style={{ overflowWrap: 'anywhere' }} scope="row">
                          {name}
                        </Table.Th>
                        <Table.Td className="code">{value}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Card>
            )}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Card title="Details">
            <Text size="sm" mb="md">
              {WEBHOOK_STATE_HELP[webhook.state]}
            </Text>
            <Facts
              facts={[
                ['Verdict', toWords(webhook.verdict)],
                ['Type', webhook.webhook_type ?? '–'],
                [
                  'Item',
                  webhook.item_id === null ? (
                    '–'
                  ) : webhook.state === 'unmatched' ? (
                    shorten(webhook.item_id, 8)
                  ) : (
                    <Link
                      key="item"
                      to="/items/$itemId"
                      params={{ itemId: webhook.item_id }}
                      className="code"
                    >
                      {shorten(webhook.item_id, 8)}
                    </Link>
                  ),
                ],
                ['Came', times(webhook.deliveries)],
                ['Last came', <Time key="last" at={webhook.last_received} as="seconds" />],
                [
                  'Forward',
                  forward.state === 'none'
                    ? 'No forward URL'
                    : `${toWords(forward.state)}${forward.error === null ? '' : `: ${forward.error}`}`,
                ],
                ['Replayed', times(webhook.replays)],
                [
                  'ID',
                  <CopyText
                    key="id"
                    value={webhook.heron_id}
                    shown={shorten(webhook.heron_id)}
                    what="the ID"
                  />,
                ],
              ]}
            />
          </Card>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

export function WebhookPage() {
  const { webhookId } = useParams({ from: '/inside/inbox/$webhookId' });
  const query = useQuery(webhookQuery(webhookId));
  return (
    <PageOf query={query} title="Webhook" crumbs={CRUMBS}>
      {(webhook) => <WebhookView webhook={webhook} />}
    </PageOf>
  );
}
