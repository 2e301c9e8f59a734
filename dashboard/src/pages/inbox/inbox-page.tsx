import { Button, Group, Text } from '@mantine/core';
import { IconInbox, IconRotateClockwise } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { inboxQuery, type InboxWebhook } from '../../api/inbox';
import { useMay } from '../../api/session';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { shorten, toWords } from '../../parts/format';
import { FreshRows } from '../../parts/fresh-rows';
import { useLazyDialog } from '../../parts/lazy-dialog';
import { lazyPart } from '../../parts/lazy-part';
import { MoreRows } from '../../parts/more-rows';
import { Page } from '../../parts/page';
import { sayRejection } from '../../parts/rejection';
import { Card, Loaded, Notice } from '../../parts/states';
import { Tag } from '../../parts/status';
import { useSteadyRows } from '../../parts/steady-rows';
import { Time } from '../../parts/time';
import { WebhookStatus } from '../../parts/webhook-status';
import { filterOf } from './filter';
import { InboxFilters } from './inbox-filters';

const ReplayMany = lazyPart(() => import('./replay-many'), 'ReplayMany');

const COLUMNS: Columns<InboxWebhook> = [
  {
    id: 'webhook',
    header: 'Webhook',
    cell: ({ heron_id, verdict, webhook_code, webhook_type, deliveries }) => (
      <div>
        <Link to="/inbox/$webhookId" params={{ webhookId: heron_id }} className={rowClasses.rowLink}>
          {webhook_code ?? (verdict === 'rejected' ? 'Rejected' : 'Without a code')}
        </Link>
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            {webhook_type ?? '–'}
          </Text>
          {deliveries > 1 && <Tag>came {deliveries} times</Tag>}
        </Group>
      </div>
    ),
  },
  { id: 'received', header: 'Received', cell: ({ received }) => <Time at={received} as="seconds" /> },
  {
    id: 'item',
    header: 'Item',
    cell: ({ item_id }) =>
      item_id === null ? (
        '–'
      ) : (
        <span className={`code ${rowClasses.above}`} title={item_id}>
          <Link to="/items/$itemId" params={{ itemId: item_id }} className="quietLink">
            {shorten(item_id, 8)}
          </Link>
        </span>
      ),
  },
  {
    id: 'state',
    header: 'Outcome',
    cell: (webhook) => (
      <div>
        <WebhookStatus webhook={webhook} />
        {webhook.rejection !== null && (
          <Text size="xs" c="dimmed" maw={360} lineClamp={2}>
            {sayRejection(webhook.rejection)}
          </Text>
        )}
      </div>
    ),
  },
  {
    id: 'forward',
    header: 'Forward',
    cell: ({ forward }) => (forward.state === 'none' ? '–' : toWords(forward.state)),
  },
];

const idOf = ({ heron_id }: InboxWebhook): string => heron_id;

function InboxRows({ webhooks, listKey }: { webhooks: readonly InboxWebhook[]; listKey: string }) {
  const { rows, fresh, gone, markOf, load } = useSteadyRows(webhooks, idOf, listKey);
  return (
    <>
      <FreshRows fresh={fresh} gone={gone} onLoad={load} />
      <DataTable caption="Webhooks" columns={COLUMNS} rows={rows} rowId={idOf} markOf={markOf} />
    </>
  );
}

export function InboxPage() {
  const search = useSearch({ from: '/inside/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const isMember = useMay('member');
  const replaying = useLazyDialog();
  const filter = filterOf(search);
  const webhooks = useInfiniteQuery(inboxQuery(filter));
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const key = JSON.stringify(filter);
  const found = webhooks.data?.pages.flatMap((page) => page.plaid_webhooks) ?? [];
  return (
    <Page
      title="Inbox"
      description="Every webhook that came to your webhook URLs, verified or not."
      actions={
        isMember &&
        isFiltered &&
        found.length > 0 && (
          <Button variant="default" leftSection={<IconRotateClockwise size={16} />} onClick={replaying.open}>
            Replay these
          </Button>
        )
      }
    >
      <InboxFilters
        search={search}
        onChange={(changes) =>
          void navigate({ search: (before) => ({ ...before, ...changes }), replace: true })
        }
        onClear={isFiltered ? () => void navigate({ search: {}, replace: true }) : undefined}
      />
      <Card flush>
        <Loaded query={webhooks}>
          {() => {
            if (found.length > 0)
              return (
                <>
                  <InboxRows webhooks={found} listKey={key} />
                  <MoreRows query={webhooks} />
                </>
              );
            return isFiltered ? (
              <Notice icon={IconInbox} title="No webhooks match">
                Widen the filters to see others.
              </Notice>
            ) : (
              <Notice icon={IconInbox} title="No webhooks yet">
                They appear here within a second of their coming. The webhook URL of an integration is under{' '}
                <Link to="/settings/integrations">Integrations</Link>.
              </Notice>
            );
          }}
        </Loaded>
      </Card>
      {replaying.isThere && (
        <Suspense fallback={null}>
          <ReplayMany filter={filter} isOpen={replaying.isOpen} onClose={replaying.close} />
        </Suspense>
      )}
    </Page>
  );
}
