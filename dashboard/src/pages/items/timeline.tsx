import { Badge, Group, SegmentedControl, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { inboxQuery, type InboxWebhook } from '../../api/inbox';
import { syncRunsQuery, type LinkPath, type SyncRun } from '../../api/items';
import { Copy } from '../../parts/copy';
import { FreshRows } from '../../parts/fresh-rows';
import { MoreRows } from '../../parts/more-rows';
import { sayRejection } from '../../parts/rejection';
import { RUN_KIND, RUN_OUTCOME, runFigures } from '../../parts/run-outcome';
import { Card, Failure, LoadingRows, Notice } from '../../parts/states';
import { Status } from '../../parts/status';
import { useSteadyRows } from '../../parts/steady-rows';
import { Time } from '../../parts/time';
import { WebhookStatus } from '../../parts/webhook-status';
import { mergeBegun, nextToLoad } from './begun-lists';
import classes from './timeline.module.css';

type Entry = { at: string; id: string } & ({ run: SyncRun } | { webhook: InboxWebhook });
type Which = 'all' | 'runs' | 'webhooks' | 'errors';

const ofRun = (run: SyncRun): Entry => ({ at: run.started, id: run.heron_id, run });
const ofWebhook = (webhook: InboxWebhook): Entry => ({ at: webhook.received, id: webhook.heron_id, webhook });

const isError = (entry: Entry): boolean =>
  'run' in entry
    ? entry.run.error_code !== null
    : entry.webhook.verdict === 'rejected' || entry.webhook.webhook_code === 'ERROR';

const belongs = (which: Which, entry: Entry): boolean =>
  which === 'all' ||
  (which === 'errors' ? isError(entry) : which === 'runs' ? 'run' in entry : 'webhook' in entry);

/** What stands there when everything is loaded and nothing of it is shown. */
const NONE: Readonly<Record<Which, string>> = {
  all: 'Nothing has happened yet',
  runs: 'No syncs yet',
  webhooks: 'No webhooks yet',
  errors: 'No errors',
};

function RunEntry({ run }: { run: SyncRun }) {
  return (
    <>
      <Group gap={8}>
        <Text fw={500} span>
          {RUN_KIND[run.kind]}
        </Text>
        <Status {...RUN_OUTCOME[run.outcome]} />
      </Group>
      <Text size="sm" c="dimmed" className="numbers">
        {runFigures(run)}
      </Text>
      {run.error_code !== null && (
        <Text size="sm">
          <span className="code">{run.error_code}</span> {run.error_message}
        </Text>
      )}
      {run.plaid_request_id !== null && run.error_code !== null && (
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            Plaid’s request_id <span className="code">{run.plaid_request_id}</span>
          </Text>
          <Copy value={run.plaid_request_id} what="Plaid’s request_id" />
        </Group>
      )}
    </>
  );
}

function WebhookEntry({ webhook }: { webhook: InboxWebhook }) {
  return (
    <>
      <Group gap={8}>
        <Text fw={500} span>
          <Link to="/inbox/$webhookId" params={{ webhookId: webhook.heron_id }} className="quietLink">
            {webhook.webhook_code ?? 'Webhook'}
          </Link>
        </Text>
        <WebhookStatus webhook={webhook} />
        {webhook.deliveries > 1 && (
          <Badge size="xs" variant="default">
            came {webhook.deliveries} times
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {webhook.rejection === null ? (webhook.webhook_type ?? '') : sayRejection(webhook.rejection)}
      </Text>
    </>
  );
}

/** What has happened to an Item: each webhook, each time Plaid was asked, and what came of it. */
export function Timeline({ path }: { path: LinkPath }) {
  const [which, setWhich] = useState<Which>('all');
  const runs = useInfiniteQuery(syncRunsQuery(path));
  const webhooks = useInfiniteQuery(inboxQuery({ item_id: path.item_id }, 50));
  const ofRuns = {
    query: runs,
    entries: runs.data?.pages.flatMap((page) => page.sync_runs.map(ofRun)) ?? [],
    hasMore: runs.hasNextPage,
  };
  const ofWebhooks = {
    query: webhooks,
    entries: webhooks.data?.pages.flatMap((page) => page.plaid_webhooks.map(ofWebhook)) ?? [],
    hasMore: webhooks.hasNextPage,
  };
  // What is shown alone need not wait for the other.
  const lists = which === 'runs' ? [ofRuns] : which === 'webhooks' ? [ofWebhooks] : [ofRuns, ofWebhooks];
  const isLoading = lists.some(({ query }) => query.data === undefined);
  const chosen = isLoading ? [] : mergeBegun<Entry>(lists).filter((entry) => belongs(which, entry));
  const { rows, fresh, gone, load } = useSteadyRows(chosen, ({ id }) => id, which);
  const failed = lists.find(({ query }) => query.isError && query.data === undefined)?.query;
  const older = nextToLoad<Entry, (typeof lists)[number]>(lists)?.query;
  return (
    <Card
      title="Timeline"
      flush
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Show"
          value={which}
          onChange={setWhich}
          data={[
            { value: 'all', label: 'All' },
            { value: 'runs', label: 'Syncs' },
            { value: 'webhooks', label: 'Webhooks' },
            { value: 'errors', label: 'Errors' },
          ]}
        />
      }
    >
      {failed !== undefined ? (
        <Failure error={failed.error} onRetry={() => void failed.refetch()} />
      ) : isLoading ? (
        <LoadingRows />
      ) : rows.length === 0 ? (
        <>
          <Notice icon={IconHistory} title={older === undefined ? NONE[which] : 'None among the latest'} />
          {older !== undefined && <MoreRows query={older} />}
        </>
      ) : (
        <>
          <FreshRows fresh={fresh} gone={gone} onLoad={load} side="end" />
          <ol className={classes.timeline}>
            {rows.map((entry) => (
              <li
                key={entry.id}
                data-kind={'run' in entry ? 'run' : 'webhook'}
                data-error={isError(entry) || undefined}
              >
                <div className={classes.at}>
                  <Time at={entry.at} as="seconds" />
                </div>
                <div className={classes.what}>
                  {'run' in entry ? <RunEntry run={entry.run} /> : <WebhookEntry webhook={entry.webhook} />}
                </div>
              </li>
            ))}
          </ol>
          {older !== undefined && <MoreRows query={older} />}
        </>
      )}
    </Card>
  );
}
