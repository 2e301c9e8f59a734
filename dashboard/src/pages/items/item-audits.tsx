import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sayDone, sayFailed } from '../../api/failed';
import { auditsQuery, repairAudit, type Audit, type LinkPath } from '../../api/items';
import { useMay } from '../../api/session';
import { formatCount } from '../../parts/format';
import { Card } from '../../parts/states';
import { Status, type StatusLook } from '../../parts/status';
import { Time } from '../../parts/time';

function lookOf({ state, verdict, phase }: Audit): StatusLook {
  if (state === 'queued') return { tone: 'quiet', icon: 'clock', label: 'Queued' };
  if (state === 'running')
    return { tone: 'busy', icon: 'sync', label: `Running${phase === null ? '' : `: ${phase}`}` };
  if (state === 'failed') return { tone: 'bad', icon: 'cross', label: 'Failed' };
  if (state === 'canceled') return { tone: 'quiet', icon: 'dashed', label: 'Canceled' };
  if (verdict === 'clean') return { tone: 'good', icon: 'check', label: 'Clean' };
  if (verdict === 'differs') return { tone: 'bad', icon: 'alert', label: 'Differs' };
  return { tone: 'warn', icon: 'alert', label: 'Not audited' };
}

function summaryOf({ verdict, transactions, stored_rows, plaid_rows, reason }: Audit): string {
  if (reason !== null) return reason;
  if (verdict === 'differs')
    return `${formatCount(transactions.missing)} missing, ${formatCount(transactions.extra)} extra, ${formatCount(transactions.different)} different`;
  if (verdict === 'clean') return `${formatCount(stored_rows)} stored, ${formatCount(plaid_rows)} at Plaid`;
  return '';
}

/** Whether what is stored is what Plaid has, as far as it was ever asked. */
export function ItemAudits({ path }: { path: LinkPath }) {
  const queries = useQueryClient();
  const isMember = useMay('member');
  const { data: audits } = useQuery(auditsQuery(path));
  const repair = useMutation({
    mutationFn: (id: string) => repairAudit(path.integration_id, id),
    onSuccess: async () => {
      sayDone('The Item is read anew.');
      await queries.invalidateQueries({ queryKey: ['audits'] });
    },
    onError: sayFailed,
  });
  if (audits === undefined || audits.length === 0) return null;
  return (
    <Card title="Audits">
      {audits.slice(0, 5).map((audit) => (
        <Group key={audit.heron_id} justify="space-between" py={6} gap="xs" wrap="nowrap" align="flex-start">
          <div>
            <Status {...lookOf(audit)} />
            <Text size="xs" c="dimmed">
              {summaryOf(audit)}
            </Text>
          </div>
          <Text size="xs" c="dimmed" component="div" ta="end">
            <Time at={audit.requested} />
            {isMember && audit.verdict === 'differs' && audit.repair === null && (
              <div>
                <Button size="compact-xs" variant="default" onClick={() => repair.mutate(audit.heron_id)}>
                  Repair
                </Button>
              </div>
            )}
          </Text>
        </Group>
      ))}
    </Card>
  );
}
