import { Chip, Group, Text } from '@mantine/core';
import { IconBuildingBank } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { integrationsQuery } from '../../api/integrations';
import { itemsQuery, itemSummaryQuery, type Item } from '../../api/items';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { Filters } from '../../parts/filters';
import { formatCount } from '../../parts/format';
import { FreshRows } from '../../parts/fresh-rows';
import { ITEM_STATUS, ITEM_STATUSES, ItemStatus, needOf, type LinkStatus } from '../../parts/item-status';
import { LazySelect } from '../../parts/lazy-select';
import { MoreRows } from '../../parts/more-rows';
import { Page } from '../../parts/page';
import { SearchField } from '../../parts/search-field';
import { Card, Loaded, Notice } from '../../parts/states';
import { Time } from '../../parts/time';
import { useSteadyRows } from '../../parts/steady-rows';

const COLUMNS: Columns<Item> = [
  {
    id: 'institution',
    header: 'Institution',
    cell: ({ item_id, institution }) => (
      <div>
        <Link to="/items/$itemId" params={{ itemId: item_id }} className={rowClasses.rowLink}>
          {institution.name ?? institution.institution_id ?? 'Unknown institution'}
        </Link>
        <Text size="xs" c="dimmed" className="code" truncate maw={220} title={item_id}>
          {item_id}
        </Text>
      </div>
    ),
  },
  {
    id: 'end_user',
    header: 'End user',
    cell: ({ end_user }) => (
      <div>
        <div>{end_user.name ?? end_user.end_user_id}</div>
        {end_user.name !== null && (
          <Text size="xs" c="dimmed">
            {end_user.end_user_id}
          </Text>
        )}
      </div>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    cell: (item) => (
      <div>
        <ItemStatus status={item.status} />
        {needOf(item) !== null && (
          <Text size="xs" c="dimmed" maw={320} lineClamp={2}>
            {needOf(item)}
          </Text>
        )}
      </div>
    ),
  },
  { id: 'since', header: 'Since', cell: ({ status_since }) => <Time at={status_since} /> },
  { id: 'synced', header: 'Last sync', cell: (item) => <Time at={item.last_successful_sync} none="Never" /> },
  { id: 'webhook', header: 'Last webhook', cell: (item) => <Time at={item.last_webhook} none="None yet" /> },
  { id: 'integration', header: 'Integration', cell: ({ integration }) => integration.name },
];

const idOf = ({ item_id }: Item): string => item_id;

/** By health first: how many there are of each, and a click shows them. */
function StatusChips() {
  const search = useSearch({ from: '/inside/items' });
  const navigate = useNavigate({ from: '/items' });
  const { data: summary } = useQuery(itemSummaryQuery);
  const value = search.attention ? ['attention'] : (search.status ?? []);
  const choose = (chosen: string[]): void => {
    const isAttentionNew = chosen.includes('attention') && !search.attention;
    const status = ITEM_STATUSES.filter((each) => chosen.includes(each));
    void navigate({
      search: (before) => ({
        ...before,
        attention: isAttentionNew ? true : undefined,
        status: isAttentionNew || status.length === 0 ? undefined : status,
      }),
      replace: true,
    });
  };
  const countOf = (status: LinkStatus): string =>
    summary === undefined ? '' : ` ${formatCount(summary.by_status[status])}`;
  return (
    <Chip.Group multiple value={value} onChange={choose}>
      <Group gap={6} role="group" aria-label="Status">
        <Chip value="attention" size="xs" variant="outline">
          Needs attention{summary === undefined ? '' : ` ${formatCount(summary.attention)}`}
        </Chip>
        {ITEM_STATUSES.map((status) => (
          <Chip key={status} value={status} size="xs" variant="outline">
            {ITEM_STATUS[status].label}
            {countOf(status)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

function ItemRows({ items, listKey }: { items: readonly Item[]; listKey: string }) {
  const { rows, fresh, gone, markOf, load } = useSteadyRows(items, idOf, listKey);
  return (
    <>
      <FreshRows fresh={fresh} gone={gone} onLoad={load} />
      <DataTable caption="Items" columns={COLUMNS} rows={rows} rowId={idOf} markOf={markOf} />
    </>
  );
}

export function ItemsPage() {
  const { q, status, attention, integration, end_user } = useSearch({ from: '/inside/items' });
  const navigate = useNavigate({ from: '/items' });
  const filter = { q, status, attention, integration_heron_id: integration, end_user_id: end_user };
  const items = useInfiniteQuery(itemsQuery(filter));
  const { data: integrations } = useQuery(integrationsQuery);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const key = JSON.stringify(filter);
  return (
    <Page title="Items" description="Every bank login that Ardea keeps in sync.">
      <Filters
        onClear={isFiltered ? () => void navigate({ search: {}, replace: true }) : undefined}
        below={<StatusChips />}
      >
        <SearchField
          label="Search institution, Item or end user"
          value={q}
          onSearch={(next) => void navigate({ search: (before) => ({ ...before, q: next }), replace: true })}
          style={{ flex: '1 1 260px' }}
        />
        {(integrations?.length ?? 0) > 1 && (
          <LazySelect
            aria-label="Integration"
            placeholder="All integrations"
            clearable
            data={integrations?.map(({ heron_id, name }) => ({ value: heron_id, label: name }))}
            value={integration ?? null}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, integration: value ?? undefined }),
                replace: true,
              })
            }
          />
        )}
      </Filters>
      <Card flush>
        <Loaded query={items}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.items);
            if (rows.length > 0)
              return (
                <>
                  <ItemRows items={rows} listKey={key} />
                  <MoreRows query={items} />
                </>
              );
            return isFiltered ? (
              <Notice icon={IconBuildingBank} title="No Items match">
                Widen the filters to see others.
              </Notice>
            ) : (
              <Notice icon={IconBuildingBank} title="No Items yet">
                An Item appears here as soon as it is posted to the link URL of an integration. See{' '}
                <Link to="/settings/integrations">Integrations</Link>.
              </Notice>
            );
          }}
        </Loaded>
      </Card>
    </Page>
  );
}
