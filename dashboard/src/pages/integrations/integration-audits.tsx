import '@mantine/core/styles/Progress.css';
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  cancelAudit,
  integrationAuditsQuery,
  isUnderWay,
  notableAuditsQuery,
  repairAudit,
  startIntegrationAudit,
  type Audit,
} from '../../api/audits';
import { sayDone, sayFailed } from '../../api/failed';
import type { Integration } from '../../api/integrations';
import { useMay } from '../../api/session';
import { AuditFindings, AuditStatus } from '../../parts/audit-status';
import { formatCount, shorten } from '../../parts/format';
import { Card, Loaded } from '../../parts/states';
import { Tag } from '../../parts/status';
import { Time } from '../../parts/time';
import classes from './integration-audits.module.css';

const of = (count: number): string => `${formatCount(count)} ${count === 1 ? 'Item' : 'Items'}`;

function countsOf({ items }: Audit): string {
  if (items === null || items.total === null) return 'Its Items are not listed yet.';
  const counts = [
    items.clean > 0 ? `${formatCount(items.clean)} clean` : null,
    items.differing > 0
      ? `${formatCount(items.differing)} ${items.differing === 1 ? 'differs' : 'differ'}`
      : null,
    items.not_audited > 0 ? `${formatCount(items.not_audited)} not audited` : null,
    items.failed > 0 ? `${formatCount(items.failed)} failed or canceled` : null,
  ].filter((count) => count !== null);
  return counts.length === 0 ? of(items.total) : `${of(items.total)}: ${counts.join(', ')}`;
}

function HowFar({ audit: { items } }: { audit: Audit }) {
  const total = items?.total ?? null;
  const ended = items?.ended ?? 0;
  if (total === null || total === 0) return null;
  return (
    <div>
      <Progress value={(ended / total) * 100} size="sm" aria-label="Items that were audited" />
      <Text size="xs" c="dimmed" mt={4}>
        {formatCount(ended)} of {of(total)}
      </Text>
    </div>
  );
}

/** The Items that somebody should look at, each with what is the matter. */
function NotableItems({ audit }: { audit: Audit }) {
  const notable = useQuery(notableAuditsQuery(audit));
  return (
    <Loaded query={notable}>
      {({ audits, more }) => (
        <>
          <ul className={classes.items} aria-label="Items to look at">
            {audits.map((each) => (
              <li key={each.heron_id}>
                <Group justify="space-between" gap="xs">
                  <Link to="/items/$itemId" params={{ itemId: each.item_id ?? '' }} className="code">
                    {shorten(each.item_id ?? '', 8)}
                  </Link>
                  <Group gap="xs">
                    {each.repair !== null && <Tag>repair asked for</Tag>}
                    <AuditStatus audit={each} />
                  </Group>
                </Group>
                <Text size="xs" c="dimmed">
                  <AuditFindings audit={each} />
                </Text>
              </li>
            ))}
          </ul>
          {more && (
            <Text size="xs" c="dimmed">
              And more; the API lists all of them.
            </Text>
          )}
        </>
      )}
    </Loaded>
  );
}

interface AuditEntryProps {
  audit: Audit;
  isLatest: boolean;
}

function AuditEntry({ audit, isLatest }: AuditEntryProps) {
  const queries = useQueryClient();
  const isMember = useMay('member');
  const [isOpen, setOpen] = useState(isLatest);
  const act = useMutation({
    mutationFn: ({ work }: { work: (audit: Audit) => Promise<void>; done: string }) => work(audit),
    onSuccess: async (_nothing, { done }) => {
      sayDone(done);
      await queries.invalidateQueries({ queryKey: ['audits'] });
    },
    onError: sayFailed,
  });
  const { items, verdict, repair, state, reason } = audit;
  const notable = items === null ? 0 : items.differing + items.not_audited + items.failed;
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <AuditStatus audit={audit} />
        <Text size="xs" c="dimmed">
          <Time at={audit.requested} />
        </Text>
      </Group>
      <Text size="sm">{countsOf(audit)}</Text>
      {(verdict === 'differs' || (reason !== null && state !== 'queued')) && (
        <Text size="sm" c="dimmed">
          <AuditFindings audit={audit} />
        </Text>
      )}
      {isUnderWay(audit) && <HowFar audit={audit} />}
      <Group gap="xs">
        {notable > 0 && (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={isOpen}
            onClick={() => setOpen((before) => !before)}
          >
            {isOpen ? 'Hide the Items' : `Show ${of(notable)} to look at`}
          </Button>
        )}
        {isMember && isUnderWay(audit) && (
          <Button
            size="compact-sm"
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate({ work: cancelAudit, done: 'The audit was given up.' })}
          >
            Cancel
          </Button>
        )}
        {isMember && !isUnderWay(audit) && verdict === 'differs' && repair === null && (
          <Button
            size="compact-sm"
            loading={act.isPending}
            onClick={() =>
              act.mutate({
                work: repairAudit,
                done: 'Each Item that differs is read anew. Audit again then.',
              })
            }
          >
            Repair
          </Button>
        )}
        {repair !== null && (
          <Text size="xs" c="dimmed">
            Repair asked for <Time at={repair.requested} />
          </Text>
        )}
      </Group>
      {isOpen && notable > 0 && <NotableItems audit={audit} />}
    </li>
  );
}

/** Whether what is stored of an integration is what Plaid has: asked for all of its Items at once. */
export function IntegrationAudits({ integration }: { integration: Integration }) {
  const queries = useQueryClient();
  const isMember = useMay('member');
  const audits = useQuery(integrationAuditsQuery(integration.heron_id));
  const start = useMutation({
    mutationFn: () => startIntegrationAudit(integration.heron_id),
    onSuccess: async () => {
      sayDone('The audit is under way.');
      await queries.invalidateQueries({ queryKey: ['audits'] });
    },
    onError: sayFailed,
  });
  const isRunning = audits.data?.some(isUnderWay) ?? false;
  return (
    <Card
      title="Audits"
      actions={
        isMember && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconShieldCheck size={15} />}
            disabled={isRunning}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            Audit all Items
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Reads the whole history of every Item from Plaid anew and compares it with what is stored. Changes
          nothing.
        </Text>
        <Loaded query={audits}>
          {(rows) =>
            rows.length > 0 && (
              <ul className={classes.audits}>
                {rows.map((audit, place) => (
                  <AuditEntry key={audit.heron_id} audit={audit} isLatest={place === 0} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Stack>
    </Card>
  );
}
