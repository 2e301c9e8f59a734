import { Group, Select, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { inboxQuery, VERDICTS, WEBHOOK_STATES, type InboxWebhook } from '../../api/inbox';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { Filters } from '../../parts/filters';
import { shorten, toWords } from '../../parts/format';
import { FreshRows } from '../../parts/fresh-rows';
import { MoreRows } from '../../parts/more-rows';
import { Page } from '../../parts/page';
import { sayRejection } from '../../parts/rejection';
import { SearchField } from '../../parts/search-field';
import { Card, Loaded, Notice } from '../../parts/states';
import { Tag } from '../../parts/status';
import { useSteadyRows } from '../../parts/steady-rows';
import { Time } from '../../parts/time';
import { WebhookStatus } from '../../parts/webhook-status';

const COLUMNS: Columns<InboxWebhook> = [
  {
    id: 'webhook',
    header: 'Webhook',
    cell: ({ heron_id, verdict, webhook_code, webhook_type, deliveries }) => (
      <div>
        <Link to="/inbox/$webhookId" params={{ webhookId: heron_id }} className={rowClasses.rowLink}>
          {webhook_code ?? (verdict === 'rejected' ? 'Not believed' : 'Without a code')}
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
    header: 'What became of it',
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
  const { rows, fresh, load } = useSteadyRows(webhooks, idOf, listKey);
  return (
    <>
      <FreshRows fresh={fresh} onLoad={load} />
      <DataTable caption="Webhooks" columns={COLUMNS} rows={rows} rowId={idOf} />
    </>
  );
}

export function InboxPage() {
  const { item, code, verdict, state } = useSearch({ from: '/inside/inbox' });
  const navigate = useNavigate({ from: '/inbox' });
  const filter = { item_id: item, webhook_code: code, verdict, state };
  const webhooks = useInfiniteQuery(inboxQuery(filter));
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const key = JSON.stringify([filter, webhooks.data?.pages.length]);
  return (
    <Page title="Inbox" description="Every webhook that came to your webhook URLs, believed or not.">
      <Filters onClear={isFiltered ? () => void navigate({ search: {}, replace: true }) : undefined}>
        <SearchField
          label="Item ID"
          value={item}
          onSearch={(next) =>
            void navigate({ search: (before) => ({ ...before, item: next }), replace: true })
          }
          style={{ flex: '1 1 220px' }}
        />
        <SearchField
          label="Webhook code"
          value={code}
          onSearch={(next) =>
            void navigate({ search: (before) => ({ ...before, code: next }), replace: true })
          }
          style={{ flex: '1 1 220px' }}
        />
        <Select
          aria-label="Verdict"
          placeholder="Any verdict"
          clearable
          w={150}
          data={VERDICTS.map((value) => ({ value, label: toWords(value) }))}
          value={verdict ?? null}
          onChange={(value) =>
            void navigate({ search: (before) => ({ ...before, verdict: value ?? undefined }), replace: true })
          }
        />
        <Select
          aria-label="State"
          placeholder="Any state"
          clearable
          w={150}
          data={WEBHOOK_STATES.map((value) => ({ value, label: toWords(value) }))}
          value={state ?? null}
          onChange={(value) =>
            void navigate({ search: (before) => ({ ...before, state: value ?? undefined }), replace: true })
          }
        />
      </Filters>
      <Card flush>
        <Loaded query={webhooks}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.plaid_webhooks);
            if (rows.length > 0)
              return (
                <>
                  <InboxRows webhooks={rows} listKey={key} />
                  <MoreRows query={webhooks} />
                </>
              );
            return isFiltered ? (
              <Notice icon={IconInbox} title="No webhook is like that">
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
    </Page>
  );
}
