import { Button, Chip, Group, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { endUsersQuery, type EndUser } from '../../api/end-users';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { Filters } from '../../parts/filters';
import { formatCount, shorten } from '../../parts/format';
import { FreshRows } from '../../parts/fresh-rows';
import { ITEM_STATUS, ITEM_STATUSES, type LinkStatus } from '../../parts/item-status';
import { Page } from '../../parts/page';
import { SearchField } from '../../parts/search-field';
import { Card, Loaded, Notice } from '../../parts/states';
import { Status, Tag } from '../../parts/status';
import { useSteadyRows } from '../../parts/steady-rows';
import { Time } from '../../parts/time';

/** The states of an end user's Items, each with how many there are. */
function Connections({ sources }: { sources: EndUser['data_sources'] }) {
  const counts = ITEM_STATUSES.map((status) => ({
    status,
    count: sources?.filter((source) => source.status === status).length ?? 0,
  })).filter(({ count }) => count > 0);
  if (counts.length === 0)
    return (
      <Text span inherit c="dimmed">
        None
      </Text>
    );
  return (
    <Group gap="sm">
      {counts.map(({ status, count }) => (
        <Status
          key={status}
          {...ITEM_STATUS[status]}
          label={
            count === 1
              ? ITEM_STATUS[status].label
              : `${formatCount(count)} ${ITEM_STATUS[status].label.toLowerCase()}`
          }
        />
      ))}
    </Group>
  );
}

const COLUMNS: Columns<EndUser> = [
  {
    id: 'name',
    header: 'End user',
    cell: ({ heron_id, end_user_id, name, erased_at }) => (
      <div>
        <Link to="/end-users/$endUserId" params={{ endUserId: heron_id }} className={rowClasses.rowLink}>
          {name ?? end_user_id}
        </Link>{' '}
        {erased_at !== null && <Tag>erased</Tag>}
        {name !== null && (
          <Text size="xs" c="dimmed">
            {end_user_id}
          </Text>
        )}
      </div>
    ),
  },
  {
    id: 'count',
    header: 'Connections',
    isNumeric: true,
    width: 110,
    cell: ({ activity }) => formatCount(activity?.connections ?? 0),
  },
  {
    id: 'health',
    header: 'Status',
    cell: ({ data_sources }) => <Connections sources={data_sources} />,
  },
  {
    id: 'activity',
    header: 'Last activity',
    cell: ({ activity }) => <Time at={activity?.last_activity} none="None yet" />,
  },
  { id: 'created', header: 'Since', cell: ({ created }) => <Time at={created} as="short" /> },
  {
    id: 'id',
    header: 'Ardea’s ID',
    cell: ({ heron_id }) => (
      <span className="code" title={heron_id}>
        {shorten(heron_id)}
      </span>
    ),
  },
];

const idOf = ({ heron_id }: EndUser): string => heron_id;

/** Those who have an Item in one of these states. */
function StatusChips({
  value,
  onChange,
}: {
  value: readonly LinkStatus[];
  onChange: (value: LinkStatus[] | undefined) => void;
}) {
  return (
    <Chip.Group
      multiple
      value={[...value]}
      onChange={(chosen) => {
        const status = ITEM_STATUSES.filter((each) => chosen.includes(each));
        onChange(status.length === 0 ? undefined : status);
      }}
    >
      <Group gap={6} role="group" aria-label="With a connection that is">
        {ITEM_STATUSES.map((status) => (
          <Chip key={status} value={status} size="xs" variant="outline">
            {ITEM_STATUS[status].label}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

function EndUserRows({ endUsers, listKey }: { endUsers: readonly EndUser[]; listKey: string }) {
  const { rows, fresh, gone, markOf, load } = useSteadyRows(endUsers, idOf, listKey);
  return (
    <>
      <FreshRows fresh={fresh} gone={gone} onLoad={load} />
      <DataTable caption="End users" columns={COLUMNS} rows={rows} rowId={idOf} markOf={markOf} />
    </>
  );
}

export function EndUsersPage() {
  const { q, status, page = 1 } = useSearch({ from: '/inside/end-users' });
  const navigate = useNavigate({ from: '/end-users' });
  const query = { q, link_status: status, page, order_by: 'created_desc' as const };
  const isFiltered = q !== undefined || status !== undefined;
  const found = useQuery(endUsersQuery(query));
  const pages = found.data?._meta.pages ?? 0;
  const turn = (to: number): void => {
    void navigate({ search: (before) => ({ ...before, page: to === 1 ? undefined : to }) });
    scrollTo({ top: 0 });
  };
  return (
    <Page title="End users" description="Your customers, each with all of their bank connections.">
      <Filters
        onClear={isFiltered ? () => void navigate({ search: {}, replace: true }) : undefined}
        below={
          <StatusChips
            value={status ?? []}
            onChange={(next) => void navigate({ search: { q, status: next }, replace: true })}
          />
        }
      >
        <SearchField
          label="Search any ID or name"
          value={q}
          onSearch={(next) => void navigate({ search: { q: next, status }, replace: true })}
          style={{ flex: '1 1 260px' }}
        />
      </Filters>
      <Card flush>
        <Loaded query={found}>
          {({ end_users }) =>
            end_users.length > 0 ? (
              <EndUserRows
                endUsers={end_users}
                listKey={found.isPlaceholderData ? 'before' : JSON.stringify(query)}
              />
            ) : page > 1 ? (
              <Notice
                icon={IconUsers}
                title="There is no such page"
                actions={
                  <Button variant="default" onClick={() => turn(1)}>
                    To the first page
                  </Button>
                }
              />
            ) : !isFiltered ? (
              <Notice icon={IconUsers} title="No end users yet">
                An end user appears here with the first Item that is posted for it.
              </Notice>
            ) : (
              <Notice icon={IconUsers} title="No end users match">
                Search by a part of your own ID or of the name, or by the whole of Ardea’s ID (eus_…) or of an
                Item’s.
              </Notice>
            )
          }
        </Loaded>
      </Card>
      {found.data !== undefined && (pages > 1 || page > 1) && (
        <Group justify="space-between" component="nav" aria-label="Pages">
          <Button
            variant="default"
            leftSection={<IconChevronLeft size={16} />}
            disabled={page <= 1}
            onClick={() => turn(Math.min(page - 1, pages))}
          >
            Previous
          </Button>
          <Text size="sm" c="dimmed">
            {page <= pages && `Page ${formatCount(page)} of ${formatCount(pages)}, `}
            {formatCount(found.data._meta.total)} end users
          </Text>
          <Button
            variant="default"
            rightSection={<IconChevronRight size={16} />}
            disabled={page >= pages}
            onClick={() => turn(page + 1)}
          >
            Next
          </Button>
        </Group>
      )}
    </Page>
  );
}
