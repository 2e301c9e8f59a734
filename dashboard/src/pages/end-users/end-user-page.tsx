import { Group, Stack, Text } from '@mantine/core';
import { IconBuildingBank } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { dataSourcesQuery, endUserQuery, type DataSource, type EndUser } from '../../api/end-users';
import { itemsQuery, type Item } from '../../api/items';
import { CopyText } from '../../parts/copy';
import { DataTable, type Columns } from '../../parts/data-table';
import { formatCount, shorten, toWords } from '../../parts/format';
import { ItemStatus } from '../../parts/item-status';
import { Balance } from '../../parts/money';
import { MoreRows } from '../../parts/more-rows';
import { Page } from '../../parts/page';
import { PageOf } from '../../parts/page-of';
import { Card, Loaded, LoadingRows, Notice } from '../../parts/states';
import { Tag } from '../../parts/status';
import { Day, Time } from '../../parts/time';
import { EndUserActions } from './end-user-actions';
import { LatestTransactions } from './latest-transactions';

const CRUMBS = [{ label: 'End users', to: '/end-users' }];

type Account = DataSource['data_source_accounts'][number];

const ACCOUNT_COLUMNS: Columns<Account> = [
  {
    id: 'name',
    header: 'Account',
    cell: ({ name, official_name, number, closed_at, revoked_at }) => (
      <div>
        <Text inherit fw={500}>
          {name ?? official_name ?? 'Account'}{' '}
          {number !== null && (
            <Text span inherit c="dimmed">
              ··{number}
            </Text>
          )}{' '}
          {revoked_at !== null ? <Tag tone="warn">withdrawn</Tag> : closed_at !== null && <Tag>closed</Tag>}
        </Text>
      </div>
    ),
  },
  {
    id: 'type',
    header: 'Type',
    cell: ({ type, subtype }) => toWords([type, subtype].filter((each) => each !== null).join(', ') || '–'),
  },
  {
    id: 'current',
    header: 'Balance',
    isNumeric: true,
    cell: ({ balance_current, currency }) => <Balance amount={balance_current} currency={currency} />,
  },
  {
    id: 'available',
    header: 'Available',
    isNumeric: true,
    cell: ({ balance_available, currency }) => <Balance amount={balance_available} currency={currency} />,
  },
  { id: 'as_of', header: 'As of', cell: ({ balances_at }) => <Time at={balances_at} /> },
  {
    id: 'rows',
    header: 'Transactions',
    isNumeric: true,
    cell: ({ num_transactions }) => formatCount(num_transactions),
  },
  {
    id: 'span',
    header: 'From – to',
    cell: ({ min_date, max_date }) =>
      min_date === null ? (
        '–'
      ) : (
        <span>
          <Day date={min_date} /> – <Day date={max_date} />
        </span>
      ),
  },
];

interface ConnectionProps {
  item: Item;
  dataSources: UseQueryResult<DataSource[]>;
}

function Connection({ item, dataSources }: ConnectionProps) {
  return (
    <Card flush>
      <Group justify="space-between" px="md" py="sm" gap="xs">
        <div>
          <Link to="/items/$itemId" params={{ itemId: item.item_id }}>
            {item.institution.name ?? item.institution.institution_id ?? 'Unknown institution'}
          </Link>
          <Text size="xs" c="dimmed">
            Last sync <Time at={item.last_successful_sync} none="never" />
          </Text>
        </div>
        <ItemStatus status={item.status} />
      </Group>
      <Loaded query={dataSources} loading={<LoadingRows rows={2} />}>
        {(sources) => {
          const source = sources.find(({ heron_id }) => heron_id === item.data_source_heron_id);
          return (
            source !== undefined &&
            source.data_source_accounts.length > 0 && (
              <DataTable
                caption={`Accounts at ${item.institution.name ?? 'the institution'}`}
                columns={ACCOUNT_COLUMNS}
                rows={source.data_source_accounts}
                rowId={({ heron_id }) => heron_id}
              />
            )
          );
        }}
      </Loaded>
    </Card>
  );
}

function EndUserView({ endUser }: { endUser: EndUser }) {
  const items = useInfiniteQuery(itemsQuery({ end_user_id: endUser.heron_id }));
  const dataSources = useQuery(dataSourcesQuery(endUser.heron_id));
  const { data: sources } = dataSources;
  const transactions = sources
    ?.flatMap((source) => source.data_source_accounts)
    .reduce((sum, { num_transactions }) => sum + num_transactions, 0);
  const name = endUser.name ?? endUser.end_user_id;
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      description={
        <Group gap="sm">
          <CopyText value={endUser.end_user_id} what="your ID" />
          <CopyText value={endUser.heron_id} shown={shorten(endUser.heron_id)} what="Ardea’s ID" />
          <span>
            Since <Time at={endUser.created} as="short" />
          </span>
          {endUser.erased_at !== null && (
            <span>
              Erased <Time at={endUser.erased_at} as="short" />
            </span>
          )}
        </Group>
      }
      actions={
        <EndUserActions
          endUser={endUser}
          items={items.data?.pages.flatMap((page) => page.items) ?? []}
          transactions={transactions}
        />
      }
    >
      <Loaded query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          return rows.length === 0 ? (
            <Card flush>
              <Notice icon={IconBuildingBank} title="No connections">
                Nothing is linked for this end user.
              </Notice>
            </Card>
          ) : (
            <Stack gap="lg">
              {rows.map((item) => (
                <Connection key={item.item_id} item={item} dataSources={dataSources} />
              ))}
              <MoreRows query={items} />
            </Stack>
          );
        }}
      </Loaded>
      <LatestTransactions endUser={endUser} />
    </Page>
  );
}

export function EndUserPage() {
  const { endUserId } = useParams({ from: '/inside/end-users/$endUserId' });
  const query = useQuery(endUserQuery(endUserId));
  return (
    <PageOf query={query} title="End user" crumbs={CRUMBS}>
      {(endUser) => <EndUserView endUser={endUser} />}
    </PageOf>
  );
}
