import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Suspense } from 'react';
import { ApiError } from '../../api/api-error';
import { sayDone, sayFailed } from '../../api/failed';
import { acceptRelink, rejectRelink, relinksOfItemQuery, revertRelink, type Relink } from '../../api/relinks';
import { useMay } from '../../api/session';
import { Facts } from '../../parts/facts';
import { formatCount } from '../../parts/format';
import { useLazyDialog } from '../../parts/lazy-dialog';
import { lazyPart } from '../../parts/lazy-part';
import { Card, Failure } from '../../parts/states';
import { Status, type StatusLook } from '../../parts/status';

const AcceptRelink = lazyPart(() => import('./accept-relink'), 'AcceptRelink');

const LOOKS: Readonly<Record<Relink['status'], StatusLook>> = {
  doubtful: { tone: 'warn', icon: 'alert', label: 'Needs your decision' },
  superseded: { tone: 'good', icon: 'check', label: 'Superseded' },
  rejected: { tone: 'quiet', icon: 'cross', label: 'Rejected' },
  reverted: { tone: 'quiet', icon: 'dashed', label: 'Reverted' },
  different: { tone: 'quiet', icon: 'dashed', label: 'Different' },
  ended: { tone: 'quiet', icon: 'dashed', label: 'Ended' },
};

const WHY: Readonly<Record<Relink['reason'], string>> = {
  agrees: 'Accounts and rows agree',
  no_common_account: 'No account in common',
  other_rows: 'Other transactions',
  accounts_missing: 'Accounts are missing',
  accounts_ambiguous: 'Accounts cannot be told apart',
  few_rows: 'Too few rows to compare',
  rows_differ: 'Rows differ',
};

type Work = (id: string) => Promise<void>;

function RelinkEntry({ relink, itemId }: { relink: Relink; itemId: string }) {
  const queries = useQueryClient();
  const isMember = useMay('member');
  const isNew = relink.new_item_id === itemId;
  const other = isNew ? relink.old_item_id : relink.new_item_id;
  const { evidence } = relink;
  const naming = useLazyDialog();
  const decide = useMutation({
    mutationFn: ({ work }: { work: Work; done: string }) => work(relink.heron_id),
    onSuccess: async (_nothing, { done }) => {
      sayDone(done);
      await queries.invalidateQueries();
    },
    onError: (error) => {
      // The accounts have changed since they were compared: now somebody has to tell which are one.
      if (error instanceof ApiError && error.fields['accounts'] !== undefined) naming.open();
      else sayFailed(error);
    },
  });
  const isBusy = (work: Work): boolean => decide.isPending && decide.variables.work === work;
  // One decision at a time.
  const act = (work: Work, done: string): void => {
    if (!decide.isPending) decide.mutate({ work, done });
  };
  const mustName = evidence.ambiguous_accounts.length > 0 || evidence.accounts.length === 0;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Status {...LOOKS[relink.status]} />
        <Link to="/items/$itemId" params={{ itemId: other }}>
          {isNew ? 'The older Item' : 'The newer Item'}
        </Link>
      </Group>
      <Facts
        facts={[
          ['Why', WHY[relink.reason]],
          ['Accounts in both', formatCount(evidence.accounts.length)],
          ['Missing in the newer', formatCount(evidence.missing_accounts.length)],
          ['Cannot be told apart', formatCount(evidence.ambiguous_accounts.length)],
          ['Rows that agree', `${formatCount(evidence.agreed)} of ${formatCount(evidence.expected)}`],
          ['Hidden as duplicates', formatCount(relink.hidden_transactions)],
        ]}
      />
      {isMember && relink.status === 'doubtful' && (
        <>
          <Text size="xs" c="dimmed">
            Accept: the newer Item is synced, and what both have is shown once.
            {mustName && ' Which accounts are one is asked first.'} Reject: they have nothing to do with each
            other.
          </Text>
          <Group gap="xs">
            <Button
              size="compact-sm"
              loading={isBusy(acceptRelink)}
              onClick={() =>
                mustName ? naming.open() : act(acceptRelink, 'The newer Item supersedes the older one.')
              }
            >
              {mustName ? 'Accept…' : 'Accept'}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              loading={isBusy(rejectRelink)}
              onClick={() => act(rejectRelink, 'Both Items stay as they are.')}
            >
              Reject
            </Button>
          </Group>
        </>
      )}
      {naming.isThere && (
        <Suspense fallback={null}>
          <AcceptRelink relink={relink} isOpen={naming.isOpen} onClose={naming.close} />
        </Suspense>
      )}
      {isMember && relink.status === 'superseded' && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            loading={isBusy(revertRelink)}
            onClick={() => act(revertRelink, 'Everything is shown again.')}
          >
            Revert
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** The Items with which the same accounts were linked again, and what to decide about them. */
export function ItemRelinks({ itemId }: { itemId: string }) {
  const query = useQuery(relinksOfItemQuery(itemId));
  const { data: relinks } = query;
  if (relinks === undefined && query.isError)
    return (
      <Card title="Linked again">
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    );
  if (relinks === undefined || relinks.length === 0) return null;
  return (
    <Card title="Linked again">
      <Stack gap="lg">
        {relinks.map((relink) => (
          <RelinkEntry key={relink.heron_id} relink={relink} itemId={itemId} />
        ))}
      </Stack>
    </Card>
  );
}
