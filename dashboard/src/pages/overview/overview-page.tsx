import { Button, Grid, SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { statisticsQuery, WINDOWS, type Statistics } from '../../api/statistics';
import { DataTable } from '../../parts/data-table';
import { formatCompact, formatCount, formatDuration } from '../../parts/format';
import { ITEM_STATUS, ITEM_STATUSES } from '../../parts/item-status';
import { Message } from '../../parts/message';
import { Page } from '../../parts/page';
import { Card, Loaded, Notice } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/time';
import { ChartCard } from './chart-card';
import { NeedsAPerson } from './needs-a-person';
import classes from './overview.module.css';

const WINDOW_NAMES = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;

const hour = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const dayAndHour = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: 'numeric',
  // Hours of UTC begin at half past where the zone is off by half an hour.
  minute: '2-digit',
});
// Buckets of a day are days of UTC: in the viewer's zone their beginning may be the evening before.
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });

function pointsOf({ window, series }: Statistics) {
  const format = window === '24h' ? hour : window === '7d' ? dayAndHour : day;
  return series.map(({ start, freshness, ...counts }) => ({
    ...counts,
    start,
    label: format.format(new Date(start)),
    p50: freshness?.p50_ms ?? null,
    p95: freshness?.p95_ms ?? null,
    p99: freshness?.p99_ms ?? null,
  }));
}

function Figure({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.figure}>
      <Text size="xs" c="dimmed" component="div">
        {label}
      </Text>
      <Text fz={22} fw={600} className="numbers" component="div">
        {children}
      </Text>
    </div>
  );
}

function ItemsByHealth({ items }: { items: Statistics['items'] }) {
  return (
    <nav className={classes.figures} aria-label="Items by health">
      {ITEM_STATUSES.map((status) => (
        <Link key={status} to="/items" search={{ status: [status] }} className={classes.figure}>
          <Text size="xs" component="div">
            <Status {...ITEM_STATUS[status]} />
          </Text>
          <Text fz={22} fw={600} className="numbers" component="div">
            {formatCount(items.by_status[status])}
          </Text>
        </Link>
      ))}
    </nav>
  );
}

function Totals({ totals }: { totals: Statistics['totals'] }) {
  return (
    <div className={classes.figures}>
      <Figure label="Webhooks">{formatCompact(totals.webhooks)}</Figure>
      <Figure label="Syncs">{formatCompact(totals.syncs)}</Figure>
      <Figure label="Rows added">{formatCompact(totals.added)}</Figure>
      <Figure label="Rows modified">{formatCompact(totals.modified)}</Figure>
      <Figure label="Rows removed">{formatCompact(totals.removed)}</Figure>
      <Figure label="Median freshness">
        {totals.freshness === null ? '–' : formatDuration(totals.freshness.p50_ms)}
      </Figure>
    </div>
  );
}

function Errors({ errors }: { errors: Statistics['errors'] }) {
  return (
    <Card title="Plaid errors by code" flush>
      {errors.length === 0 ? (
        <Notice title="None">No errors in this period.</Notice>
      ) : (
        <DataTable
          caption="Plaid errors by code"
          columns={[
            { id: 'code', header: 'Code', cell: ({ code }) => <span className="code">{code}</span> },
            { id: 'count', header: 'Times', isNumeric: true, cell: ({ count }) => formatCount(count) },
          ]}
          rows={errors}
          rowId={({ code }) => code}
          isDense
        />
      )}
    </Card>
  );
}

function OverviewView({ statistics }: { statistics: Statistics }) {
  const points = pointsOf(statistics);
  const unit = statistics.window === '30d' ? 'Day (UTC)' : undefined;
  const { items, totals, gap } = statistics;
  const welcome = (
    <Card flush>
      <Notice
        icon={IconPlugConnected}
        title="Welcome to Ardea"
        actions={
          <Button component={Link} to="/settings/integrations">
            Go to the integrations
          </Button>
        }
      >
        Nothing is linked yet. Add an integration with your Plaid keys; what its Items do is shown here.
      </Notice>
    </Card>
  );
  // Nothing but zeros would only hide what to begin with.
  if (items.total === 0 && totals.webhooks + totals.syncs === 0) return welcome;
  return (
    <>
      {items.total === 0 && welcome}
      {gap !== null && (
        <Message tone="busy">
          Not everything is counted yet: <Time at={gap.from} as="short" /> to <Time at={gap.to} as="short" />{' '}
          follows.
        </Message>
      )}
      <ItemsByHealth items={items} />
      <Grid gap="lg">
        {/* Where there is one column, what needs a person comes before the charts. */}
        <Grid.Col span={{ base: 12, lg: 8 }} order={{ base: 2, lg: 1 }}>
          <Stack gap="lg">
            <Totals totals={totals} />
            <ChartCard
              title="Webhooks and syncs"
              kind="bars"
              points={points}
              unit={unit}
              none="No webhook has come and nothing was synced in this time."
              columns={[
                { key: 'webhooks', label: 'Webhooks', color: 'heron.3' },
                { key: 'syncs', label: 'Syncs', color: 'heron.6' },
                { key: 'failures', label: 'Failed syncs', color: 'red.6' },
                { key: 'webhooks_rejected', label: 'Rejected webhooks', color: 'orange.6' },
              ]}
            />
            <ChartCard
              title="Freshness: webhook → readable"
              kind="lines"
              isDuration
              points={points}
              unit={unit}
              none="No webhook has told of transactions in this time."
              columns={[
                { key: 'p50', label: 'p50', color: 'heron.6' },
                { key: 'p95', label: 'p95', color: 'orange.6' },
                { key: 'p99', label: 'p99', color: 'red.6' },
              ]}
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }} order={{ base: 1, lg: 2 }}>
          <Stack gap="lg">
            <NeedsAPerson needs={statistics.needs_a_person} />
            <Errors errors={statistics.errors} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

export function OverviewPage() {
  const { window = '24h' } = useSearch({ from: '/inside/' });
  const navigate = useNavigate({ from: '/' });
  const statistics = useQuery(statisticsQuery(window));
  return (
    <Page
      title="Overview"
      actions={
        <SegmentedControl
          aria-label="Time"
          value={window}
          onChange={(value) =>
            void navigate({ search: { window: value === '24h' ? undefined : value }, replace: true })
          }
          data={WINDOWS.map((value) => ({ value, label: WINDOW_NAMES[value] }))}
        />
      }
    >
      <Loaded
        query={statistics}
        loading={
          <Stack gap="lg" role="status" aria-label="Loading">
            <Skeleton h={76} />
            <SimpleGrid cols={{ base: 1, lg: 2 }}>
              <Skeleton h={300} />
              <Skeleton h={300} />
            </SimpleGrid>
          </Stack>
        }
      >
        {(data) => <OverviewView statistics={data} />}
      </Loaded>
    </Page>
  );
}
